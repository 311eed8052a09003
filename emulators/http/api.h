// An AWS API call after its protocol: the same for Query (XML) and JSON. A service is a table of
// operations; the front door decodes parameters by the operation's input shape and renders the
// result or AwsError.
#pragma once

#include <expected>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "aws/error.h"
#include "emulators/http/message.h"

namespace loopgate::http {

struct Caller {
  std::string account;  // 123456789012, or the access key id when that is twelve digits
  std::string region;   // of the credential scope, else of the host, else the sandbox's first
  std::string access_key_id{};  // may be empty (unsigned, or in process)
  // "http://127.0.0.1:4566": scheme, host and port by which the caller came; empty in process.
  std::string base_url{};
};

struct ApiCall {
  std::string operation;  // "SendMessage"
  nlohmann::json params;  // in the shape of the JSON protocol, whatever the wire was
  Caller caller;
};

using ApiResult = std::expected<nlohmann::json, aws::AwsError>;
// Called exactly once, at once or later (long polls).
using ApiReply = std::move_only_function<void(ApiResult)>;

// What a role must allow for a call.
struct Permission {
  std::string action;    // "sns:Publish"
  std::string resource;  // an ARN, or "*"
};

struct ServiceModel;  // shape.h: operations with their input and output shapes

class ApiService {
 public:
  virtual ~ApiService() = default;
  virtual const ServiceModel& model() const = 0;
  // By default the operation of that name, on everything.
  virtual Permission permission_for(const ApiCall& call) const;
  // Returns a callback that abandons the call when its client goes away (long polls); may be null.
  virtual std::function<void()> call(ApiCall call, ApiReply reply) = 0;
};

// A service with a REST protocol (Lambda) reads its requests itself.
class RestService {
 public:
  virtual ~RestService() = default;
  // As signatures and hosts name it: "lambda". Those come before paths.
  virtual std::string_view name() const = 0;
  virtual bool owns(const Request& request) const = 0;  // by its path
  // Whether it answers OPTIONS itself and says which pages may read its answers (S3 has CORS rules
  // of its own). The front door does both for the others.
  virtual bool has_own_cors() const { return false; }
  // For a request that is the service's; its body has not come yet.
  virtual BodyPlan body_plan(const Request& head) const {
    (void)head;
    return {};
  }
  virtual void handle(Request request, Caller caller, std::shared_ptr<Exchange> exchange) = 0;
  // In its dialect; without one, {"message": …}.
  virtual Response render(const aws::AwsError& error) const;
};

}  // namespace loopgate::http

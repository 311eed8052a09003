// An AWS API call after its protocol: the same for Query (XML), JSON and REST. A service is a model
// (generated) and a table of the operations that it has here; parameters are decoded and checked by
// the operation's input shape before it is called, and its result, or AwsError, is rendered by the
// output shape.
#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/error.h"
#include "aws/session.h"
#include "emulators/http/message.h"
#include "emulators/http/shape.h"

namespace loopgate::http {

inline constexpr std::size_t kMaxShown = 200;  // bytes of what a client sent, in our messages

struct Caller {
  std::string account;  // 123456789012, or the access key id when that is twelve digits
  std::string region;   // of the credential scope, else of the host, else the sandbox's first
  std::string access_key_id{};  // may be empty (unsigned, or in process)
  // "http://127.0.0.1:4566": scheme, host and port by which the caller came; empty in process.
  std::string base_url{};
  // Of the role as which it calls; null: as the account's root.
  aws::SessionPtr session{};
};

struct ApiCall {
  std::string operation;  // "SendMessage"
  nlohmann::json params;  // a document (aws/protocol/protocol.h), whatever the wire was
  Caller caller;
  std::string request_id = {};    // that the answer will carry
  std::string trace_header = {};  // X-Amzn-Trace-Id
  // Where the answer goes; null in process. For those whose answers are gone once they are given.
  std::shared_ptr<Exchange> exchange = {};
};

using ApiResult = std::expected<nlohmann::json, aws::AwsError>;
// Called exactly once, at once or later (long polls).
using ApiReply = std::move_only_function<void(ApiResult)>;

// What a role must allow for a call.
struct Permission {
  std::string action;    // "sns:Publish"; empty: nothing
  std::string resource;  // an ARN, or "*"
};

class ApiService {
 public:
  virtual ~ApiService() = default;
  virtual const ServiceModel& model() const = 0;
  // Of the model's operations those that are emulated. The others are refused by name.
  virtual bool has(std::string_view operation) const = 0;
  // By default the operation of that name, on everything.
  virtual Permission permission_for(const ApiCall& call) const;
  // What a caller must be allowed besides: a role that is passed on, queues that are read for it.
  virtual std::vector<Permission> further_permissions(const ApiCall&) const { return {}; }
  // Returns a callback that abandons the call when its client goes away (long polls); may be null.
  virtual std::function<void()> call(ApiCall call, ApiReply reply) = 0;
};

// "SQS StartMessageMoveTask is not emulated here.", and what of the service is.
std::string not_emulated(const ApiService& service, std::string_view operation);
// The first members of that many operations' names, for messages: "CreateQueue, DeleteQueue, …".
std::string operation_names(const ApiService& service);

// A table of operations over what they work on.
template <class Context>
struct Operation {
  using Run = ApiResult (*)(Context&, const ApiCall&);
  // One that may answer later.
  using Start = std::function<void()> (*)(Context&, ApiCall, ApiReply);

  constexpr Operation(std::string_view name, Run run) : name(name), run(run) {}
  constexpr Operation(std::string_view name, Start start) : name(name), start(start) {}

  std::string_view name;
  Run run = nullptr;
  Start start = nullptr;
};

template <class Context>
class TableService : public ApiService {
 public:
  using Table = std::span<const Operation<Context>>;

  // All three outlive the service.
  TableService(const ServiceModel& model, Table table, Context& context)
      : model_(model), table_(table), context_(context) {}

  const ServiceModel& model() const override { return model_; }
  bool has(std::string_view operation) const override { return find(operation) != nullptr; }

  std::function<void()> call(ApiCall call, ApiReply reply) override {
    const auto* operation = find(call.operation);
    if (operation == nullptr) {
      reply(aws::refuse({"InvalidAction", not_emulated(*this, call.operation), 400, {}}));
    } else if (operation->start != nullptr) {
      return operation->start(context_, std::move(call), std::move(reply));
    } else {
      reply(operation->run(context_, call));
    }
    return nullptr;
  }

 private:
  const Operation<Context>* find(std::string_view name) const {
    for (const auto& operation : table_) {
      if (operation.name == name) return &operation;
    }
    return nullptr;
  }

  const ServiceModel& model_;
  Table table_;
  Context& context_;
};

// A parameter that is text; "" when it is missing.
inline std::string text_param(const nlohmann::json& params, std::string_view name) {
  const auto found = params.find(name);
  return found != params.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// A service whose requests are not told by target or Action (REST).
class RestService {
 public:
  virtual ~RestService() = default;
  // As signatures and hosts name it: "lambda". Those come before paths.
  virtual std::string_view name() const = 0;
  // The same for the one call (aws/api.h); null when it has none.
  virtual ApiService* operations() { return nullptr; }
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

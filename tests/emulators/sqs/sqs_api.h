// The operations as the front door calls them.
#pragma once

#include "emulators/http/protocol.h"
#include "emulators/sqs/service.h"
#include "tests/emulators/sqs/account.h"

namespace loopgate::sqs {

class SqsApi : public Account {
 protected:
  const http::Caller caller_{"123456789012", "us-west-2", "test", "http://127.0.0.1:4566"};

  http::ApiResult call(const std::string& operation, const nlohmann::json& params,
                       const std::string& trace_header = {}) {
    SqsService service(*queues_);
    const auto decoded = http::decode_json_params(*service.model().find(operation), params.dump());
    if (!decoded) return aws::refuse(decoded.error());
    http::ApiResult out = nlohmann::json("no reply");
    service.call({operation, *decoded, caller_, {}, trace_header},
                 [&](http::ApiResult result) { out = std::move(result); });
    return out;
  }
  // "code: sentence" of the Query protocol; "" when it was accepted.
  std::string refusal(const std::string& operation, const nlohmann::json& params) {
    const auto answer = call(operation, params);
    if (answer) return {};
    return answer.error().code_for_query() + ": " + answer.error().message_for_query();
  }
  std::string url(const std::string& name,
                  const nlohmann::json& attributes = nlohmann::json::object()) {
    return (*call("CreateQueue", {{"QueueName", name}, {"Attributes", attributes}}))["QueueUrl"];
  }
};

}  // namespace loopgate::sqs

// Between the JSON protocol's parameters and our structs.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "emulators/http/api.h"
#include "emulators/sqs/queues.h"

namespace loopgate::sqs {

using http::text_param;
std::optional<std::int64_t> integer_param(const nlohmann::json& params, const char* name);
std::map<std::string, std::string> map_param(const nlohmann::json& params, const char* name);
std::vector<std::string> list_param(const nlohmann::json& params, const char* name);

// "<base URL>/<account>/<name>": by the address through which the caller came.
std::string queue_url(const QueueKey& key, std::string_view base_url);
// The last two segments of the path are account and name; a name alone is of `account`. The region
// is not in it.
std::optional<QueueKey> parse_queue_url(std::string_view url, std::string_view account,
                                        std::string_view region);
// The queue of a call's QueueUrl, which exists. Another account's must have a policy; what that
// policy says is for IAM to judge.
aws::Outcome<QueueKey> called_queue(const Queues& queues, const http::ApiCall& call);

// {"name": {"DataType", "StringValue" | "BinaryValue"}}
aws::Outcome<Attributes> read_attributes(const nlohmann::json& params, const char* name);
nlohmann::json write_attributes(const Attributes& attributes);
aws::Outcome<SendRequest> read_message(const nlohmann::json& params, const http::Caller& caller);

// All of GetQueueAttributes' and ReceiveMessage's system attributes of a message.
std::map<std::string, std::string> system_attributes(const Message& message);

}  // namespace loopgate::sqs

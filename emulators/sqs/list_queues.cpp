// Finding queues.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueUrl.html
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListDeadLetterSourceQueues.html
#include <algorithm>

#include "codec/base64.h"
#include "emulators/sqs/errors.h"
#include "emulators/sqs/limits.h"
#include "emulators/sqs/operations.h"
#include "emulators/sqs/wire.h"

namespace loopgate::sqs {

namespace {

using nlohmann::json;

aws::Outcome<std::size_t> page_size(const json& params) {
  const auto asked =
      integer_param(params, "MaxResults").value_or(static_cast<std::int64_t>(kMaxListed));
  if (asked >= 1 && asked <= static_cast<std::int64_t>(kMaxListed))
    return static_cast<std::size_t>(asked);
  return aws::refuse(invalid_parameter_value(std::to_string(asked), "MaxResults",
                                             "Must be an integer from 1 to 1000."));
}

// `keys` has one more than a page when there is a next one. The token is the last name of the page;
// it is given only to those who said MaxResults, as in AWS.
json write_page(std::vector<QueueKey> keys, std::size_t page, const http::ApiCall& call,
                const char* name) {
  json out = json::object();
  const bool has_more = keys.size() > page;
  if (has_more) keys.resize(page);
  json urls = json::array();
  for (const auto& key : keys) urls.push_back(queue_url(key, call.caller.base_url));
  if (has_more && call.params.contains("MaxResults"))
    out["NextToken"] = codec::base64_encode(as_bytes(keys.back().name));
  out[name] = std::move(urls);
  return out;
}

// The name after which the page begins.
aws::Outcome<std::string> page_start(const json& params) {
  const auto token = text_param(params, "NextToken");
  if (auto name = codec::base64_decode_text(token)) return *std::move(name);
  return aws::refuse(
      invalid_parameter_value(token, "NextToken", "It is not a token that a list has given."));
}

}  // namespace

http::ApiResult get_queue_url(Queues& queues, const http::ApiCall& call) {
  auto account = text_param(call.params, "QueueOwnerAWSAccountId");
  if (account.empty()) account = call.caller.account;
  const QueueKey key{account, call.caller.region, text_param(call.params, "QueueName")};
  if (!queues.exists(key)) return aws::refuse(queue_does_not_exist());
  return json{{"QueueUrl", queue_url(key, call.caller.base_url)}};
}

http::ApiResult list_queues(Queues& queues, const http::ApiCall& call) {
  const auto page = page_size(call.params);
  if (!page) return aws::refuse(page.error());
  const auto after = page_start(call.params);
  if (!after) return aws::refuse(after.error());
  auto keys = queues.list(call.caller.account, call.caller.region,
                          text_param(call.params, "QueueNamePrefix"), *after, *page + 1);
  auto out = write_page(std::move(keys), *page, call, "QueueUrls");
  if (out["QueueUrls"].empty()) out.erase("QueueUrls");
  return out;
}

http::ApiResult list_dead_letter_source_queues(Queues& queues, const http::ApiCall& call) {
  const auto key = called_queue(queues, call);
  if (!key) return aws::refuse(key.error());
  const auto page = page_size(call.params);
  if (!page) return aws::refuse(page.error());
  const auto after = page_start(call.params);
  if (!after) return aws::refuse(after.error());
  auto sources = queues.dead_letter_sources(*key);
  std::erase_if(sources,
                [&](const QueueKey& source) { return source.name <= *after && !after->empty(); });
  if (sources.size() > *page + 1) sources.resize(*page + 1);
  return write_page(std::move(sources), *page, call, "queueUrls");
}

}  // namespace loopgate::sqs

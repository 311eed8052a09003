// https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html
#include <algorithm>
#include <set>
#include <vector>

#include "emulators/sns/errors.h"
#include "emulators/sns/limits.h"
#include "emulators/sns/operations.h"

namespace loopgate::sns {
namespace {

using nlohmann::json;

struct Entry {
  std::string id;
  PublishRequest request;
};

bool is_batch_id(std::string_view id) {
  return !id.empty() && id.size() <= kMaxBatchIdCharacters && std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

aws::Outcome<void> check_ids(const json& entries) {
  if (entries.empty()) return aws::refuse(empty_batch());
  if (entries.size() > kMaxBatchEntries) return aws::refuse(too_many_batch_entries());
  std::set<std::string> ids;
  for (const auto& entry : entries) {
    const auto id = text_param(entry, "Id");
    if (!ids.insert(id).second) return aws::refuse(batch_ids_not_distinct());
    if (!is_batch_id(id)) return aws::refuse(invalid_batch_id(id));
  }
  return {};
}

aws::Outcome<Entry> read_entry(const json& json_entry, const std::string& topic_arn,
                               std::size_t position) {
  Entry entry;
  entry.id = text_param(json_entry, "Id");
  auto& request = entry.request;
  request.topic_arn = topic_arn;
  request.message = text_param(json_entry, "Message");
  if (json_entry.contains("Subject")) request.subject = text_param(json_entry, "Subject");
  request.structure = text_param(json_entry, "MessageStructure");
  request.group_id = text_param(json_entry, "MessageGroupId");
  request.deduplication_id = text_param(json_entry, "MessageDeduplicationId");
  auto attributes =
      parse_message_attributes(json_entry.value("MessageAttributes", json::object()), position);
  if (!attributes) return aws::refuse(attributes.error());
  request.attributes = std::move(*attributes);
  return entry;
}

}  // namespace

// An entry that is malformed in its attributes fails the whole call, as in AWS; other faults fail
// the entry.
http::ApiResult publish_batch(Topics& topics, const http::ApiCall& call) {
  const auto arn = text_param(call.params, "TopicArn");
  const auto entries_json = call.params.value("PublishBatchRequestEntries", json::array());
  if (auto checked = check_ids(entries_json); !checked) return aws::refuse(checked.error());
  if (const auto topic = callers_topic(topics, call, arn); !topic) {
    return aws::refuse(topic.error());
  }
  std::vector<Entry> entries;
  std::size_t size = 0;
  for (const auto& each : entries_json) {
    auto entry = read_entry(each, arn, entries.size() + 1);
    if (!entry) return aws::refuse(entry.error());
    size += message_size(entry->request);
    entries.push_back(std::move(*entry));
  }
  if (size > kMaxMessageBytes) return aws::refuse(batch_too_long());

  json result = {{"Successful", json::array()}, {"Failed", json::array()}};
  for (const auto& entry : entries) {
    const auto published = topics.publish(entry.request);
    if (!published) {
      result["Failed"].push_back({{"Id", entry.id},
                                  {"Code", published.error().code},
                                  {"Message", published.error().message},
                                  {"SenderFault", published.error().is_sender_fault()}});
      continue;
    }
    json success = {{"Id", entry.id}, {"MessageId", published->message_id}};
    if (!published->sequence_number.empty()) success["SequenceNumber"] = published->sequence_number;
    result["Successful"].push_back(std::move(success));
  }
  return result;
}

}  // namespace loopgate::sns

#include "gateway/destinations/sns.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "aws/arn.h"
#include "gateway/destinations/chunked_delivery.h"
#include "gateway/destinations/message_arguments.h"

namespace loopgate::gateway {

namespace {

using nlohmann::json;

// https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html
constexpr ChunkLimits kLimits = {
    .entries = 10, .bytes = 262'144, .entry_bytes = 262'144, .entry_text = "SNS takes 256 KiB"};

constexpr std::array<ErrorMeaning, 1> kErrors = {{
    {"BatchRequestTooLong", Reason::kPayloadTooLarge},
}};

json to_json(const aws::SendEntry& entry, std::size_t index) {
  json out = {{"Id", std::to_string(index)}, {"Message", entry.body}};
  for (const auto& [name, type, value] : entry.attributes) {
    out["MessageAttributes"][name] = {{"DataType", type}, {"StringValue", value}};
  }
  if (!entry.group_id.empty()) out["MessageGroupId"] = entry.group_id;
  if (!entry.deduplication_id.empty()) out["MessageDeduplicationId"] = entry.deduplication_id;
  return out;
}

// The entries that were not published, each with its own error.
aws::SendResult result_of(const json& answer) {
  aws::SendResult out;
  for (const auto& failed : answer.value("Failed", json::array())) {
    const auto id = failed.value("Id", "");
    std::size_t index = 0;
    std::from_chars(id.data(), id.data() + id.size(), index);
    out.failed.push_back({index,
                          {failed.value("Code", ""),
                           failed.value("Message", ""),
                           failed.value("SenderFault", true) ? 400 : 500,
                           {}}});
  }
  return out;
}

class SnsDelivery final : public ChunkedDelivery<aws::SendEntry> {
 public:
  SnsDelivery(Context& context, Owner owner, MessageArguments arguments,
              DestinationIdentity identity)
      : ChunkedDelivery(context, std::move(owner), kLimits),
        arguments_(std::move(arguments)),
        identity_(std::move(identity)) {}

  bool wants_bare_data() const override { return arguments_.is_raw(); }
  std::size_t keys_per_packet() const override { return arguments_.keys_per_packet(); }
  std::string read_keys(const RequestPacket& packet, std::span<std::string> keys) const override {
    return arguments_.read_keys(packet.payload, keys);
  }

 private:
  std::expected<aws::SendEntry, Failure> make_entry(const std::string& arn, const Batch& batch,
                                                    std::size_t index) override {
    return arguments_.message(batch, index, identity_, is_fifo(arn), context_.random);
  }
  std::size_t size_of(const aws::SendEntry& entry) const override { return size_of_message(entry); }
  std::string assumption(const std::string& arn) const override {
    const std::string ids = arguments_.assumption(is_fifo(arn));
    if (!arguments_.has_any()) return ids;
    return ids.empty() ? "with the arguments of SQS" : "with the arguments of SQS, " + ids;
  }
  void send(const aws::SessionPtr& session, const std::string& arn, const Batch&,
            std::vector<aws::SendEntry> entries, aws::Completion<aws::SendResult> done) override {
    json params = {{"TopicArn", arn}, {"PublishBatchRequestEntries", json::array()}};
    for (std::size_t i = 0; i < entries.size(); ++i) {
      params["PublishBatchRequestEntries"].push_back(to_json(entries[i], i));
    }
    context_.ports.api.call(session, {aws::Arn::parse(arn)->region, "sns", "PublishBatch"},
                            std::move(params),
                            [done = std::move(done)](aws::Outcome<json> answer) mutable {
                              if (!answer) return done(aws::refuse(std::move(answer.error())));
                              done(result_of(*answer));
                            });
  }
  Failure failure(const aws::AwsError& error) const override { return failure_of(error, kErrors); }

  MessageArguments arguments_;
  DestinationIdentity identity_;
};

class SnsArguments final : public ServiceArguments {
 public:
  explicit SnsArguments(MessageArguments arguments) : arguments_(std::move(arguments)) {}

  std::string refusal_of(const std::string& arn) const override {
    return arguments_.refusal_of(arn);
  }
  std::shared_ptr<Delivery> connect(Context& context, Delivery::Owner owner,
                                    const DestinationIdentity& identity) const override {
    return std::make_shared<SnsDelivery>(context, std::move(owner), arguments_, identity);
  }

 private:
  MessageArguments arguments_;
};

}  // namespace

ServiceArgumentsPtr read_sns_arguments(Properties& arguments) {
  return std::make_shared<SnsArguments>(MessageArguments::read(arguments, "topic"));
}

}  // namespace loopgate::gateway

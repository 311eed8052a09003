#include "gateway/destinations/sqs.h"

#include <array>

#include "gateway/destinations/chunked_delivery.h"
#include "gateway/destinations/message_arguments.h"

namespace loopgate::gateway {

namespace {

// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
constexpr ChunkLimits kLimits = {
    .entries = 10, .bytes = 1'048'576, .entry_bytes = 1'048'576, .entry_text = "SQS takes 1 MiB"};

constexpr std::array<ErrorMeaning, 4> kErrors = {{
    {"QueueDoesNotExist", Reason::kDestinationNotFound},
    {"AWS.SimpleQueueService.NonExistentQueue", Reason::kDestinationNotFound},
    {"BatchRequestTooLong", Reason::kPayloadTooLarge},
    {"AWS.SimpleQueueService.BatchRequestTooLong", Reason::kPayloadTooLarge},
}};

class SqsDelivery final : public ChunkedDelivery<aws::SendEntry> {
 public:
  SqsDelivery(Context& context, Owner owner, MessageArguments arguments,
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
  void prepare(const aws::SessionPtr& session, const std::string& arn,
               aws::Completion<aws::Done> done) override {
    context_.ports.sqs.get_queue_url(
        session, arn, [done = std::move(done)](aws::Outcome<std::string> url) mutable {
          if (!url) return done(aws::refuse(std::move(url.error())));
          done(aws::Done{});
        });
  }
  std::expected<aws::SendEntry, Failure> make_entry(const std::string& arn, const Batch& batch,
                                                    std::size_t index) override {
    return arguments_.message(batch, index, identity_, is_fifo(arn), context_.random);
  }
  std::size_t size_of(const aws::SendEntry& entry) const override { return size_of_message(entry); }
  std::string assumption(const std::string& arn) const override {
    return arguments_.assumption(is_fifo(arn));
  }
  void send(const aws::SessionPtr& session, const std::string& arn, const Batch&,
            std::vector<aws::SendEntry> entries, aws::Completion<aws::SendResult> done) override {
    context_.ports.sqs.send_message_batch(session, arn, std::move(entries), std::move(done));
  }
  Failure failure(const aws::AwsError& error) const override {
    Failure out = failure_of(error, kErrors);
    // An over-long message is answered with a code that says nothing.
    if (error.message.contains("must be shorter than")) out.reason = Reason::kPayloadTooLarge;
    return out;
  }

  MessageArguments arguments_;
  DestinationIdentity identity_;
};

class SqsArguments final : public ServiceArguments {
 public:
  explicit SqsArguments(MessageArguments arguments) : arguments_(std::move(arguments)) {}

  std::string refusal_of(const std::string& arn) const override {
    return arguments_.refusal_of(arn);
  }
  std::shared_ptr<Delivery> connect(Context& context, Delivery::Owner owner,
                                    const DestinationIdentity& identity) const override {
    return std::make_shared<SqsDelivery>(context, std::move(owner), arguments_, identity);
  }

 private:
  MessageArguments arguments_;
};

}  // namespace

ServiceArgumentsPtr read_sqs_arguments(Properties& arguments) {
  return std::make_shared<SqsArguments>(MessageArguments::read(arguments, "queue"));
}

}  // namespace loopgate::gateway

#include "gateway/destinations/sqs.h"

namespace loopgate::gateway {

namespace {

// What SQS counts: the body and the names, types and values of attributes.
std::size_t size_of(const aws::SendEntry& entry) {
  std::size_t size = entry.body.size();
  for (const auto& attribute : entry.attributes) {
    size += attribute.name.size() + attribute.type.size() + attribute.value.size();
  }
  return size;
}

// A FIFO message needs a group; an expression that picks nothing out of its packet leaves this one.
constexpr std::string_view kDefaultGroup = "default";

}  // namespace

std::string SqsDelivery::read_keys(ByteSpan payload, PacketKeys& out) const {
  std::string assumption;
  if (arguments_.group_expression) {
    out.group =
        evaluate_argument(*arguments_.group_expression, arguments_.group_formatter, payload);
    if (out.group.empty()) {
      out.group = kDefaultGroup;
      assumption = "MessageGroupIdExpression picks nothing: its group is default";
    }
  }
  if (arguments_.deduplication_expression) {
    out.deduplication = evaluate_argument(*arguments_.deduplication_expression,
                                          arguments_.deduplication_formatter, payload);
    if (out.deduplication.empty()) {
      if (!assumption.empty()) assumption += "; ";
      assumption += "MessageDeduplicationIdExpression picks nothing: a FIFO queue gets a random id";
    }
  }
  return assumption;
}

void SqsDelivery::deliver(aws::SessionPtr session, const std::string& arn, BatchPtr batch) {
  if (known_queues_.contains(arn)) return send_from(session, arn, batch, 0);
  context_.ports.sqs.get_queue_url(
      session, arn,
      [self = shared_from_this(), this, session, arn, batch](aws::Outcome<std::string> url) {
        const auto owner = owner_();
        if (owner == nullptr) return;
        if (!url) {
          owner->failed(*batch, all_members(*batch), failure_of(url.error()));
          owner->finished(batch);
          return;
        }
        known_queues_.insert(arn);
        send_from(session, arn, batch, 0);
      });
}

void SqsDelivery::send_from(const aws::SessionPtr& session, const std::string& arn,
                            const BatchPtr& batch, std::size_t begin) {
  const auto owner = owner_();
  if (owner == nullptr) return;
  const bool fifo = arn.ends_with(".fifo");
  auto chunk = next_chunk(*owner, *batch, fifo, begin);
  if (chunk.entries.empty()) return owner->finished(batch);
  owner->dispatched(
      *batch, chunk.entries.size(), chunk.bytes,
      fifo && !arguments_.deduplication_expression ? "with random deduplication ids" : "");
  context_.ports.sqs.send_message_batch(
      session, arn, std::move(chunk.entries),
      [self = shared_from_this(), this, session, arn, batch, begin,
       members = std::move(chunk.members)](aws::Outcome<aws::SendResult> outcome) {
        const auto owner = owner_();
        if (owner == nullptr) return;
        if (!outcome) {
          if (failure_of(outcome.error()).reason == Reason::kDestinationNotFound)
            known_queues_.erase(arn);
          owner->failed(*batch, members, failure_of(outcome.error()));
        } else {
          for (const auto& failed : outcome->failed) {
            if (failed.index >= members.size()) continue;
            owner->failed(*batch, {members[failed.index]}, failure_of(failed.error));
          }
          if (outcome->failed.size() < members.size()) {
            owner->delivered(*batch, members.size() - outcome->failed.size());
          }
        }
        send_from(session, arn, batch, begin);
      });
}

SqsDelivery::Chunk SqsDelivery::next_chunk(DeliverySink& owner, const Batch& batch, bool fifo,
                                           std::size_t& begin) {
  Chunk out;
  for (; begin < batch.entries.size() && out.entries.size() < kMaxSqsBatchEntries; ++begin) {
    auto entry = message(batch, begin, fifo);
    const std::size_t size = size_of(entry);
    const auto member = static_cast<std::uint32_t>(begin);
    if (size > kMaxSqsBatchBytes) {
      owner.failed(batch, {member},
                   {Reason::kPayloadTooLarge, std::to_string(size) + " bytes; SQS takes 1 MiB"});
      continue;
    }
    if (out.bytes + size > kMaxSqsBatchBytes) break;
    out.bytes += size;
    out.entries.push_back(std::move(entry));
    out.members.push_back(member);
  }
  return out;
}

aws::SendEntry SqsDelivery::message(const Batch& batch, std::size_t index, bool fifo) {
  const BatchEntry& packet = batch.entries[index];
  aws::SendEntry out;
  out.body = batch.text_of(packet);
  if (arguments_.message_attributes) {
    const Endpoint& remote = packet.origin.remote;
    out.attributes = {{"RemoteAddress", "String", remote.address.to_string()},
                      {"RemotePort", "Number", std::to_string(remote.port)},
                      {"LocalDomain", "String", domain_},
                      {"LocalPort", "Number", std::to_string(port_)}};
  }
  if (!batch.keys.empty()) {
    out.group_id = batch.keys[index].group;
    if (fifo) out.deduplication_id = batch.keys[index].deduplication;
  }
  if (fifo && out.deduplication_id.empty()) out.deduplication_id = context_.random.uuid();
  return out;
}

}  // namespace loopgate::gateway

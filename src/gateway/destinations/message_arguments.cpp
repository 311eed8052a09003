#include "gateway/destinations/message_arguments.h"

#include <fmt/format.h>

namespace loopgate::gateway {

namespace {

// A FIFO message needs a group; an expression that picks nothing out of its packet leaves this one.
constexpr std::string_view kDefaultGroup = "default";

}  // namespace

MessageArguments MessageArguments::read(Properties& arguments, std::string_view kind) {
  MessageArguments out;
  out.kind_ = kind;
  out.raw_ = arguments.boolean("SendRaw").value_or(false);
  out.attributes_ = arguments.boolean("UseMessageAttributes").value_or(false);
  out.group_ = ArgumentExpression::read(arguments, "MessageGroupId");
  out.deduplication_ = ArgumentExpression::read(arguments, "MessageDeduplicationId");
  return out;
}

std::string MessageArguments::refusal_of(const std::string& arn) const {
  if (!is_fifo(arn) || group_.is_given()) return "";
  return fmt::format("{} is a FIFO {}, which requires MessageGroupIdExpression", arn, kind_);
}

std::string MessageArguments::read_keys(ByteSpan payload, std::span<std::string> keys) const {
  std::string assumption;
  if (group_.is_given()) {
    keys[kGroup] = group_.evaluate(payload);
    if (keys[kGroup].empty()) {
      keys[kGroup] = kDefaultGroup;
      assumption = "MessageGroupIdExpression picks nothing: its group is default";
    }
  }
  if (deduplication_.is_given()) {
    keys[kDeduplication] = deduplication_.evaluate(payload);
    if (keys[kDeduplication].empty()) {
      if (!assumption.empty()) assumption += "; ";
      assumption += fmt::format(
          "MessageDeduplicationIdExpression picks nothing: a FIFO {} gets a random id", kind_);
    }
  }
  return assumption;
}

aws::SendEntry MessageArguments::message(const Batch& batch, std::size_t index,
                                         const DestinationIdentity& identity, bool fifo,
                                         Random& random) const {
  const BatchEntry& packet = batch.entries[index];
  aws::SendEntry out;
  out.body = batch.text_of(packet);
  if (attributes_) {
    const Endpoint& remote = packet.origin.remote;
    out.attributes = {{"RemoteAddress", "String", remote.address.to_string()},
                      {"RemotePort", "Number", std::to_string(remote.port)},
                      {"LocalDomain", "String", identity.domain},
                      {"LocalPort", "Number", std::to_string(identity.port)}};
  }
  if (const auto keys = batch.keys_of(index); !keys.empty()) {
    out.group_id = keys[kGroup];
    if (fifo) out.deduplication_id = keys[kDeduplication];
  }
  if (fifo && out.deduplication_id.empty()) out.deduplication_id = random.uuid();
  return out;
}

std::string MessageArguments::assumption(bool fifo) const {
  return fifo && !deduplication_.is_given() ? "with random deduplication ids" : "";
}

std::size_t size_of_message(const aws::SendEntry& entry) {
  std::size_t size = entry.body.size();
  for (const auto& attribute : entry.attributes) {
    size += attribute.name.size() + attribute.type.size() + attribute.value.size();
  }
  return size;
}

}  // namespace loopgate::gateway

// What queues and topics take alike: how a packet becomes a message with attributes, a group and a
// deduplication id.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "aws/ports.h"
#include "base/random.h"
#include "gateway/destinations/argument_expression.h"
#include "gateway/destinations/delivery.h"

namespace loopgate::gateway {

class MessageArguments {
 public:
  // SendRaw, UseMessageAttributes, MessageGroupIdExpression, MessageDeduplicationIdExpression and
  // the formatters of both. `kind`: "queue" or "topic".
  static MessageArguments read(Properties& arguments, std::string_view kind);

  // What stands against `arn`; empty when nothing does.
  std::string refusal_of(const std::string& arn) const;
  bool is_raw() const { return raw_; }
  bool has_any() const { return raw_ || attributes_ || has_keys(); }

  // As in Delivery.
  std::size_t keys_per_packet() const { return has_keys() ? kKeys : 0; }
  std::string read_keys(ByteSpan payload, std::span<std::string> keys) const;

  // The packet at `index`: a FIFO message without a deduplication id gets a random one.
  aws::SendEntry message(const Batch& batch, std::size_t index, const DestinationIdentity& identity,
                         bool fifo, Random& random) const;
  // What a rule of ours decides about all messages; empty when none does.
  std::string assumption(bool fifo) const;

 private:
  // The keys of a packet.
  static constexpr std::size_t kGroup = 0, kDeduplication = 1, kKeys = 2;

  bool has_keys() const { return group_.is_given() || deduplication_.is_given(); }

  std::string_view kind_;
  bool raw_ = false;
  bool attributes_ = false;
  ArgumentExpression group_;
  ArgumentExpression deduplication_;
};

// ARNs of FIFO queues and topics say so.
inline bool is_fifo(std::string_view arn) {
  return arn.ends_with(".fifo");
}
// What SQS and SNS count: the body and the names, types and values of attributes.
std::size_t size_of_message(const aws::SendEntry& entry);

}  // namespace loopgate::gateway

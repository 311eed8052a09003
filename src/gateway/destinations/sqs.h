// SQS destinations: one message a packet, SendMessageBatch split to its limits, chunk after chunk
// so that a FIFO queue keeps the order of a batch.
#pragma once

#include <set>

#include "gateway/deployment/config.h"
#include "gateway/destinations/delivery.h"

namespace loopgate::gateway {

class SqsDelivery final : public Delivery {
 public:
  // `domain` and `port` are the listener's, for message attributes.
  SqsDelivery(Context& context, Owner owner, SqsArguments arguments, std::string domain,
              std::uint16_t port)
      : Delivery(context, std::move(owner)),
        arguments_(std::move(arguments)),
        domain_(std::move(domain)),
        port_(port) {}

  bool wants_bare_data() const override { return arguments_.send_raw; }
  bool wants_keys() const override {
    return arguments_.group_expression || arguments_.deduplication_expression;
  }
  std::string read_keys(ByteSpan payload, PacketKeys& out) const override;
  void deliver(aws::SessionPtr session, const std::string& arn, BatchPtr batch) override;

 private:
  struct Chunk {
    std::vector<aws::SendEntry> entries;
    Members members;
    std::size_t bytes = 0;
  };

  void send_from(const aws::SessionPtr& session, const std::string& arn, const BatchPtr& batch,
                 std::size_t begin);
  // Takes entries from `begin` on until a limit is reached, and moves `begin` past them.
  Chunk next_chunk(DeliverySink& owner, const Batch& batch, bool fifo, std::size_t& begin);
  aws::SendEntry message(const Batch& batch, std::size_t index, bool fifo);

  SqsArguments arguments_;
  std::string domain_;
  std::uint16_t port_;
  std::set<std::string> known_queues_;  // ARNs whose GetQueueUrl succeeded
};

}  // namespace loopgate::gateway

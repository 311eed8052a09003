// How batches reach one AWS service: one implementation per service, chosen by the ARN.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>

#include "aws/ports.h"
#include "gateway/batcher.h"
#include "gateway/failure.h"
#include "gateway/reply.h"

namespace loopgate::gateway {

// Entries of a batch by position.
using Members = std::vector<std::uint32_t>;

// Where a delivery tells what became of a batch: its destination. `finished` comes last, once.
class DeliverySink {
 public:
  virtual ~DeliverySink() = default;
  // `assumption`: what a rule of ours decided about the call; empty when none did.
  virtual void dispatched(const Batch& batch, std::size_t count, std::size_t bytes,
                          std::string_view assumption) = 0;
  virtual void delivered(const Batch& batch, std::size_t count) = 0;
  virtual void failed(const Batch& batch, const Members& members, const Failure& failure) = 0;
  // Something that came back: for one packet, or no sound answer at all.
  virtual void replied(Batch& batch, const Reply& reply) = 0;
  virtual void answer_malformed(const Batch& batch, const std::string& problem) = 0;
  virtual void finished(BatchPtr batch) = 0;
};

class Delivery : public std::enable_shared_from_this<Delivery> {
 public:
  // Null once the destination is gone: completions then have nobody to tell.
  using Owner = std::function<std::shared_ptr<DeliverySink>()>;

  Delivery(Context& context, Owner owner) : context_(context), owner_(std::move(owner)) {}
  virtual ~Delivery() = default;
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;

  // A message is `Data` alone instead of a request packet.
  virtual bool wants_bare_data() const { return false; }
  virtual bool wants_keys() const { return false; }
  // Gives what a rule of ours decided, for the journal; empty when none did.
  virtual std::string read_keys(ByteSpan payload, PacketKeys& out) const {
    (void)payload, (void)out;
    return {};
  }
  virtual void deliver(aws::SessionPtr session, const std::string& arn, BatchPtr batch) = 0;

 protected:
  Context& context_;
  Owner owner_;
};

Members all_members(const Batch& batch);

// What an argument's expression picks out of a payload, formatted; empty when it fails.
std::string evaluate_argument(const codec::brex::Expression& expression, codec::Formatter formatter,
                              ByteSpan payload);

}  // namespace loopgate::gateway

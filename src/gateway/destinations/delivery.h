// How batches reach one AWS service: one implementation a service, made by its row (service.h).
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "aws/ports.h"
#include "gateway/batcher.h"
#include "gateway/failure.h"
#include "gateway/reply.h"

namespace loopgate::gateway {

// What of a destination and its listener may stand in a call.
struct DestinationIdentity {
  std::string name;
  std::string domain;  // of the listener
  std::uint16_t port = 0;
};

// Entries of a batch by position.
using Members = std::vector<std::uint32_t>;
Members members_of(const Batch& batch);  // all of them

// Where a delivery tells what became of a batch: its destination. `finished` comes last, once.
class DeliverySink {
 public:
  virtual ~DeliverySink() = default;
  // `assumption`: what a rule of ours decided about the call; empty when none did.
  virtual void dispatched(const Batch& batch, std::size_t count, std::size_t bytes,
                          std::string_view assumption) = 0;
  // `note`: what is strange about its answer; usually empty.
  virtual void delivered(const Batch& batch, const Members& members, std::string_view note) = 0;
  virtual void failed(const Batch& batch, const Members& members, const Failure& failure) = 0;
  // Something that came back: for one packet, or no sound answer at all.
  virtual void replied(Batch& batch, const Reply& reply) = 0;
  virtual void answer_malformed(const Batch& batch, const std::string& problem) = 0;
  virtual void finished(BatchPtr batch) = 0;
};

// Of a call that was waited for: delivered, and the replies that its answer holds.
void tell_answer(DeliverySink& owner, Batch& batch, const Members& members,
                 std::string_view answer);

class Delivery : public std::enable_shared_from_this<Delivery> {
 public:
  // Null once the destination is gone: completions then have nobody to tell.
  using Owner = std::function<std::shared_ptr<DeliverySink>()>;

  Delivery(Context& context, Owner owner) : context_(context), owner_(std::move(owner)) {}
  virtual ~Delivery() = default;
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;

  // A message is `Data` alone, unescaped, instead of a request packet.
  virtual bool wants_bare_data() const { return false; }
  // How many keys it keeps beside each packet: what expressions of Arguments picked out of it.
  virtual std::size_t keys_per_packet() const { return 0; }
  // Fills in `keys`, so many, empty at first. Gives what a rule of ours decided, for the journal;
  // empty when none did.
  virtual std::string read_keys(const RequestPacket& packet, std::span<std::string> keys) const {
    (void)packet, (void)keys;
    return {};
  }
  virtual void deliver(aws::SessionPtr session, const std::string& arn, BatchPtr batch) = 0;

 protected:
  Context& context_;
  Owner owner_;
};

}  // namespace loopgate::gateway

// A delivery through a batch call: what was collected is split into chunks within the limits of the
// service, which go one after the other, so that a batch keeps its order. Only a packet that no
// call would take is dropped; the others of its batch get through.
#pragma once

#include <expected>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gateway/destinations/delivery.h"

namespace loopgate::gateway {

// What one call takes.
struct ChunkLimits {
  std::size_t entries = 0;
  std::size_t bytes = 0;          // in sum
  std::size_t entry_bytes = 0;    // of one
  std::string_view entry_text{};  // "SQS takes 1 MiB"
};

// `Entry` is what becomes of a packet in the call.
template <class Entry>
class ChunkedDelivery : public Delivery {
 public:
  ChunkedDelivery(Context& context, Owner owner, const ChunkLimits& limits)
      : Delivery(context, std::move(owner)), limits_(limits) {}

  void deliver(aws::SessionPtr session, const std::string& arn, BatchPtr batch) final {
    if (prepared_.contains(arn)) return send_from(session, arn, batch, 0);
    prepare(session, arn,
            [self = shared_from_this(), this, session, arn, batch](aws::Outcome<aws::Done> done) {
              const auto owner = owner_();
              if (owner == nullptr) return;
              if (!done) {
                owner->failed(*batch, members_of(*batch), failure(done.error()));
                owner->finished(batch);
                return;
              }
              prepared_.insert(arn);
              send_from(session, arn, batch, 0);
            });
  }

 protected:
  // What goes before the first call for an ARN, and before the next when it was not found.
  virtual void prepare(const aws::SessionPtr& session, const std::string& arn,
                       aws::Completion<aws::Done> done) {
    (void)session, (void)arn;
    done(aws::Done{});
  }
  // The failure of a packet that no call would take.
  virtual std::expected<Entry, Failure> make_entry(const std::string& arn, const Batch& batch,
                                                   std::size_t index) = 0;
  // As the service counts it.
  virtual std::size_t size_of(const Entry& entry) const = 0;
  // What a rule of ours decides about calls to this ARN; empty when none does.
  virtual std::string assumption(const std::string& arn) const {
    (void)arn;
    return {};
  }
  virtual void send(const aws::SessionPtr& session, const std::string& arn, const Batch& batch,
                    std::vector<Entry> entries, aws::Completion<aws::SendResult> done) = 0;
  virtual Failure failure(const aws::AwsError& error) const { return failure_of(error); }

 private:
  struct Chunk {
    std::vector<Entry> entries;
    Members members;
    std::size_t bytes = 0;
  };

  void send_from(const aws::SessionPtr& session, const std::string& arn, const BatchPtr& batch,
                 std::size_t begin) {
    const auto owner = owner_();
    if (owner == nullptr) return;
    auto chunk = next_chunk(*owner, arn, *batch, begin);
    if (chunk.entries.empty()) return owner->finished(batch);
    owner->dispatched(*batch, chunk.entries.size(), chunk.bytes, assumption(arn));
    send(session, arn, *batch, std::move(chunk.entries),
         [self = shared_from_this(), this, session, arn, batch, begin,
          members = std::move(chunk.members)](aws::Outcome<aws::SendResult> outcome) {
           const auto owner = owner_();
           if (owner == nullptr) return;
           sent(*owner, arn, *batch, members, outcome);
           send_from(session, arn, batch, begin);
         });
  }

  // Takes packets from `begin` on until a limit is reached, and moves `begin` past them.
  Chunk next_chunk(DeliverySink& owner, const std::string& arn, const Batch& batch,
                   std::size_t& begin) {
    Chunk out;
    for (; begin < batch.entries.size() && out.entries.size() < limits_.entries; ++begin) {
      const auto member = static_cast<std::uint32_t>(begin);
      auto entry = make_entry(arn, batch, begin);
      if (!entry) {
        owner.failed(batch, {member}, entry.error());
        continue;
      }
      const std::size_t size = size_of(*entry);
      if (size > limits_.entry_bytes) {
        owner.failed(batch, {member},
                     {Reason::kPayloadTooLarge,
                      std::to_string(size) + " bytes; " + std::string(limits_.entry_text)});
        continue;
      }
      if (out.bytes + size > limits_.bytes) break;
      out.bytes += size;
      out.entries.push_back(std::move(*entry));
      out.members.push_back(member);
    }
    return out;
  }

  void sent(DeliverySink& owner, const std::string& arn, const Batch& batch, const Members& members,
            const aws::Outcome<aws::SendResult>& outcome) {
    if (!outcome) {
      const Failure why = failure(outcome.error());
      if (why.reason == Reason::kDestinationNotFound) prepared_.erase(arn);
      return owner.failed(batch, members, why);
    }
    std::set<std::size_t> refused;
    for (const auto& failed : outcome->failed) {
      if (failed.index >= members.size() || !refused.insert(failed.index).second) continue;
      owner.failed(batch, {members[failed.index]}, failure(failed.error));
    }
    Members taken;
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (!refused.contains(i)) taken.push_back(members[i]);
    }
    if (!taken.empty()) owner.delivered(batch, taken, {});
  }

  ChunkLimits limits_;
  std::set<std::string> prepared_;  // ARNs
};

}  // namespace loopgate::gateway

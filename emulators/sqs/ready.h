// Which message is next: the ids of a queue's visible messages, in order. Light on purpose, 16
// bytes for a message that was never received; everything else about it lies in the store.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/time.h"

namespace loopgate::sqs {

struct ReadyMessage {
  std::int64_t id = 0;
  WallTime expires{};
};

class Ready {
 public:
  virtual ~Ready() = default;
  virtual void add(ReadyMessage message, const std::string& group) = 0;
  // Takes the next one out; from `preferred_group` as long as it has any (FIFO).
  virtual std::optional<ReadyMessage> next(const std::string& preferred_group) = 0;
  virtual void remove(std::int64_t id, const std::string& group) = 0;
  // A message is in flight. FIFO: it holds back those of its group that were sent after it;
  // standard: it counts for its tenant.
  virtual void lock(std::int64_t id, const std::string& group) = 0;
  virtual void unlock(std::int64_t id, const std::string& group) = 0;
  // Anything that `next` would give?
  virtual bool any() const = 0;
  virtual std::size_t size() const = 0;
  virtual std::vector<ReadyMessage> all() const = 0;
  // Takes those out that have expired, and gives their ids.
  virtual std::vector<std::int64_t> take_expired(WallTime now) = 0;
  // The first deadline that is worth a timer; later ones may hide behind it for a while.
  virtual std::optional<WallTime> next_expiry() const = 0;
};

// Messages by their ids: most come in order, a few late.
class MessageLine {
 public:
  void add(ReadyMessage message);
  std::optional<std::int64_t> first() const;  // its id
  ReadyMessage take_first();
  bool remove(std::int64_t id);
  void take_expired(WallTime now, std::vector<std::int64_t>& out);
  void append_to(std::vector<ReadyMessage>& out) const;
  std::optional<WallTime> next_expiry() const;
  bool empty() const { return in_order_.empty() && late_.empty(); }
  std::size_t size() const { return in_order_.size() + late_.size(); }

 private:
  std::deque<ReadyMessage> in_order_;      // ascending ids
  std::map<std::int64_t, WallTime> late_;  // visible again, or after a delay
};

// Oldest first, which standard queues do not promise but people expect. A group is a tenant of a
// fair queue: one that has more than its share of what is in flight comes after the others; what
// has no group is a tenant of its own.
class StandardReady final : public Ready {
 public:
  void add(ReadyMessage message, const std::string& group) override;
  std::optional<ReadyMessage> next(const std::string& preferred_group) override;
  void remove(std::int64_t id, const std::string& group) override;
  void lock(std::int64_t id, const std::string& group) override;
  void unlock(std::int64_t id, const std::string& group) override;
  bool any() const override { return size() > 0; }
  std::size_t size() const override { return alone_.size() + grouped_; }
  std::vector<ReadyMessage> all() const override;
  std::vector<std::int64_t> take_expired(WallTime now) override;
  std::optional<WallTime> next_expiry() const override;

 private:
  struct Tenant {
    MessageLine line;
    std::size_t in_flight = 0;
    std::int64_t head =
        0;  // under which it stands among `heads_` or `noisy_heads_`; 0: it does not
    bool stands_noisy = false;
  };
  using Tenants = std::map<std::string, Tenant>;            // whose iterators stay
  using Heads = std::map<std::int64_t, Tenants::iterator>;  // by the id of their first messages

  bool is_noisy(const Tenant& tenant) const;
  void place(Tenants::iterator tenant);
  std::optional<std::int64_t> first_quiet();
  ReadyMessage take_from(Tenants::iterator tenant);

  MessageLine alone_;  // without a group
  Tenants tenants_;
  Heads heads_, noisy_heads_;
  std::size_t grouped_ = 0;    // ready
  std::size_t in_flight_ = 0;  // with and without a group
};

// Strictly in order within a group; among groups the one that has waited longest. A group that
// comes back from being held goes behind those that wait, as on AWS.
class FifoReady final : public Ready {
 public:
  void add(ReadyMessage message, const std::string& group) override;
  std::optional<ReadyMessage> next(const std::string& preferred_group) override;
  void remove(std::int64_t id, const std::string& group) override;
  void lock(std::int64_t id, const std::string& group) override;
  void unlock(std::int64_t id, const std::string& group) override;
  bool any() const override { return !waiting_.empty(); }
  std::size_t size() const override { return size_; }
  std::vector<ReadyMessage> all() const override;
  std::vector<std::int64_t> take_expired(WallTime now) override;
  std::optional<WallTime> next_expiry() const override;

 private:
  struct Group {
    bool has_next() const {
      return !pending.empty() && (held.empty() || pending.begin()->first < *held.begin());
    }

    std::map<std::int64_t, WallTime> pending;
    std::set<std::int64_t> held;  // in flight
    std::uint64_t turn = 0;       // under which it stands in `waiting_`; 0: it does not
    std::int64_t oldest = 0;      // under which it stands in `oldest_`; 0: it has none
  };
  using Groups = std::unordered_map<std::string, Group>;
  void refresh(Groups::iterator group);

  Groups groups_;
  std::map<std::uint64_t, std::string> waiting_;  // those that have a next message, by turn
  std::map<std::int64_t, WallTime> oldest_;       // each group's oldest message
  std::uint64_t last_turn_ = 0;
  std::size_t size_ = 0;
};

std::unique_ptr<Ready> make_ready(bool is_fifo);

}  // namespace loopgate::sqs

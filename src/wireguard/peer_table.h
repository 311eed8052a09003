// All peers of a Device, found in constant time by id, by public key and by session index; and the
// bounded memory of those that are gone.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/random.h"
#include "wireguard/peer.h"

namespace loopgate::wireguard {

// Keyed (SipHash): an attacker who chooses keys must not choose buckets.
class PublicKeyHash {
 public:
  explicit PublicKeyHash(Random& random) { random.fill(key_); }
  std::size_t operator()(const PublicKey& key) const noexcept;

 private:
  std::array<std::byte, 16> key_;
};

class PeerTable {
 public:
  explicit PeerTable(Random& random);
  PeerTable(const PeerTable&) = delete;

  // Whom an index that we gave out belongs to. Without a keypair it is the peer's pending
  // handshake.
  struct Session {
    Peer* peer = nullptr;
    Keypair* keypair = nullptr;
  };

  Peer* find(PeerId id) const;
  Peer* find(const PublicKey& key) const;
  Peer* at_slot(std::uint32_t slot) const { return slots_[slot].get(); }
  Session find_session(std::uint32_t index) const;

  // The key must not be there yet.
  Peer& add(const PublicKey& key, bool named, Instant now);
  void set_named(Peer& peer, bool named);
  void remove(Peer& peer);

  // A new random index. The keypair may still be null.
  std::uint32_t add_session(Peer& peer, Keypair* keypair);
  void set_session(std::uint32_t index, Keypair* keypair);
  void drop(std::unique_ptr<Keypair>& keypair);  // null is fine
  void drop(std::unique_ptr<PendingHandshake>& pending);

  std::size_t size() const { return by_key_.size(); }
  std::size_t unknown_count() const { return unknown_count_; }
  // The unknown peer that has to go first: among the longest idle one without a live session. Null
  // when there is none within kEvictionCandidatesMax steps.
  Peer* eviction_candidate(Instant now);

  void remember_removed(const PublicKey& key);
  void forget_removed(const PublicKey& key);
  bool was_removed(const PublicKey& key) const { return removed_.contains(key); }

  // In slot order.
  template <class F>
  void for_each(F visit) const {
    for (const auto& peer : slots_) {
      if (peer) visit(*peer);
    }
  }

 private:
  void list(Peer& peer);
  void unlist(Peer& peer);

  Random& random_;
  std::vector<std::unique_ptr<Peer>> slots_;
  std::vector<std::uint32_t> generations_;
  std::vector<std::uint32_t> free_slots_;
  std::unordered_map<PublicKey, Peer*, PublicKeyHash> by_key_;
  std::unordered_map<std::uint32_t, Session> by_index_;
  std::uint32_t list_first_;
  std::uint32_t list_last_;
  std::size_t unknown_count_ = 0;
  std::unordered_set<PublicKey, PublicKeyHash> removed_;
  std::deque<PublicKey> removed_order_;
};

}  // namespace loopgate::wireguard

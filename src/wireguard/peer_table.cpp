#include "wireguard/peer_table.h"

#include <sodium.h>

#include "base/check.h"
#include "wireguard/aead.h"
#include "wireguard/limits.h"

namespace loopgate::wireguard {

namespace {

constexpr std::uint32_t kNoSlot = ~std::uint32_t{0};

PeerId make_id(std::uint32_t generation, std::uint32_t slot) {
  return static_cast<PeerId>(std::uint64_t{generation} << 32 | slot);
}

}  // namespace

std::size_t PublicKeyHash::operator()(const PublicKey& key) const noexcept {
  std::size_t hash = 0;
  static_assert(sizeof hash == crypto_shorthash_BYTES);
  static_assert(sizeof key_ == crypto_shorthash_KEYBYTES);
  crypto_shorthash(reinterpret_cast<unsigned char*>(&hash), raw(key.bytes.data()), kKeySize,
                   raw(key_.data()));
  return hash;
}

PeerTable::PeerTable(Random& random)
    : random_(random),
      by_key_(0, PublicKeyHash(random)),
      list_first_(kNoSlot),
      list_last_(kNoSlot),
      removed_(0, PublicKeyHash(random)) {}

Peer* PeerTable::find(PeerId id) const {
  const auto slot = static_cast<std::uint32_t>(id);
  if (slot >= slots_.size() || !slots_[slot] || slots_[slot]->id != id) return nullptr;
  return slots_[slot].get();
}

Peer* PeerTable::find(const PublicKey& key) const {
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? nullptr : found->second;
}

PeerTable::Session PeerTable::find_session(std::uint32_t index) const {
  const auto found = by_index_.find(index);
  return found == by_index_.end() ? Session{} : found->second;
}

Peer& PeerTable::add(const PublicKey& key, bool named, Instant now) {
  if (free_slots_.empty()) {
    LOOPGATE_CHECK(slots_.size() < kNoSlot);
    free_slots_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
    generations_.push_back(0);
  }
  const auto slot = free_slots_.back();
  free_slots_.pop_back();
  const auto id = make_id(++generations_[slot], slot);  // from 1, so that no id is kNone
  slots_[slot] = std::make_unique<Peer>(key, id, slot);
  auto& peer = *slots_[slot];
  LOOPGATE_CHECK(by_key_.emplace(key, &peer).second);
  peer.named = named;
  peer.last_activity = now;
  if (!named) list(peer);
  return peer;
}

void PeerTable::set_named(Peer& peer, bool named) {
  if (peer.named == named) return;
  peer.named = named;
  named ? unlist(peer) : list(peer);
}

void PeerTable::remove(Peer& peer) {
  drop(peer.previous);
  drop(peer.current);
  drop(peer.next);
  drop(peer.pending);
  if (!peer.named) unlist(peer);
  by_key_.erase(peer.key);
  free_slots_.push_back(peer.slot);
  slots_[peer.slot].reset();
}

std::uint32_t PeerTable::add_session(Peer& peer, Keypair* keypair) {
  for (;;) {
    const auto index = static_cast<std::uint32_t>(random_.u64());
    if (by_index_.try_emplace(index, Session{&peer, keypair}).second) return index;
  }
}

void PeerTable::set_session(std::uint32_t index, Keypair* keypair) {
  by_index_.at(index).keypair = keypair;
}

void PeerTable::drop(std::unique_ptr<Keypair>& keypair) {
  if (!keypair) return;
  by_index_.erase(keypair->local_index);
  keypair.reset();
  forget_cached_keys();
}

void PeerTable::drop(std::unique_ptr<PendingHandshake>& pending) {
  if (!pending) return;
  by_index_.erase(pending->local_index);
  pending.reset();
}

Peer* PeerTable::eviction_candidate(Instant now) {
  for (std::size_t i = 0; i < kEvictionCandidatesMax && list_first_ != kNoSlot; ++i) {
    auto& peer = *slots_[list_first_];
    if (!peer.has_live_session(now) && peer.last_activity == peer.listed_activity) return &peer;
    unlist(peer);
    list(peer);
  }
  return nullptr;
}

void PeerTable::remember_removed(const PublicKey& key) {
  if (!removed_.insert(key).second) return;
  removed_order_.push_back(key);
  if (removed_order_.size() > kRemovedKeysMax) {
    removed_.erase(removed_order_.front());
    removed_order_.pop_front();
  }
}

void PeerTable::forget_removed(const PublicKey& key) {
  if (removed_.erase(key) > 0) std::erase(removed_order_, key);
}

void PeerTable::list(Peer& peer) {
  peer.listed_activity = peer.last_activity;
  peer.list_before = list_last_;
  peer.list_after = kNoSlot;
  (list_last_ == kNoSlot ? list_first_ : slots_[list_last_]->list_after) = peer.slot;
  list_last_ = peer.slot;
  ++unknown_count_;
}

void PeerTable::unlist(Peer& peer) {
  (peer.list_before == kNoSlot ? list_first_ : slots_[peer.list_before]->list_after) =
      peer.list_after;
  (peer.list_after == kNoSlot ? list_last_ : slots_[peer.list_after]->list_before) =
      peer.list_before;
  --unknown_count_;
}

}  // namespace loopgate::wireguard

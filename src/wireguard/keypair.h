// The two keys of one session, with what belongs to them: counters, window, age, role.
#pragma once

#include <cstdint>

#include "base/time.h"
#include "wireguard/constants.h"
#include "wireguard/keys.h"
#include "wireguard/replay_window.h"

namespace loopgate::wireguard {

enum class Role : unsigned char { kInitiator, kResponder };

struct Keypair {
  SecretKey send_key;
  SecretKey receive_key;
  std::uint64_t send_counter = 0;  // of the next packet
  ReplayWindow window;
  std::uint32_t local_index = 0;
  std::uint32_t remote_index = 0;
  Instant created{};
  Role role = Role::kResponder;

  bool is_expired(Instant now) const { return now - created >= kRejectAfterTime; }
  bool is_used_up() const { return send_counter >= kRejectAfterMessages; }

  // After sending: is it time for a new handshake? The initiator owes it at kRekeyAfterTime; the
  // responder takes the last chance only (white paper §6.2).
  bool wants_rekey_after_sending(Instant now) const {
    if (send_counter >= kRekeyAfterMessages) return true;
    const auto age = now - created;
    return age >= (role == Role::kInitiator ? kRekeyAfterTime : kLastChanceToRekey);
  }
  // After receiving: only the initiator, and only at the last chance.
  bool wants_rekey_after_receiving(Instant now) const {
    return role == Role::kInitiator && now - created >= kLastChanceToRekey;
  }
};

}  // namespace loopgate::wireguard

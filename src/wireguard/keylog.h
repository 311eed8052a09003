// The key log of a WireGuard capture, as Wireshark reads it and contrib/extract-handshakes of
// wireguard-tools writes it: lines of NAME = base64. Who holds it reads everything: it is made only
// where a user asks for a capture that decrypts itself.
//
// Wireshark ties a PRESHARED_KEY to the LOCAL_EPHEMERAL_PRIVATE_KEY before it, so that order is
// kept.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "wireguard/keys.h"

namespace loopgate::wireguard {

// What the observer of a Device is told of a handshake.
struct HandshakeSecrets {
  SecretKey local_static{};
  PublicKey remote_static{};
  SecretKey local_ephemeral{};
  SecretKey psk{};  // zero: none
};

// Four lines, or three without a pre-shared key; each ends in a newline.
std::string to_key_log(const HandshakeSecrets& secrets);
// The first of those lines. Wireshark reads a handshake only if it knows the responder's key when
// it comes to the initiation, so this has to stand ahead of the packets.
std::string key_log_head(const SecretKey& local_static);

// Without duplicates; static keys in no order.
struct KeyLog {
  struct Ephemeral {
    Identity keys;
    SecretKey psk;
  };
  std::vector<Identity> local_statics;
  std::vector<PublicKey> remote_statics;
  std::vector<Ephemeral> ephemerals;
};

// Blank lines, comments (#) and unknown names are passed over. An error names the line.
Result<KeyLog> parse_key_log(std::string_view text);

}  // namespace loopgate::wireguard

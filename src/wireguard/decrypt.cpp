#include "wireguard/decrypt.h"

#include <algorithm>
#include <utility>

#include "wireguard/aead.h"
#include "wireguard/constants.h"
#include "wireguard/limits.h"

namespace loopgate::wireguard {

namespace {

// Makes room by letting the oldest go; an index that comes again stands for its newest use.
template <class Map, class Value>
void put(Map& map, std::deque<std::uint32_t>& order, std::uint32_t index, Value value) {
  if (map.insert_or_assign(index, std::move(value)).second) order.push_back(index);
  if (order.size() > kDecryptedSessionsMax) {
    map.erase(order.front());
    order.pop_front();
  }
}

}  // namespace

CaptureDecryptor::CaptureDecryptor(KeyLog log) : log_(std::move(log)) {
  for (const auto& ephemeral : log_.ephemerals) {
    ephemerals_[ephemeral.keys.public_key] = &ephemeral;
  }
}

std::expected<Captured, Reason> CaptureDecryptor::read(ByteSpan datagram) {
  const auto message = parse(datagram);
  if (!message) return std::unexpected(message.error());
  if (const auto* data = std::get_if<Data>(&*message)) return read_data(*data);
  if (const auto* initiation = std::get_if<Initiation>(&*message)) {
    return read_initiation(*initiation);
  }
  if (const auto* response = std::get_if<Response>(&*message)) return read_response(*response);
  return CapturedCookieReply{};
}

std::expected<Captured, Reason> CaptureDecryptor::read_initiation(const Initiation& message) {
  auto opened = open_as_initiator(message);
  if (!opened) opened = open_as_responder(message);
  if (!opened) return std::unexpected(Reason::kHandshakeFailed);
  const CapturedHandshake handshake{.initiator = opened->initiator, .responder = opened->responder};
  put(initiations_, initiation_order_, message.sender, std::move(*opened));
  return handshake;
}

std::optional<CaptureDecryptor::OpenInitiation> CaptureDecryptor::open_as_responder(
    const Initiation& message) const {
  for (const auto& local : log_.local_statics) {
    const auto es = x25519(local.private_key, message.ephemeral);
    if (!es) continue;
    Transcript transcript(as_bytes(kIdentifier), local.public_key);
    const auto initiator = transcript.open_static(message.ephemeral, *es, message.sealed_static);
    if (!initiator) continue;
    const auto ss = x25519(local.private_key, *initiator);
    Timestamp timestamp;
    if (!ss || !transcript.open_payload(*ss, message.sealed_timestamp, timestamp.bytes)) continue;
    return OpenInitiation{transcript,        *initiator, local.public_key,
                          message.ephemeral, &local,     nullptr};
  }
  return std::nullopt;
}

std::optional<CaptureDecryptor::OpenInitiation> CaptureDecryptor::open_as_initiator(
    const Initiation& message) const {
  const auto* ephemeral = ephemeral_of(message.ephemeral);
  if (!ephemeral) return std::nullopt;
  for (const auto& remote : log_.remote_statics) {
    const auto es = x25519(ephemeral->keys.private_key, remote);
    if (!es) continue;
    Transcript transcript(as_bytes(kIdentifier), remote);
    const auto initiator = transcript.open_static(message.ephemeral, *es, message.sealed_static);
    if (!initiator) continue;
    const auto is_local = [&](const Identity& local) { return local.public_key == *initiator; };
    const auto local = std::ranges::find_if(log_.local_statics, is_local);
    if (local == log_.local_statics.end()) continue;
    const auto ss = x25519(local->private_key, remote);
    Timestamp timestamp;
    if (!ss || !transcript.open_payload(*ss, message.sealed_timestamp, timestamp.bytes)) continue;
    return OpenInitiation{transcript, *initiator, remote, message.ephemeral, &*local, ephemeral};
  }
  return std::nullopt;
}

std::expected<Captured, Reason> CaptureDecryptor::read_response(const Response& message) {
  const auto found = initiations_.find(message.receiver);
  if (found == initiations_.end()) return std::unexpected(Reason::kUnknownSession);
  const auto& opened = found->second;
  const auto* ephemeral = opened.initiator_ephemeral;
  const bool as_initiator = ephemeral != nullptr;
  if (!as_initiator) ephemeral = ephemeral_of(message.ephemeral);
  if (!ephemeral) return std::unexpected(Reason::kHandshakeFailed);
  const auto ee =
      x25519(ephemeral->keys.private_key, as_initiator ? message.ephemeral : opened.ephemeral);
  const auto se = as_initiator ? x25519(opened.local_static->private_key, message.ephemeral)
                               : x25519(ephemeral->keys.private_key, opened.initiator);
  auto transcript = opened.transcript;
  if (!ee || !se ||
      !transcript.open_answer(message.ephemeral, *ee, *se, ephemeral->psk, message.sealed_empty,
                              {})) {
    return std::unexpected(Reason::kHandshakeFailed);
  }
  const auto keys = transcript.split();
  add_session(message.sender, {opened.initiator, opened.responder, keys.initiator_sends, true});
  add_session(message.receiver, {opened.initiator, opened.responder, keys.responder_sends, false});
  return CapturedHandshake{opened.initiator, opened.responder, true};
}

std::expected<Captured, Reason> CaptureDecryptor::read_data(const Data& message) const {
  const auto found = sessions_.find(message.receiver);
  if (found == sessions_.end()) return std::unexpected(Reason::kUnknownSession);
  const auto& session = found->second;
  CapturedPacket packet{.initiator = session.initiator,
                        .responder = session.responder,
                        .from_initiator = session.from_initiator,
                        .counter = message.counter,
                        .plaintext = Bytes(message.packet.size() - kTagSize)};
  if (!open(session.key, message.counter, {}, message.packet, packet.plaintext.data())) {
    return std::unexpected(Reason::kAuthenticationFailed);
  }
  return packet;
}

const KeyLog::Ephemeral* CaptureDecryptor::ephemeral_of(const PublicKey& key) const {
  const auto found = ephemerals_.find(key);
  return found == ephemerals_.end() ? nullptr : found->second;
}

void CaptureDecryptor::add_session(std::uint32_t receiver, Session session) {
  put(sessions_, session_order_, receiver, std::move(session));
}

}  // namespace loopgate::wireguard

#include "wireguard/outputs.h"

#include "base/check.h"

namespace loopgate::wireguard {

std::string_view name(NoticeKind kind) {
  switch (kind) {
    case NoticeKind::kPeerAdmitted:
      return "peer-admitted";
    case NoticeKind::kPeerForgotten:
      return "peer-forgotten";
    case NoticeKind::kPeerRemoved:
      return "peer-removed";
    case NoticeKind::kHandshakeStarted:
      return "handshake-started";
    case NoticeKind::kHandshakeCompleted:
      return "handshake-completed";
    case NoticeKind::kHandshakeGivenUp:
      return "handshake-given-up";
    case NoticeKind::kCookieReceived:
      return "cookie-received";
    case NoticeKind::kSessionConfirmed:
      return "session-confirmed";
    case NoticeKind::kSessionExpired:
      return "session-expired";
    case NoticeKind::kKeysErased:
      return "keys-erased";
    case NoticeKind::kEndpointChanged:
      return "endpoint-changed";
    case NoticeKind::kKeepaliveReceived:
      return "keepalive-received";
  }
  return "";
}

void Outputs::clear() {
  items_.clear();
  chunk_ = 0;
  used_ = 0;
}

MutableByteSpan Outputs::allocate(std::size_t size) {
  LOOPGATE_CHECK(size <= kChunkSize);
  if (chunk_ < chunks_.size() && used_ + size > kChunkSize) {
    ++chunk_;
    used_ = 0;
  }
  if (chunk_ == chunks_.size()) {
    chunks_.push_back(std::make_unique_for_overwrite<std::byte[]>(kChunkSize));
  }
  const MutableByteSpan out(chunks_[chunk_].get() + used_, size);
  used_ += size;
  return out;
}

void Outputs::shrink_last(MutableByteSpan allocation, std::size_t size) {
  LOOPGATE_CHECK(size <= allocation.size());
  LOOPGATE_CHECK(allocation.data() + allocation.size() == chunks_[chunk_].get() + used_);
  used_ -= allocation.size() - size;
}

}  // namespace loopgate::wireguard

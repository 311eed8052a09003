// Why a packet went no further: the one table of discard reasons. Every code is stable, appears in
// the journal as `reason`, and carries the sentence that tells a person what to do. docs/REASONS.md
// is generated from here.
#pragma once

#include <optional>
#include <string_view>

namespace loopgate {

enum class Reason : unsigned char {
  kNone,
  // In: between the client and the request packet.
  kSourceNotAllowed,
  kNoRestrictions,
  kListenerDeleted,
  kKernelOverflow,
  kMessageMalformed,
  kBadMac1,
  kCookieRequired,
  kHandshakeFailed,
  kUnknownPeer,
  kWrongPsk,
  kReplayedTimestamp,
  kHandshakeRateLimited,
  kTooManyPeers,
  kUnknownSession,
  kInboundSessionExpired,
  kReplayedCounter,
  kAuthenticationFailed,
  kInnerSourceNotAllowed,
  kInnerMalformed,
  kInnerFragment,
  kInnerNotUdp,
  // To a destination.
  kFilterNotTrue,
  kNoDestinationArn,
  kServiceNotEmulated,
  kDestinationBacklogFull,
  kRoleNotAssumable,
  kAccessDenied,
  kDestinationNotFound,
  kDestinationError,
  kFunctionError,
  kFunctionTimeout,
  kFunctionThrottled,
  kFunctionCrashed,
  kPayloadTooLarge,
  kNotCoap,
  // Back to the client.
  kNotRoutable,
  kUnknownTag,
  kReplyMalformed,
  kReplyUndecodable,
  kNoSession,
  kDatagramTooLarge,
  kDestinationCannotReply,
  kSendFailed,
  // Sourced: from an SNS publish to a datagram.
  kNoEgressRegion,
  kRegionNotServed,
  kBodyNotJson,
  kNoMessagesList,
  kEntryMalformed,
  kOldFieldNames,
  kRemoteMissing,
  kRemoteNoAddress,
  kPeerKeyMissing,
  kPeerKeyMalformed,
  kPeerKeyUnknown,
  kPeerNeverConnected,
  kPeerRemoved,
  kSessionInOtherRegion,
  kSessionExpired,
  kInnerMissing,
  kSourcedInnerMalformed,
  kFormatterUnknown,
  kDataUndecodable,
  kCoapNotEncodable,

  // … of the sandbox itself
  kStorageFull,
  kInternalError,
};

inline constexpr int kReasonCount = static_cast<int>(Reason::kInternalError) + 1;

struct ReasonText {
  std::string_view stage;   // "in", "destination", "back", "sourced", "sandbox"; "" for kNone
  std::string_view code;    // kebab-case, stable
  std::string_view remedy;  // one sentence: what happened and what to do
};

ReasonText describe(Reason reason);
std::optional<Reason> parse_reason(std::string_view code);

}  // namespace loopgate

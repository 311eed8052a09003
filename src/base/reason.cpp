#include "base/reason.h"

namespace loopgate {

// No `default`: the compiler names the reason that lacks its text.
ReasonText describe(Reason reason) {
  switch (reason) {
    case Reason::kNone:
      return {"", "none", "Nothing was discarded."};

    case Reason::kSourceNotAllowed:
      return {
          "in", "source-not-allowed",
          "The listener's ClientRestrictions do not admit this source address; add its network to "
          "ClientRestrictions.Networks (0.0.0.0/0 admits IPv4 only, ::/0 IPv6)."};
    case Reason::kNoRestrictions:
      return {"in", "no-restrictions",
              "The listener has no ClientRestrictions, which admits nobody; add "
              "ClientRestrictions.Networks, 0.0.0.0/0 for all of IPv4."};
    case Reason::kListenerDeleted:
      return {"in", "listener-deleted",
              "The listener was deleted while the packet was under way; deploy its stack again."};
    case Reason::kKernelOverflow:
      return {
          "in", "kernel-receive-overflow",
          "The kernel dropped datagrams because the socket's receive buffer was full; send more "
          "slowly, or raise net.core.rmem_max."};
    case Reason::kMessageMalformed:
      return {
          "in", "message-malformed",
          "The datagram is not a WireGuard message: its type or length is wrong; check that the "
          "client "
          "speaks WireGuard to this port."};
    case Reason::kBadMac1:
      return {"in", "bad-mac1",
              "The handshake was made for another server key; give the client this listener's "
              "WireGuardPublicKey."};
    case Reason::kCookieRequired:
      return {"in", "cookie-required",
              "The listener is under load and the handshake had no valid cookie; the client gets "
              "one and "
              "tries again by itself."};
    case Reason::kHandshakeFailed:
      return {"in", "handshake-failed",
              "The handshake could not be decrypted; client and listener disagree about keys."};
    case Reason::kUnknownPeer:
      return {"in", "unknown-peer",
              "The handshake's public key is not among the listener's Peers; add it, or set "
              "AllowUnknownPeers."};
    case Reason::kWrongPsk:
      return {
          "in", "wrong-psk",
          "The client began again without ever using the session that it was offered, or sealed it "
          "with another key: compare the pre-shared keys on both sides."};
    case Reason::kReplayedTimestamp:
      return {"in", "replayed-timestamp",
              "The handshake's timestamp is not newer than this peer's last one: it was replayed, "
              "or the "
              "client's clock went back."};
    case Reason::kHandshakeRateLimited:
      return {"in", "handshake-rate-limited",
              "The peer began handshakes less than 20 ms apart; slow the client down."};
    case Reason::kTooManyPeers:
      return {"in", "too-many-peers",
              "The listener already holds as many unknown peers as it may; the oldest idle ones "
              "make room "
              "by and by."};
    case Reason::kUnknownSession:
      return {
          "in", "unknown-session",
          "The data message names a session that does not exist here (any more); the client has to "
          "shake hands again."};
    case Reason::kInboundSessionExpired:
      return {"in", "inbound-session-expired",
              "The data message belongs to a session past its 180 seconds; the client has to shake "
              "hands "
              "again."};
    case Reason::kReplayedCounter:
      return {
          "in", "replayed-counter",
          "The data message's counter was seen before or is too old: it was replayed or delayed by "
          "more than the window."};
    case Reason::kAuthenticationFailed:
      return {"in", "authentication-failed",
              "The data message does not authenticate: it was altered on its way or sealed with "
              "another "
              "key."};
    case Reason::kInnerSourceNotAllowed:
      return {"in", "inner-source-not-allowed",
              "The inner source address is outside the peer's AllowedIPs; widen them or fix the "
              "client's "
              "Address."};
    case Reason::kInnerMalformed:
      return {"in", "inner-malformed",
              "The inner packet's UDP header does not fit the packet; the client's network stack "
              "made a "
              "broken packet."};
    case Reason::kInnerFragment:
      return {"in", "inner-fragment",
              "A decapsulating listener takes no IP fragments; lower the size of what the client "
              "sends or "
              "its MTU."};
    case Reason::kInnerNotUdp:
      return {"in", "inner-not-udp",
              "A decapsulating listener delivers UDP only; this inner packet is another protocol "
              "(ping is "
              "ICMP); set DecapsulatedDelivery to false to receive whole packets."};

    case Reason::kFilterNotTrue:
      return {"destination", "filter-not-true",
              "The destination's FilterExpression is not true for this payload."};
    case Reason::kNoDestinationArn:
      return {"destination", "no-destination-arn",
              "The destination has no ARN for any region; set DestinationArn or attach one with a "
              "DestinationArn resource."};
    case Reason::kServiceNotEmulated:
      return {"destination", "service-not-emulated",
              "The destination's AWS service is not emulated; its packets are discarded because "
              "the stack "
              "was deployed with --allow-unsupported."};
    case Reason::kDestinationBacklogFull:
      return {"destination", "destination-backlog-full",
              "What waits for this destination reached its limit in bytes; the destination is "
              "slower than "
              "its packets arrive."};
    case Reason::kRoleNotAssumable:
      return {"destination", "role-not-assumable",
              "The destination's role does not exist or does not trust the gateway; its trust "
              "policy needs "
              "Principal.AWS = the ServiceRole of the customer config and sts:AssumeRole."};
    case Reason::kAccessDenied:
      return {
          "destination", "access-denied",
          "The destination's role may not do this call; add the action named in the event to its "
          "policy."};
    case Reason::kDestinationNotFound:
      return {"destination", "destination-not-found",
              "The destination's ARN names a resource that does not exist; check the ARN, its "
              "region and "
              "its account."};
    case Reason::kDestinationError:
      return {"destination", "destination-error",
              "The destination's service refused the call; the event carries its answer."};
    case Reason::kFunctionError:
      return {"destination", "function-error",
              "The function raised an error; 'loopgate trace TAG' has its traceback, and so has "
              "its log "
              "group."};
    case Reason::kFunctionTimeout:
      return {"destination", "function-timeout",
              "The function ran longer than its Timeout; raise it or make the function faster."};
    case Reason::kFunctionThrottled:
      return {"destination", "function-throttled",
              "The function's concurrency was used up; raise ReservedConcurrentExecutions or send "
              "less."};
    case Reason::kFunctionCrashed:
      return {
          "destination", "function-crashed",
          "The function's process ended during the invocation; 'loopgate trace TAG' has its last "
          "output, and so has its log group."};
    case Reason::kPayloadTooLarge:
      return {"destination", "payload-too-large",
              "One packet alone is over the destination service's limit."};
    case Reason::kNotCoap:
      return {"destination", "not-coap",
              "The destination's Formatter is coap and the datagram is not a CoAP message."};

    case Reason::kNotRoutable:
      return {"back", "not-routable",
              "The packet is addressed to a host that is not on this machine; it was captured, not "
              "sent. "
              "--egress NETWORK allows real sending."};
    case Reason::kUnknownTag:
      return {"back", "unknown-tag",
              "The reply's Tag belongs to no packet of its batch; return the Tag of the request "
              "unchanged."};
    case Reason::kReplyMalformed:
      return {"back", "reply-malformed",
              "The function's answer is not {\"Replies\": [{\"Tag\": …, \"Data\": …}, …]}."};
    case Reason::kReplyUndecodable:
      return {"back", "reply-undecodable",
              "The reply's Data cannot be decoded with the destination's Formatter."};
    case Reason::kNoSession:
      return {
          "back", "no-session",
          "The peer has no live session any more to carry the reply; it answers after the client's "
          "next handshake."};
    case Reason::kDatagramTooLarge:
      return {
          "back", "datagram-too-large",
          "The data does not fit one UDP datagram (65,507 bytes over IPv4); send less at once."};
    case Reason::kDestinationCannotReply:
      return {
          "back", "destination-cannot-reply",
          "This kind of destination (or UseAsyncInvoke) never replies; use a synchronous Lambda "
          "destination or a Packet Source."};
    case Reason::kSendFailed:
      return {"back", "send-failed",
              "The datagram could not be sent; the event carries the error."};

    case Reason::kNoEgressRegion:
      return {"sourced", "no-egress-region",
              "The publish had no message attribute EgressRegion (String), so no region's filter "
              "policy "
              "matched; add it, for a reply with the IngressRegion of the packet (no dead-letter "
              "queue gets what "
              "is filtered)."};
    case Reason::kRegionNotServed:
      return {
          "sourced", "region-not-served",
          "No region of the gateway has the name in EgressRegion; use one of the sandbox's ingress "
          "regions (--region); no dead-letter queue gets what is filtered."};
    case Reason::kBodyNotJson:
      return {"sourced", "body-not-json",
              "The published message is not a JSON object; publish {\"Messages\": [...]} (no "
              "dead-letter queue "
              "gets what is malformed)."};
    case Reason::kNoMessagesList:
      return {"sourced", "no-messages-list",
              "The published message has no list Messages; wrap its entries in {\"Messages\": "
              "[...]} (no "
              "dead-letter queue gets what is malformed)."};
    case Reason::kEntryMalformed:
      return {"sourced", "entry-malformed",
              "The entry of Messages is not an object with a string Data; the event names the "
              "field (no "
              "dead-letter queue gets what is malformed)."};
    case Reason::kOldFieldNames:
      return {
          "sourced", "old-field-names",
          "The message uses the pre-release form (Data and Remote at the top, or Remote.IP); use "
          "Messages[].Remote.Address (no dead-letter queue gets what is malformed)."};
    case Reason::kRemoteMissing:
      return {"sourced", "remote-missing",
              "The entry has no Remote with Address and Port; name the client it goes to (no "
              "dead-letter queue "
              "gets what is malformed)."};
    case Reason::kRemoteNoAddress:
      return {
          "sourced", "remote-no-address",
          "Remote.Address is not an IP address or Remote.Port not a port from 1 to 65535 (inbound "
          "packets call the address IpAddress, sourced ones Address); no dead-letter queue gets "
          "what is "
          "malformed."};
    case Reason::kPeerKeyMissing:
      return {"sourced", "peer-key-missing",
              "A WireGuard listener finds the client's session by Remote.PeerKey; set it."};
    case Reason::kPeerKeyMalformed:
      return {"sourced", "peer-key-malformed",
              "Remote.PeerKey is not the base64 of a 32-byte public key."};
    case Reason::kPeerKeyUnknown:
      return {"sourced", "peer-key-unknown",
              "No peer of this listener has the public key in Remote.PeerKey."};
    case Reason::kPeerNeverConnected:
      return {
          "sourced", "peer-never-connected",
          "The peer is known but has not shaken hands since the sandbox started; the client has to "
          "connect first."};
    case Reason::kPeerRemoved:
      return {"sourced", "peer-removed",
              "The peer was removed from the listener by a stack update."};
    case Reason::kSessionInOtherRegion:
      return {
          "sourced", "session-in-other-region",
          "The peer's session lives in another region; publish with the IngressRegion of its last "
          "packet as EgressRegion."};
    case Reason::kSessionExpired:
      return {"sourced", "session-expired",
              "The peer's session is past its 180 seconds; the client has to shake hands again (a "
              "PersistentKeepalive keeps it alive)."};
    case Reason::kInnerMissing:
      return {"sourced", "inner-missing",
              "A decapsulating listener needs the entry's Inner to build the IP and UDP headers."};
    case Reason::kSourcedInnerMalformed:
      return {"sourced", "sourced-inner-malformed",
              "The entry's Inner lacks an address or port, or mixes address families; the event "
              "names the "
              "field."};
    case Reason::kFormatterUnknown:
      return {"sourced", "formatter-unknown",
              "The entry's Formatter is none of base64, hex, utf8, ascii, coap."};
    case Reason::kDataUndecodable:
      return {"sourced", "data-undecodable",
              "The entry's Data cannot be decoded with its Formatter (default base64)."};
    case Reason::kCoapNotEncodable:
      return {"sourced", "coap-not-encodable",
              "The entry's Data is not a CoAP message in the outbound form; the event names the "
              "field."};

    case Reason::kStorageFull:
      return {"sandbox", "storage-full",
              "The packet's effects could not be stored and were undone; make room on the disk of "
              "the --data folder (or of the temporary folder), or send less."};
    case Reason::kInternalError:
      return {"sandbox", "internal-error",
              "The sandbox itself failed on this packet, which is a fault of Loopgate's; the "
              "internal-error event beside it says where, please report it."};
  }
  __builtin_unreachable();
}

std::optional<Reason> parse_reason(std::string_view code) {
  for (int i = 0; i < kReasonCount; ++i) {
    if (describe(static_cast<Reason>(i)).code == code) return static_cast<Reason>(i);
  }
  return std::nullopt;
}

}  // namespace loopgate

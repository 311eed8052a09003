#include "codec/capture/reassembly.h"

#include <algorithm>
#include <iterator>

#include "codec/limits.h"

namespace loopgate::codec::capture {

namespace {

constexpr std::size_t kMaxLength = 65535;  // of IPv4 with its header, of IPv6 behind it
constexpr std::size_t kIpv4HeaderBytes = 20;
constexpr std::size_t kPendingOverhead = 256;  // of the entry itself, in list and map

std::array<std::byte, 16> bytes_v6(const IpAddress& address) {
  std::array<std::byte, 16> out{};
  const auto bytes = address.bytes();
  if (address.is_v4()) out[10] = out[11] = std::byte{0xFF};
  std::ranges::copy(bytes, out.end() - static_cast<std::ptrdiff_t>(bytes.size()));
  return out;
}

}  // namespace

std::size_t Reassembly::Pending::cost() const {
  return kPendingOverhead + data.capacity() + ranges.capacity() * sizeof(Range);
}

bool Reassembly::Pending::complete() const {
  return ends && ranges.size() == 1 && ranges[0].begin == 0 && ranges[0].end == data.size();
}

Reassembly::Outcome Reassembly::add(const IpHeader& header, WallTime now) {
  const std::uint8_t protocol = header.version == 4 ? header.protocol : std::uint8_t{0};
  const auto pending = find_or_start(
      {header.version, header.source, header.destination, protocol, header.place.identification},
      now);
  bytes_ -= pending->cost();
  const Outcome outcome = put(*pending, header);
  bytes_ += pending->cost();
  switch (outcome) {
    case Outcome::kHeld:
      ++pending->fragments;
      if (!pending->complete()) {
        make_room(now);
        return Outcome::kHeld;
      }
      build(*pending, header);
      joined_ += pending->fragments;
      drop(pending);
      return Outcome::kComplete;
    default:
      abandon(pending);
      return outcome;
  }
}

Reassembly::Waiting::iterator Reassembly::find_or_start(const Key& key, WallTime now) {
  const auto found = by_key_.find(key);
  if (found != by_key_.end()) {
    if (now - found->second->since <= kFragmentLifetime) return found->second;
    abandon(found->second);  // identifications come again
  }
  Pending pending;
  pending.key = key;
  pending.since = now;
  waiting_.push_back(std::move(pending));
  const auto started = std::prev(waiting_.end());
  by_key_[key] = started;
  bytes_ += started->cost();
  return started;
}

Reassembly::Outcome Reassembly::put(Pending& pending, const IpHeader& header) {
  const auto& [identification, begin, more] = header.place;
  const ByteSpan data = header.payload;
  const std::size_t end = begin + data.size();
  const std::size_t limit = header.version == 4 ? kMaxLength - kIpv4HeaderBytes : kMaxLength;
  if (end > limit || (more && (data.empty() || data.size() % 8 != 0))) return Outcome::kMalformed;
  const bool contradicts_end =
      more ? pending.ends && end > pending.data.size()
           : end < pending.data.size() || (pending.ends && end != pending.data.size());
  if (contradicts_end || !agrees(pending, begin, data)) return Outcome::kConflict;
  if (begin == 0) pending.protocol = header.protocol;
  if (end > pending.data.size()) pending.data.resize(end);
  std::ranges::copy(data, pending.data.begin() + static_cast<std::ptrdiff_t>(begin));
  pending.ends = pending.ends || !more;
  mark(pending, {begin, end});
  return Outcome::kHeld;
}

bool Reassembly::agrees(const Pending& pending, std::size_t begin, ByteSpan data) {
  const std::size_t end = begin + data.size();
  return std::ranges::all_of(pending.ranges, [&](const Range& range) {
    const std::size_t from = std::max(begin, range.begin);
    const std::size_t to = std::min(end, range.end);
    return from >= to || std::ranges::equal(ByteSpan(pending.data).subspan(from, to - from),
                                            data.subspan(from - begin, to - from));
  });
}

// Joins it with those that it touches.
void Reassembly::mark(Pending& pending, Range range) {
  auto& ranges = pending.ranges;
  auto at = std::ranges::lower_bound(ranges, range.begin, {}, &Range::end);
  auto last = at;
  for (; last != ranges.end() && last->begin <= range.end; ++last) {
    range.begin = std::min(range.begin, last->begin);
    range.end = std::max(range.end, last->end);
  }
  at = ranges.erase(at, last);
  ranges.insert(at, range);
}

void Reassembly::build(const Pending& pending, const IpHeader& header) {
  packet_.clear();
  ByteWriter out(packet_);
  if (header.version == 4) {
    out.u8(0x45);
    out.u8(0);
    out.big(static_cast<std::uint16_t>(kIpv4HeaderBytes + pending.data.size()));
    out.zeros(5);
    out.u8(pending.protocol);
    out.zeros(2);
    out.bytes(header.source.bytes());
    out.bytes(header.destination.bytes());
  } else {
    out.big(std::uint32_t{6} << 28);
    out.big(static_cast<std::uint16_t>(pending.data.size()));
    out.u8(pending.protocol);
    out.u8(0);
    out.bytes(bytes_v6(header.source));
    out.bytes(bytes_v6(header.destination));
  }
  out.bytes(pending.data);
}

void Reassembly::drop(Waiting::iterator pending) {
  bytes_ -= pending->cost();
  by_key_.erase(pending->key);
  waiting_.erase(pending);
}

void Reassembly::abandon(Waiting::iterator pending) {
  abandoned_ += pending->fragments;
  drop(pending);
}

void Reassembly::abandon_all() {
  while (!waiting_.empty()) abandon(waiting_.begin());
}

void Reassembly::make_room(WallTime now) {
  while (!waiting_.empty() &&
         (bytes_ > kMaxFragmentBytes || waiting_.size() > kMaxFragmentedPackets ||
          now - waiting_.front().since > kFragmentLifetime)) {
    abandon(waiting_.begin());
  }
}

}  // namespace loopgate::codec::capture

// A capture file: its records are numbered, each is accounted for once, and reading ends.
#include "base/check.h"
#include "codec/capture/dissector.h"
#include "codec/capture/flows.h"

namespace capture = loopgate::codec::capture;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const loopgate::ByteSpan file = std::as_bytes(std::span(data, size));
  auto reader = capture::Reader::open(file);
  if (!reader) {
    LOOPGATE_CHECK(!reader.error().message.empty());
    return 0;
  }
  capture::Dissector dissector({.tunnels = true});
  capture::Flows flows;
  std::uint64_t number = 0;
  std::uint64_t datagrams = 0;
  std::uint64_t held = 0;
  for (auto next = reader->next(); next && *next != nullptr; next = reader->next()) {
    const capture::Record& record = **next;
    LOOPGATE_CHECK(record.number == ++number);
    LOOPGATE_CHECK(record.frame.size() <= record.original_size || record.whole);
    for (const auto comment : capture::comments(record)) {
      LOOPGATE_CHECK(comment.size() <= record.options.size());
    }
    const auto content = dissector.dissect(record);
    if (std::holds_alternative<capture::Held>(content)) ++held;
    if (const auto* datagram = std::get_if<capture::UdpDatagram>(&content)) {
      ++datagrams;
      flows.add(*datagram, record.time);
    }
  }
  dissector.finish();
  LOOPGATE_CHECK(reader->next().value() == nullptr);
  // Each record is accounted for once: a datagram, a reason, or a fragment of one of them.
  const auto joined = dissector.joined_fragments();
  const auto skipped = dissector.skipped().total();
  LOOPGATE_CHECK(datagrams + skipped + joined >= number && datagrams + skipped <= number + joined);
  LOOPGATE_CHECK(held <= joined + skipped);
  return 0;
}

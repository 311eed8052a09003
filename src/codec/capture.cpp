#include "codec/capture.h"

#include "codec/capture_formats.h"

namespace loopgate::codec::capture {

Result<Reader> Reader::open(ByteSpan file) {
  auto source = open_pcapng(file);
  if (source && *source == nullptr) source = open_pcap(file);
  if (!source) return std::unexpected(source.error());
  if (*source == nullptr) {
    return fail("neither pcap nor pcapng: the first bytes are not those of a capture");
  }
  return Reader(std::move(*source));
}

Result<std::optional<Record>> Reader::next() {
  if (ended_) return std::nullopt;
  auto record = source_->next();
  ended_ = !record || !*record;
  return record;
}

}  // namespace loopgate::codec::capture

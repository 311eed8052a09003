#include "codec/capture/reader.h"

#include "codec/capture/decompress.h"
#include "codec/capture/formats.h"

namespace loopgate::codec::capture {

Result<Reader> Reader::open(std::unique_ptr<ByteSource> source) {
  auto plain = decompressed(std::move(source));
  if (!plain) return std::unexpected(plain.error());
  ByteStream stream(*std::move(plain));
  const auto head = stream.peek(4);
  if (!head) return std::unexpected(head.error());
  if (head->empty()) return fail("is empty, and no capture");
  Reader reader;
  reader.annotations_ = std::make_unique<Annotations>();
  auto records = is_pcapng(*head) ? open_pcapng(std::move(stream), *reader.annotations_)
                                  : open_pcap(std::move(stream), *reader.annotations_);
  if (!records) return std::unexpected(records.error());
  if (*records == nullptr) {
    return fail("neither pcap nor pcapng: the first bytes are not those of a capture");
  }
  reader.source_ = *std::move(records);
  return reader;
}

Result<Reader> Reader::open(ByteSpan file) {
  return open(std::make_unique<MemorySource>(file));
}

Result<const Record*> Reader::next() {
  if (ended_) return nullptr;
  const auto more = source_->next(record_);
  ended_ = !more || !*more;
  if (!more) return std::unexpected(more.error());
  return *more ? &record_ : nullptr;
}

}  // namespace loopgate::codec::capture

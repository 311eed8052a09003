#include "codec/capture/decompress.h"

#include <fmt/format.h>
#include <zlib.h>

#include <array>
#include <string_view>
#include <utility>

#ifdef LOOPGATE_ZSTD
#include <zstd.h>
#endif

#include "codec/limits.h"

namespace loopgate::codec::capture {

namespace {

constexpr std::size_t kMagicBytes = 6;

// The source, with its first bytes in front again.
class Rewound final : public ByteSource {
 public:
  Rewound(Bytes head, std::unique_ptr<ByteSource> rest)
      : head_(std::move(head)), first_(head_), rest_(std::move(rest)) {}

  Result<std::size_t> read(MutableByteSpan into) override {
    const auto got = first_.read(into);
    return *got != 0 || into.empty() ? got : rest_->read(into);
  }
  std::string warning() const override { return rest_->warning(); }

 private:
  Bytes head_;
  MemorySource first_;
  std::unique_ptr<ByteSource> rest_;
};

// Compressed bytes on their way into a decompressor.
class Input {
 public:
  explicit Input(std::unique_ptr<ByteSource> source)
      : source_(std::move(source)), buffer_(kCaptureWindowBytes) {}

  // What is there and not used; reads when that is nothing. Empty at the end.
  Result<ByteSpan> bytes() {
    if (begin_ == end_) {
      const auto got = source_->read(buffer_);
      if (!got) return std::unexpected(got.error());
      begin_ = 0;
      end_ = *got;
    }
    return ByteSpan(buffer_).subspan(begin_, end_ - begin_);
  }
  void used(std::size_t size) {
    begin_ += size;
    offset_ += size;
  }
  std::uint64_t offset() const { return offset_; }

 private:
  std::unique_ptr<ByteSource> source_;
  Bytes buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t offset_ = 0;
};

// One of the two formats: a state that turns some input into some output.
class Decoder {
 public:
  struct Step {
    std::size_t used = 0;
    std::size_t made = 0;
    bool finished = false;  // a member or frame ends here; another may follow
  };
  virtual ~Decoder() = default;
  virtual std::expected<Step, std::string> step(ByteSpan in, MutableByteSpan out) = 0;
  // Before another member. False: what follows is none, and nothing of it is read.
  virtual bool restart(ByteSpan in) = 0;
  virtual std::string_view name() const = 0;
};

class Gzip final : public Decoder {
 public:
  Gzip() { inflateInit2(&stream_, kGzipOnly + MAX_WBITS); }
  Gzip(const Gzip&) = delete;
  ~Gzip() override { inflateEnd(&stream_); }

  std::expected<Step, std::string> step(ByteSpan in, MutableByteSpan out) override {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(in.data()));
    stream_.avail_in = static_cast<uInt>(in.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(out.size());
    const int status = inflate(&stream_, Z_NO_FLUSH);
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) {
      return std::unexpected(std::string(stream_.msg != nullptr ? stream_.msg : "not gzip"));
    }
    return Step{in.size() - stream_.avail_in, out.size() - stream_.avail_out,
                status == Z_STREAM_END};
  }

  // Behind the last member stands nothing, or the zeros of a tape's block, or rubbish that gzip
  // itself passes over too.
  bool restart(ByteSpan in) override {
    return in[0] == std::byte{0x1F} && inflateReset(&stream_) == Z_OK;
  }
  std::string_view name() const override { return "gzip"; }

 private:
  static constexpr int kGzipOnly = 16;  // zlib.h, inflateInit2
  z_stream stream_{};
};

#ifdef LOOPGATE_ZSTD
class Zstd final : public Decoder {
 public:
  Zstd() : stream_(ZSTD_createDStream()) {
    ZSTD_DCtx_setParameter(stream_, ZSTD_d_windowLogMax, kMaxZstdWindowLog);
  }
  Zstd(const Zstd&) = delete;
  ~Zstd() override { ZSTD_freeDStream(stream_); }

  std::expected<Step, std::string> step(ByteSpan in, MutableByteSpan out) override {
    ZSTD_inBuffer from{in.data(), in.size(), 0};
    ZSTD_outBuffer to{out.data(), out.size(), 0};
    const std::size_t left = ZSTD_decompressStream(stream_, &to, &from);
    if (ZSTD_isError(left) != 0) return std::unexpected(std::string(ZSTD_getErrorName(left)));
    return Step{from.pos, to.pos, left == 0};
  }
  bool restart(ByteSpan) override { return true; }
  std::string_view name() const override { return "zstd"; }

 private:
  ZSTD_DStream* stream_;
};
#endif

class DecompressedSource final : public ByteSource {
 public:
  DecompressedSource(std::unique_ptr<ByteSource> source, std::unique_ptr<Decoder> decoder)
      : in_(std::move(source)), decoder_(std::move(decoder)) {}

  Result<std::size_t> read(MutableByteSpan into) override {
    if (into.empty()) return std::size_t{0};
    while (!ended_) {
      const auto bytes = in_.bytes();
      if (!bytes) return std::unexpected(bytes.error());
      if (at_boundary_ && (bytes->empty() || !decoder_->restart(*bytes))) ended_ = true;
      if (ended_) break;
      // Without input a decoder may still have output to give.
      const auto step = decoder_->step(*bytes, into);
      if (!step) {
        ended_ = true;
        return fail(fmt::format("{} data is damaged near byte {}: {}", decoder_->name(),
                                in_.offset(), step.error()));
      }
      in_.used(step->used);
      at_boundary_ = step->finished;
      if (step->made != 0) return step->made;
      if (step->used == 0 && !step->finished) {
        ended_ = true;
        warning_ = fmt::format("the {} data ends in its middle, after {} bytes", decoder_->name(),
                               in_.offset());
      }
    }
    return std::size_t{0};
  }
  std::string warning() const override { return warning_; }

 private:
  Input in_;
  std::unique_ptr<Decoder> decoder_;
  bool at_boundary_ = false;
  bool ended_ = false;
  std::string warning_;
};

bool starts_with(ByteSpan bytes, std::string_view magic) {
  return as_text(bytes).starts_with(magic);
}

// RFC 8878 §3.1.1, §3.1.2: a frame, or one to be skipped, which parallel compressors put first.
bool is_zstd(ByteSpan head) {
  const bool skippable = head.size() >= 4 && (head[0] & std::byte{0xF0}) == std::byte{0x50} &&
                         as_text(head).substr(1).starts_with("\x2A\x4D\x18");
  return starts_with(head, "\x28\xB5\x2F\xFD") || skippable;
}

// Compressions that people use on captures and that we leave to their own tools.
std::string_view foreign_compression(ByteSpan head) {
  if (starts_with(head,
                  "\xFD"
                  "7zXZ"))
    return "xz";
  if (starts_with(head, "BZh")) return "bzip2";
  if (starts_with(head, "\x04\x22\x4D\x18")) return "lz4";
  return {};
}

}  // namespace

Result<std::unique_ptr<ByteSource>> decompressed(std::unique_ptr<ByteSource> source) {
  Bytes head(kMagicBytes);
  std::size_t size = 0;
  while (size < head.size()) {
    const auto got = source->read(MutableByteSpan(head).subspan(size));
    if (!got) return std::unexpected(got.error());
    if (*got == 0) break;
    size += *got;
  }
  head.resize(size);
  const bool gzip = starts_with(head, "\x1F\x8B");
  const bool zstd = is_zstd(head);
  const auto foreign = foreign_compression(head);
  if (!foreign.empty()) {
    return fail(
        fmt::format("is compressed with {0}, which is not opened here: decompress it "
                    "first, as in '{0} -dc FILE | loopgate replay - …'",
                    foreign));
  }
  std::unique_ptr<ByteSource> whole = std::make_unique<Rewound>(std::move(head), std::move(source));
  if (gzip) {
    return std::make_unique<DecompressedSource>(std::move(whole), std::make_unique<Gzip>());
  }
  if (!zstd) return whole;
#ifdef LOOPGATE_ZSTD
  return std::make_unique<DecompressedSource>(std::move(whole), std::make_unique<Zstd>());
#else
  return fail(
      "is compressed with zstd, which this build was made without: decompress it first, as in "
      "'zstd -dc FILE | loopgate replay - …'");
#endif
}

}  // namespace loopgate::codec::capture

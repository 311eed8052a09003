// A window that moves forward over a ByteSource: formats look ahead, then step. Inside this room.
#pragma once

#include <cstdint>
#include <memory>

#include "base/byte_source.h"
#include "base/bytes.h"
#include "base/result.h"

namespace loopgate::codec::capture {

class ByteStream {
 public:
  explicit ByteStream(std::unique_ptr<ByteSource> source) : source_(std::move(source)) {}

  // The next `size` bytes, fewer where the source ends before. They stay until the next call.
  Result<ByteSpan> peek(std::size_t size) {
    if (size > end_ - begin_) {
      if (const auto filled = fill(size); !filled) return std::unexpected(filled.error());
    }
    return ByteSpan(buffer_).subspan(begin_, std::min(size, end_ - begin_));
  }
  // Over bytes that were looked at.
  void skip(std::size_t size) {
    begin_ += size;
    offset_ += size;
  }
  std::uint64_t offset() const { return offset_; }  // of the window in the source
  std::string warning() const { return source_->warning(); }

 private:
  Status fill(std::size_t size);

  std::unique_ptr<ByteSource> source_;
  Bytes buffer_;
  std::size_t begin_ = 0;  // of the window in the buffer
  std::size_t end_ = 0;
  std::uint64_t offset_ = 0;
  bool ended_ = false;
};

}  // namespace loopgate::codec::capture

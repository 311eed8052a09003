#include "codec/capture/byte_stream.h"

#include <algorithm>

#include "codec/limits.h"

namespace loopgate::codec::capture {

Status ByteStream::fill(std::size_t size) {
  std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
            buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
  end_ -= begin_;
  begin_ = 0;
  while (end_ < size && !ended_) {
    // Grows by what has come, not by what a length claims will come.
    if (end_ == buffer_.size()) {
      buffer_.resize(std::max(kCaptureWindowBytes, 2 * buffer_.size()));
    }
    const auto got = source_->read(MutableByteSpan(buffer_).subspan(end_));
    if (!got) return std::unexpected(got.error());
    end_ += *got;
    ended_ = *got == 0;
  }
  return {};
}

}  // namespace loopgate::codec::capture

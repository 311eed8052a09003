// Bytes that come in order and need not fit into memory: a file, a pipe, what a decompressor gives.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace loopgate {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Fills the beginning of `into` and says how much; 0 at the end, and from then on. Fewer than
  // asked for says nothing about the end: a pipe gives what it has.
  virtual Result<std::size_t> read(MutableByteSpan into) = 0;
  // After the end: why it came too early, if the source can tell. Empty otherwise.
  virtual std::string warning() const { return {}; }
};

// Memory, which is borrowed and must outlive the source.
class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(ByteSpan bytes) : rest_(bytes) {}

  Result<std::size_t> read(MutableByteSpan into) override {
    const std::size_t size = std::min(into.size(), rest_.size());
    std::ranges::copy(rest_.first(size), into.begin());
    rest_ = rest_.subspan(size);
    return size;
  }

 private:
  ByteSpan rest_;
};

}  // namespace loopgate

// Bytes and bounded access to them. Foreign bytes are read through ByteReader only, so that no
// index is computed by hand; formats are written through ByteWriter.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace loopgate {

using Bytes = std::vector<std::byte>;
using ByteSpan = std::span<const std::byte>;
using MutableByteSpan = std::span<std::byte>;

inline ByteSpan as_bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}
inline std::string_view as_text(ByteSpan bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes to_bytes(ByteSpan bytes) {
  return {bytes.begin(), bytes.end()};
}
inline Bytes to_bytes(std::string_view text) {
  return to_bytes(as_bytes(text));
}
inline std::string to_text(ByteSpan bytes) {
  return std::string(as_text(bytes));
}

// Reads forward through a span. A read past the end gives nullopt and moves nothing.
class ByteReader {
 public:
  explicit ByteReader(ByteSpan bytes) : bytes_(bytes) {}

  std::size_t remaining() const { return bytes_.size() - at_; }
  std::size_t position() const { return at_; }
  bool empty() const { return remaining() == 0; }

  std::optional<ByteSpan> take(std::size_t count) {
    if (count > remaining()) return std::nullopt;
    at_ += count;
    return bytes_.subspan(at_ - count, count);
  }
  ByteSpan rest() const { return bytes_.subspan(at_); }
  bool skip(std::size_t count) { return take(count).has_value(); }

  template <std::unsigned_integral T>
  std::optional<T> big() {
    const auto part = take(sizeof(T));
    if (!part) return std::nullopt;
    T value = 0;
    for (const std::byte b : *part) {
      value = static_cast<T>((static_cast<std::uint64_t>(value) << 8) | std::to_integer<T>(b));
    }
    return value;
  }
  template <std::unsigned_integral T>
  std::optional<T> little() {
    const auto part = take(sizeof(T));
    if (!part) return std::nullopt;
    T value = 0;
    for (std::size_t i = part->size(); i > 0; --i) {
      value = static_cast<T>((static_cast<std::uint64_t>(value) << 8) |
                             std::to_integer<T>((*part)[i - 1]));
    }
    return value;
  }
  std::optional<std::uint8_t> u8() { return big<std::uint8_t>(); }

 private:
  ByteSpan bytes_;
  std::size_t at_ = 0;
};

// Appends to a buffer that it borrows.
class ByteWriter {
 public:
  explicit ByteWriter(Bytes& out) : out_(out) {}

  void bytes(ByteSpan part) { out_.insert(out_.end(), part.begin(), part.end()); }
  template <std::unsigned_integral T>
  void big(T value) {
    for (std::size_t i = sizeof(T); i > 0; --i) {
      out_.push_back(static_cast<std::byte>(value >> (8 * (i - 1))));
    }
  }
  template <std::unsigned_integral T>
  void little(T value) {
    for (std::size_t i = 0; i < sizeof(T); ++i) {
      out_.push_back(static_cast<std::byte>(value >> (8 * i)));
    }
  }
  void u8(std::uint8_t value) { out_.push_back(static_cast<std::byte>(value)); }
  void zeros(std::size_t count) { out_.resize(out_.size() + count); }

 private:
  Bytes& out_;
};

}  // namespace loopgate

// Memory that is given back all at once. Values, frames and closures of one evaluation point at
// each other in circles (a function that calls itself holds the frame that holds it), and none
// outlives it: nothing is counted, nothing is freed one by one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace loopgate::codec::jsonata {

class Arena {
 public:
  Arena() = default;
  Arena(Arena&&) = default;
  Arena& operator=(Arena&&) = default;

  // Uninitialized, aligned for anything that we keep here.
  void* allocate(std::size_t bytes) {
    bytes = (bytes + kAlignment - 1) & ~(kAlignment - 1);
    used_ += bytes;
    if (bytes > static_cast<std::size_t>(end_ - next_)) return allocate_chunk(bytes);
    std::byte* const at = next_;
    next_ += bytes;
    return at;
  }

  template <class T>
  T* array(std::size_t count) {
    static_assert(std::is_trivially_destructible_v<T>);
    return static_cast<T*>(allocate(count * sizeof(T)));
  }

  template <class T, class... Arguments>
  T* make(Arguments&&... arguments) {
    static_assert(std::is_trivially_destructible_v<T>);
    return new (allocate(sizeof(T))) T{std::forward<Arguments>(arguments)...};
  }

  std::string_view copy(std::string_view text) {
    char* const at = array<char>(text.size());
    if (!text.empty()) std::memcpy(at, text.data(), text.size());
    return {at, text.size()};
  }

  // Bytes handed out so far. Nobody is refused here: who is bounded asks before large pieces, and
  // between steps.
  std::size_t used() const { return used_; }

 private:
  static constexpr std::size_t kAlignment = alignof(std::max_align_t);
  static constexpr std::size_t kFirstChunk = 4096;
  static constexpr std::size_t kLargestChunk = 1024 * 1024;

  void* allocate_chunk(std::size_t bytes) {
    const std::size_t size = std::max(bytes, chunk_);
    chunks_.push_back(std::make_unique_for_overwrite<std::byte[]>(size));
    std::byte* const at = chunks_.back().get();
    // What is large gets a chunk of its own, and the current one stays in use.
    if (bytes < chunk_ || next_ == end_) {
      next_ = at + bytes;
      end_ = at + size;
    }
    chunk_ = std::min(chunk_ * 2, kLargestChunk);
    return at;
  }

  std::vector<std::unique_ptr<std::byte[]>> chunks_;
  std::byte* next_ = nullptr;
  std::byte* end_ = nullptr;
  std::size_t chunk_ = kFirstChunk;
  std::size_t used_ = 0;
};

}  // namespace loopgate::codec::jsonata

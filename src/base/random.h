// Randomness, handed in: from the operating system live, from a seed in scenarios (same seed, same
// bytes). The generator is ChaCha20 (libsodium's randombytes_buf_deterministic construction), fit
// for keys when it was made by `from_system`.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace loopgate {

class Random {
 public:
  static Random from_system();
  static Random from_seed(std::uint64_t seed);

  void fill(std::span<std::byte> out);
  std::uint64_t u64();
  std::uint64_t below(std::uint64_t bound);    // uniform in [0, bound); bound > 0
  double unit();                               // uniform in [0, 1)
  std::string hex(std::size_t digits);         // lower case
  std::string upper_alnum(std::size_t count);  // [A-Z0-9], as in AWS's generated names
  std::string uuid();                          // RFC 9562 version 4

 private:
  explicit Random(std::array<std::byte, 32> key) : key_(key) {}
  void refill();

  std::array<std::byte, 32> key_;
  std::uint64_t block_ = 0;
  std::array<std::byte, 512> buffer_{};
  std::size_t used_ = sizeof(buffer_);
};

}  // namespace loopgate

// Cyclic redundancy checks of reflected polynomials, eight bytes at a time, and how those of two
// texts are put together to that of both.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace loopgate::s3 {

template <class Word, Word kPolynomial>
class Crc {
 public:
  void update(std::string_view bytes);
  Word value() const { return static_cast<Word>(~state_); }

  // Of a ‖ b, by those of a and of b, and the length of b in bytes.
  static Word combine(Word a, Word b, std::uint64_t length_of_b);

 private:
  static constexpr int kBits = sizeof(Word) * 8;
  static constexpr Word kOne = Word{1} << (kBits - 1);  // x⁰: the bits are reflected
  using Tables = std::array<std::array<Word, 256>, 8>;

  static constexpr Tables make_tables();
  static constexpr Word product(Word a, Word b);  // modulo the polynomial
  static const Tables kTables;

  Word state_ = static_cast<Word>(~Word{0});
};

template <class Word, Word kPolynomial>
constexpr auto Crc<Word, kPolynomial>::make_tables() -> Tables {
  Tables out{};
  for (unsigned byte = 0; byte < 256; ++byte) {
    Word word = byte;
    for (int bit = 0; bit < 8; ++bit) {
      word = static_cast<Word>((word >> 1) ^ ((word & 1) != 0 ? kPolynomial : Word{0}));
    }
    out[0][byte] = word;
  }
  for (std::size_t table = 1; table < out.size(); ++table) {
    for (unsigned byte = 0; byte < 256; ++byte) {
      const Word before = out[table - 1][byte];
      out[table][byte] = static_cast<Word>((before >> 8) ^ out[0][before & 0xff]);
    }
  }
  return out;
}

template <class Word, Word kPolynomial>
constinit const typename Crc<Word, kPolynomial>::Tables Crc<Word, kPolynomial>::kTables =
    make_tables();

template <class Word, Word kPolynomial>
void Crc<Word, kPolynomial>::update(std::string_view bytes) {
  static_assert(std::endian::native == std::endian::little);
  while (bytes.size() >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), 8);
    word ^= state_;
    Word next = 0;
    for (std::size_t i = 0; i < 8; ++i) next ^= kTables[7 - i][(word >> (8 * i)) & 0xff];
    state_ = next;
    bytes.remove_prefix(8);
  }
  for (const char c : bytes) {
    const auto index = (state_ ^ static_cast<unsigned char>(c)) & 0xff;
    state_ = static_cast<Word>((state_ >> 8) ^ kTables[0][index]);
  }
}

template <class Word, Word kPolynomial>
constexpr Word Crc<Word, kPolynomial>::product(Word a, Word b) {
  Word out = 0;
  for (Word bit = kOne; bit != 0; bit >>= 1) {
    if ((a & bit) != 0) out ^= b;
    b = static_cast<Word>((b >> 1) ^ ((b & 1) != 0 ? kPolynomial : Word{0}));
  }
  return out;
}

// The first is moved up by as many bits as the second has: multiplied by x to that power.
template <class Word, Word kPolynomial>
Word Crc<Word, kPolynomial>::combine(Word a, Word b, std::uint64_t length_of_b) {
  Word factor = kOne;
  for (Word square = kOne >> 8; length_of_b != 0; length_of_b >>= 1) {  // x⁸, and its squares
    if ((length_of_b & 1) != 0) factor = product(factor, square);
    square = product(square, square);
  }
  return static_cast<Word>(product(a, factor) ^ b);
}

// https://reveng.sourceforge.io/crc-catalogue/all.htm: CRC-32/ISO-HDLC, CRC-32/ISCSI, CRC-64/NVME
using Crc32 = Crc<std::uint32_t, 0xEDB88320U>;
using Crc32c = Crc<std::uint32_t, 0x82F63B78U>;
using Crc64Nvme = Crc<std::uint64_t, 0x9A6C9329AC4BC9B5ULL>;

}  // namespace loopgate::s3

// Fn::GetAZs and Fn::Cidr.
#include <fmt/format.h>

#include <array>
#include <charconv>

#include "base/ip_address.h"
#include "template/intrinsics.h"
#include "template/limits.h"

namespace loopgate::cfn {

namespace {

std::optional<int> small_number(const std::string& text) {
  int value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

// The address `index` blocks of 2^`host_bits` addresses after `start`; nullopt past the end.
std::optional<IpAddress> block_start(const IpAddress& start, unsigned index, int host_bits) {
  std::array<std::byte, 16> bytes{};
  const auto from = start.bytes();
  std::copy(from.begin(), from.end(), bytes.begin());
  // Long addition of index << host_bits, byte by byte from the last.
  unsigned carry = 0;
  for (int i = static_cast<int>(from.size()) - 1, low = 0; i >= 0; --i, low += 8) {
    const int shift = low - host_bits;
    unsigned part = 0;
    if (shift <= -8) {
      part = 0;
    } else if (shift < 0) {
      part = (index << -shift) & 0xFFU;
    } else if (shift < 32) {
      part = (index >> shift) & 0xFFU;
    }
    const auto at = static_cast<std::size_t>(i);
    const unsigned sum = std::to_integer<unsigned>(bytes[at]) + part + carry;
    bytes[at] = static_cast<std::byte>(sum & 0xFFU);
    carry = sum >> 8;
  }
  if (carry != 0) return std::nullopt;
  if (start.is_v6()) return IpAddress::v6(bytes);
  const auto octet = [&](std::size_t i) { return std::to_integer<std::uint8_t>(bytes[i]); };
  return IpAddress::v4(octet(0), octet(1), octet(2), octet(3));
}

}  // namespace

Result<Node> Evaluator::get_azs(const Node& call, const Node& arguments) {
  auto region = evaluate_scalar(arguments, "the region of Fn::GetAZs");
  if (!region) return region;
  if (region->unresolved) return unresolved_value("Fn::GetAZs", call.origin);
  const std::string& name = region->text.empty() ? scope_.stack.region : region->text;
  Node out = Node::list({}, call.origin);
  for (const char zone : {'a', 'b', 'c'}) out.push(Node::string(name + zone, call.origin));
  return out;
}

Result<Node> Evaluator::cidr(const Node& call, const Node& arguments) {
  const std::size_t given = arguments.items.size();
  if (!arguments.is_list() || given < 2 || given > 3) {
    return fail("Fn::Cidr takes [block, count, host bits]", call.place());
  }
  std::array<std::string, 3> texts{"", "", "8"};
  for (std::size_t i = 0; i < given; ++i) {
    auto value = evaluate_scalar(arguments.items[i], "an argument of Fn::Cidr");
    if (!value) return value;
    if (value->unresolved) return unresolved_value("Fn::Cidr", call.origin);
    texts[i] = value->text;
  }
  const auto block = Cidr::parse(texts[0]);
  if (!block)
    return fail(fmt::format("Fn::Cidr: '{}' is not a network such as 10.0.0.0/16", texts[0]),
                call.place());
  const auto count = small_number(texts[1]);
  if (!count || *count < 1 || *count > static_cast<int>(kMaxCidrBlocks)) {
    return fail(fmt::format("Fn::Cidr: the count is 1 to {}, not '{}'", kMaxCidrBlocks, texts[1]),
                call.place());
  }
  const int width = block->network.is_v4() ? 32 : 128;
  const auto host_bits = small_number(texts[2]);
  if (!host_bits || *host_bits < 1 || *host_bits > width - block->prefix) {
    return fail(fmt::format("Fn::Cidr: the host bits of blocks in {} are 1 to {}, not '{}'",
                            texts[0], width - block->prefix, texts[2]),
                call.place());
  }
  Node out = Node::list({}, call.origin);
  for (int i = 0; i < *count; ++i) {
    const auto start = block_start(block->network, static_cast<unsigned>(i), *host_bits);
    if (!start || !block->contains(*start)) {
      return fail(fmt::format("Fn::Cidr: {} has no room for {} blocks of {} host bits", texts[0],
                              *count, *host_bits),
                  call.place());
    }
    out.push(
        Node::string(fmt::format("{}/{}", start->to_string(), width - *host_bits), call.origin));
  }
  return out;
}

}  // namespace loopgate::cfn

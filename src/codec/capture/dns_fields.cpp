// DNS messages (RFC 1035 §4) as fields: names without their compression, data of the common types
// in their own words, of others in hex.
#include <fmt/format.h>

#include <optional>

#include "codec/capture/fields.h"
#include "codec/hex.h"
#include "codec/limits.h"

namespace loopgate::codec::capture {

namespace {

// RFC 1035 §3.2.2 and later ones (IANA's DNS parameters).
enum Type : std::uint16_t {
  kA = 1,
  kNs = 2,
  kCname = 5,
  kSoa = 6,
  kPtr = 12,
  kMx = 15,
  kTxt = 16,
  kAaaa = 28,
  kSrv = 33
};

constexpr std::size_t kMaxNameBytes = 255;  // RFC 1035 §2.3.4

class DnsReader {
 public:
  DnsReader(ByteSpan message, std::vector<Field>& out) : message_(message), out_(out) {}

  bool read() {
    const auto id = u16();
    const auto flags = u16();
    std::uint16_t counts[4] = {};
    for (auto& count : counts) {
      const auto value = u16();
      if (!value) return false;
      count = *value;
    }
    add("id", std::to_string(*id));
    add_flags(*flags);
    for (unsigned i = 0; i < counts[0]; ++i) {
      if (!question(fmt::format("question[{}]", i))) return false;
    }
    constexpr std::string_view kSections[] = {"answer", "authority", "additional"};
    for (std::size_t section = 0; section < 3; ++section) {
      for (unsigned i = 0; i < counts[section + 1]; ++i) {
        if (!record(fmt::format("{}[{}]", kSections[section], i))) return false;
      }
    }
    return at_ == message_.size();
  }

 private:
  void add(std::string path, std::string value) {
    out_.push_back({std::move(path), std::move(value)});
  }

  void add_flags(std::uint16_t flags) {
    add("response", std::to_string(flags >> 15));
    add("opcode", std::to_string(flags >> 11 & 0xF));
    constexpr std::string_view kBits[] = {"aa", "tc", "rd", "ra", "z", "ad", "cd"};
    for (unsigned i = 0; i < std::size(kBits); ++i) {
      add(std::string(kBits[i]), std::to_string(flags >> (10 - i) & 1));
    }
    add("rcode", std::to_string(flags & 0xF));
  }

  bool question(const std::string& path) {
    const auto name = read_name();
    const auto type = u16();
    const auto of_class = u16();
    if (!name || !of_class || out_.size() >= kMaxComparedFields) return false;
    add(path + ".name", *name);
    add(path + ".type", std::to_string(*type));
    add(path + ".class", std::to_string(*of_class));
    return true;
  }

  bool record(const std::string& path) {
    if (!question(path)) return false;
    const auto type = static_cast<std::uint16_t>(std::stoul(out_[out_.size() - 2].value));
    const auto ttl = u32();
    const auto size = u16();
    if (!size || *size > message_.size() - at_) return false;
    add(path + ".ttl", std::to_string(*ttl));
    const auto end = at_ + *size;
    const auto data = read_data(type, end);
    add(path + ".data", data && at_ == end ? *data : hex_encode_lower(raw(end - *size, end)));
    at_ = end;
    return true;
  }

  std::optional<std::string> read_data(std::uint16_t type, std::size_t end) {
    switch (type) {
      case kA:
      case kAaaa:
        return address(end);
      case kNs:
      case kCname:
      case kPtr:
        return read_name();
      case kMx:
        return numbers_and_names(1, 1);
      case kSrv:
        return numbers_and_names(3, 1);
      case kSoa:
        return soa();
      case kTxt:
        return strings(end);
      default:
        return std::nullopt;
    }
  }

  std::optional<std::string> address(std::size_t end) {
    const auto bytes = raw(at_, end);
    at_ = end;
    if (bytes.size() == 16) return IpAddress::v6(bytes.first<16>()).to_string();
    if (bytes.size() != 4) return std::nullopt;
    const auto part = [&](std::size_t i) { return std::to_integer<std::uint8_t>(bytes[i]); };
    return IpAddress::v4(part(0), part(1), part(2), part(3)).to_string();
  }

  std::optional<std::string> numbers_and_names(int numbers, int names) {
    std::string out;
    for (int i = 0; i < numbers; ++i) {
      const auto number = u16();
      if (!number) return std::nullopt;
      out += fmt::format("{} ", *number);
    }
    for (int i = 0; i < names; ++i) {
      const auto name = read_name();
      if (!name) return std::nullopt;
      out += *name;
    }
    return out;
  }

  std::optional<std::string> soa() {
    const auto server = read_name();
    const auto mailbox = server ? read_name() : std::nullopt;
    if (!mailbox) return std::nullopt;
    auto out = *server + " " + *mailbox;
    for (int i = 0; i < 5; ++i) {
      const auto number = u32();
      if (!number) return std::nullopt;
      out += fmt::format(" {}", *number);
    }
    return out;
  }

  std::optional<std::string> strings(std::size_t end) {
    std::string out;
    while (at_ < end) {
      const std::size_t size = std::to_integer<std::size_t>(message_[at_++]);
      if (size > end - at_) return std::nullopt;
      if (!out.empty()) out += ' ';
      out += escaped(raw(at_, at_ + size));
      at_ += size;
    }
    return out;
  }

  // RFC 1035 §4.1.4: a pointer leads to what stands before it, so that following them ends.
  std::optional<std::string> read_name() {
    std::string out;
    std::size_t at = at_;
    std::size_t lowest = at_;
    bool followed = false;
    for (;;) {
      if (at >= message_.size() || out.size() > 4 * kMaxNameBytes) return std::nullopt;
      const unsigned size = std::to_integer<unsigned>(message_[at]);
      if (size == 0) {
        if (!followed) at_ = at + 1;
        return out.empty() ? "." : out;
      }
      if ((size & 0xC0) == 0xC0) {
        if (at + 1 >= message_.size()) return std::nullopt;
        const std::size_t target =
            (size & 0x3F) << 8 | std::to_integer<std::size_t>(message_[at + 1]);
        if (target >= lowest) return std::nullopt;
        if (!followed) at_ = at + 2;
        followed = true;
        at = lowest = target;
        continue;
      }
      if (size > 63 || size > message_.size() - at - 1) return std::nullopt;
      out += escaped(raw(at + 1, at + 1 + size)) + ".";
      at += 1 + size;
    }
  }

  // As zone files write it (RFC 1035 §5.1).
  static std::string escaped(ByteSpan bytes) {
    std::string out;
    for (const auto byte : bytes) {
      const auto c = std::to_integer<unsigned char>(byte);
      if (c > 0x20 && c < 0x7F && c != '.' && c != '\\' && c != '"') {
        out += static_cast<char>(c);
      } else {
        out += fmt::format("\\{:03}", c);
      }
    }
    return out;
  }

  ByteSpan raw(std::size_t begin, std::size_t end) const {
    return message_.subspan(begin, end - begin);
  }
  template <class T>
  std::optional<T> number() {
    const auto value = ByteReader(message_.subspan(at_)).big<T>();
    if (value) at_ += sizeof(T);
    return value;
  }
  std::optional<std::uint16_t> u16() { return number<std::uint16_t>(); }
  std::optional<std::uint32_t> u32() { return number<std::uint32_t>(); }

  ByteSpan message_;
  std::vector<Field>& out_;
  std::size_t at_ = 0;
};

}  // namespace

bool read_dns_fields(ByteSpan message, std::vector<Field>& out) {
  return DnsReader(message, out).read();
}

}  // namespace loopgate::codec::capture

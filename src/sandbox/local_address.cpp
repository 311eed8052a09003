#include "sandbox/local_address.h"

#include <algorithm>
#include <cctype>

namespace loopgate {

namespace {

constexpr std::string_view kVendorDomain = ".proxylity.com";

bool is_name_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '-';
}

const gateway::ListenerInfo* listener_with(std::string_view port,
                                           const std::vector<gateway::ListenerInfo>& listeners) {
  const auto found = std::find_if(listeners.begin(), listeners.end(), [&](const auto& listener) {
    return port.empty() || std::to_string(listener.port) == port;
  });
  return found == listeners.end() || found->addresses.empty() ? nullptr : &*found;
}

}  // namespace

std::string local_address(std::string_view value,
                          const std::vector<gateway::ListenerInfo>& listeners) {
  std::string out;
  std::size_t copied = 0;
  for (auto at = value.find(kVendorDomain); at != std::string_view::npos;
       at = value.find(kVendorDomain, at + 1)) {
    auto start = at;
    while (start > copied && is_name_character(value[start - 1])) --start;
    auto end = at + kVendorDomain.size();
    std::string_view port;
    if (end < value.size() && value[end] == ':') {
      const auto digits = end + 1;
      auto after = digits;
      while (after < value.size() && std::isdigit(static_cast<unsigned char>(value[after])))
        ++after;
      port = value.substr(digits, after - digits);
    }
    const auto* listener = listener_with(port, listeners);
    if (listener == nullptr) continue;
    out += value.substr(copied, start - copied);
    out += listener->addresses.front().endpoint.address.to_string();
    copied = end;
  }
  if (copied == 0) return {};
  return out + std::string(value.substr(copied));
}

}  // namespace loopgate

#include "emulators/s3/names.h"

#include <algorithm>

#include "base/ip_address.h"
#include "emulators/http/caller.h"

namespace loopgate::s3 {

namespace {

bool is_lower_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

// "s3", "s3-us-west-2", "s3-accesspoint" …
bool is_service_label(std::string_view label) {
  return label == "s3" || label.starts_with("s3-");
}

// Where a label that is the service's begins, or npos.
std::size_t find_service_label(std::string_view host) {
  for (std::size_t from = 0; from < host.size();) {
    const auto dot = std::min(host.find('.', from), host.size());
    if (is_service_label(host.substr(from, dot - from))) return from;
    from = dot + 1;
  }
  return std::string_view::npos;
}

}  // namespace

bool is_bucket_name(std::string_view name) {
  constexpr std::size_t kLeast = 3;
  constexpr std::size_t kMost = 63;
  if (name.size() < kLeast || name.size() > kMost) return false;
  const auto allowed = [](char c) { return is_lower_alnum(c) || c == '-' || c == '.'; };
  if (!std::ranges::all_of(name, allowed)) return false;
  if (!is_lower_alnum(name.front()) || !is_lower_alnum(name.back())) return false;
  if (name.find("..") != std::string_view::npos || IpAddress::parse(name)) return false;
  for (const auto prefix : {"xn--", "sthree-", "amzn-s3-demo-"}) {
    if (name.starts_with(prefix)) return false;
  }
  for (const auto suffix : {"-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"}) {
    if (name.ends_with(suffix)) return false;
  }
  return true;
}

std::string bucket_arn(std::string_view bucket) {
  return "arn:aws:s3:::" + std::string(bucket);
}

std::string object_arn(std::string_view bucket, std::string_view key) {
  return bucket_arn(bucket).append("/").append(key);
}

std::string_view bucket_of_host(std::string_view host) {
  host = host.substr(0, host.rfind(':') == std::string_view::npos ? host.size() : host.rfind(':'));
  if (const auto service = find_service_label(host); service != std::string_view::npos) {
    return service == 0 ? std::string_view() : host.substr(0, service - 1);
  }
  constexpr std::string_view kLocal = ".localhost";
  if (host.ends_with(kLocal)) return host.substr(0, host.size() - kLocal.size());
  return {};
}

}  // namespace loopgate::s3

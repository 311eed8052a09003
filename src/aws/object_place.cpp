#include "aws/object_place.h"

#include <algorithm>

#include "codec/percent.h"

namespace loopgate::aws {

namespace {

constexpr std::string_view kScheme = "s3://";

// "bucket.s3.us-west-2.amazonaws.com", "bucket.localhost:4566": what stands before the endpoint.
std::string_view bucket_of_host(std::string_view host) {
  for (const std::string_view mark : {".s3.", ".s3-", ".localhost"}) {
    const auto at = host.find(mark);
    if (at != std::string_view::npos && at > 0) return host.substr(0, at);
  }
  return {};
}

std::optional<ObjectPlace> place_in(std::string_view bucket, std::string_view key) {
  ObjectPlace out;
  constexpr std::string_view kVersion = "versionId=";
  if (const auto mark = key.find('?'); mark != std::string_view::npos) {
    const auto query = key.substr(mark + 1);
    key = key.substr(0, mark);
    if (const auto at = query.find(kVersion); at != std::string_view::npos) {
      const auto value = query.substr(at + kVersion.size());
      out.version = value.substr(0, value.find('&'));
    }
  }
  const auto decoded = codec::percent_decode(key, codec::Plus::kItself);
  out.bucket = bucket;
  out.key = decoded ? *decoded : std::string(key);
  if (out.bucket.empty() || out.key.empty()) return std::nullopt;
  return out;
}

}  // namespace

std::optional<ObjectPlace> ObjectPlace::from_url(std::string_view url) {
  const bool is_s3 = url.starts_with(kScheme);
  const auto begin = url.find("://");
  if (begin == std::string_view::npos) return std::nullopt;
  if (!is_s3 && !url.starts_with("http://") && !url.starts_with("https://")) return std::nullopt;
  auto rest = url.substr(begin + 3);
  const auto slash = rest.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto host = rest.substr(0, slash);
  rest.remove_prefix(slash + 1);
  if (is_s3) return place_in(host, rest);
  if (const auto bucket = bucket_of_host(host); !bucket.empty()) return place_in(bucket, rest);
  const auto next = rest.find('/');
  if (next == std::string_view::npos) return std::nullopt;
  return place_in(rest.substr(0, next), rest.substr(next + 1));
}

}  // namespace loopgate::aws

#include "aws/sigv4.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <map>
#include <span>

#include "base/bytes.h"
#include "codec/percent.h"
#include "codec/sha256.h"
#include "codec/text.h"

namespace loopgate::aws {

namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kTerminator = "aws4_request";
using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

std::string hex(const Digest& digest) {
  return fmt::format("{:02x}", fmt::join(digest, ""));
}

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Digest hmac(std::span<const unsigned char> key, std::string_view text) {
  Digest digest;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes(text), text.size(),
       digest.data(), nullptr);
  return digest;
}

// As it is where it is no escape.
std::string decode(std::string_view text) {
  return codec::percent_decode(text, codec::Plus::kItself).value_or(std::string(text));
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

// Without "." and "..", and with single slashes (RFC 3986 §5.2.4).
std::string normalized(std::string_view path) {
  std::vector<std::string_view> kept;
  for (const auto segment : split(path, '/')) {
    if (segment == "..") {
      if (!kept.empty()) kept.pop_back();
    } else if (!segment.empty() && segment != ".") {
      kept.push_back(segment);
    }
  }
  const bool is_folder = path.ends_with('/') && !kept.empty();
  return fmt::format("/{}{}", fmt::join(kept, "/"), is_folder ? "/" : "");
}

// Of S3 each segment is encoded once, of all others once more.
std::string canonical_path(std::string_view path, bool is_s3) {
  if (path.empty()) return "/";
  const auto whole = is_s3 ? std::string(path) : normalized(path);
  std::vector<std::string> segments;
  for (const auto segment : split(whole, '/')) {
    segments.push_back(codec::percent_encode(is_s3 ? decode(segment) : std::string(segment)));
  }
  return fmt::format("{}", fmt::join(segments, "/"));
}

std::string canonical_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  while (!query.empty()) {
    const auto field = codec::next_query_field(query);
    if (field.name.empty() && field.value.empty()) continue;
    parameters.emplace_back(codec::percent_encode(decode(field.name)),
                            codec::percent_encode(decode(field.value)));
  }
  std::ranges::sort(parameters);
  std::vector<std::string> lines;
  for (const auto& [name, value] : parameters) lines.push_back(name + "=" + value);
  return fmt::format("{}", fmt::join(lines, "&"));
}

// Without spaces at the ends, and with single ones between.
std::string trimmed(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool is_space = c == ' ' || (c >= '\t' && c <= '\r');
    if (!is_space) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

bool is_signed(const std::string& name) {
  constexpr std::array<std::string_view, 6> kLeftOut{"authorization", "connection",
                                                     "expect",        "transfer-encoding",
                                                     "user-agent",    "x-amzn-trace-id"};
  return std::ranges::find(kLeftOut, name) == kLeftOut.end();
}

struct CanonicalHeaders {
  std::string lines;
  std::string names;  // "host;x-amz-date"
};

CanonicalHeaders canonical_headers(const HeaderList& given, const HeaderList& added) {
  std::map<std::string, std::string> values;
  for (const auto* list : {&given, &added}) {
    for (const auto& [name, value] : *list) {
      const auto key = codec::lower(name);
      if (!is_signed(key)) continue;
      const auto [place, is_new] = values.emplace(key, trimmed(value));
      if (!is_new) place->second += "," + trimmed(value);
    }
  }
  CanonicalHeaders out;
  for (const auto& [name, value] : values) {
    out.lines += name + ":" + value + "\n";
    out.names += (out.names.empty() ? "" : ";") + name;
  }
  return out;
}

// "20150830T123600Z"
std::string compact_time(WallTime at) {
  auto text = to_iso8601(at).substr(0, 19);
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text + "Z";
}

std::string signature(const SigningScope& scope, std::string_view date, std::string_view text) {
  const auto secret = "AWS4" + scope.credentials.secret_access_key;
  auto key = hmac(std::span(bytes(secret), secret.size()), date);
  for (const auto part :
       {std::string_view(scope.region), std::string_view(scope.service), kTerminator}) {
    key = hmac(key, part);
  }
  return hex(hmac(key, text));
}

}  // namespace

SignedRequest sign(const SigningScope& scope, const SignableRequest& request) {
  const bool is_s3 = scope.service == "s3";
  const auto time = compact_time(scope.at);
  const auto date = time.substr(0, 8);
  const auto payload = codec::sha256_hex(as_bytes(request.body));

  SignedRequest out;
  out.headers.emplace_back("X-Amz-Date", time);
  if (!scope.credentials.session_token.empty()) {
    out.headers.emplace_back("X-Amz-Security-Token", scope.credentials.session_token);
  }
  if (is_s3) out.headers.emplace_back("X-Amz-Content-Sha256", payload);

  const auto headers = canonical_headers(request.headers, out.headers);
  out.canonical_request =
      fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, canonical_path(request.path, is_s3),
                  canonical_query(request.query), headers.lines, headers.names, payload);
  const auto place = fmt::format("{}/{}/{}/{}", date, scope.region, scope.service, kTerminator);
  out.string_to_sign = fmt::format("{}\n{}\n{}\n{}", kAlgorithm, time, place,
                                   codec::sha256_hex(as_bytes(out.canonical_request)));
  out.headers.emplace_back("Authorization",
                           fmt::format("{} Credential={}/{}, SignedHeaders={}, Signature={}",
                                       kAlgorithm, scope.credentials.access_key_id, place,
                                       headers.names, signature(scope, date, out.string_to_sign)));
  return out;
}

}  // namespace loopgate::aws

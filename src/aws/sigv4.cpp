#include "aws/sigv4.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>

#include "base/bytes.h"
#include "codec/percent.h"
#include "codec/sha256.h"
#include "codec/text.h"

namespace loopgate::aws {

namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kTerminator = "aws4_request";
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

CanonicalHeaders canonical_headers(const HeaderList& headers) {
  std::map<std::string, std::string> values;
  for (const auto& [name, value] : headers) {
    const auto [place, is_new] = values.emplace(codec::lower(name), trimmed(value));
    if (!is_new) place->second += "," + trimmed(value);
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

// What is signed: "20150830/us-east-1/sqs/aws4_request".
struct Place {
  std::string_view date;
  std::string_view region;
  std::string_view service;

  std::string text() const {
    return fmt::format("{}/{}/{}/{}", date, region, service, kTerminator);
  }
};

std::string canonical_request(const SignableRequest& request, std::string_view query,
                              const CanonicalHeaders& headers, bool is_s3,
                              std::string_view payload) {
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, canonical_path(request.path, is_s3),
                     canonical_query(query), headers.lines, headers.names, payload);
}

std::string string_to_sign(std::string_view time, const Place& place, std::string_view canonical) {
  return fmt::format("{}\n{}\n{}\n{}", kAlgorithm, time, place.text(),
                     codec::sha256_hex(as_bytes(canonical)));
}

std::string signature(std::string_view secret_access_key, const Place& place,
                      std::string_view text) {
  const auto secret = fmt::format("AWS4{}", secret_access_key);
  auto key = codec::hmac_sha256(as_bytes(secret), as_bytes(place.date));
  for (const auto part : {place.region, place.service, kTerminator}) {
    key = codec::hmac_sha256(key, as_bytes(part));
  }
  return codec::hmac_sha256_hex(key, as_bytes(text));
}

// --- what a request says of its signature
// ---------------------------------------------------------

struct Claim {
  std::string place;  // KEY/DATE/REGION/SERVICE/aws4_request
  std::string time;
  std::string signed_headers;
  std::string signature;
  std::string payload;  // the hash that it names, or how it is left out; may be empty
  std::string query;    // without the signature
};

std::string_view header_of(const SignableRequest& request, std::string_view name) {
  for (const auto& [header, value] : request.headers) {
    if (codec::lower(header) == name) return value;
  }
  return {};
}

// "Credential=…, SignedHeaders=…, Signature=…", in any order.
std::string authorization_part(std::string_view authorization, std::string_view name) {
  for (auto part : split(authorization, ',')) {
    const auto start = part.find_first_not_of(' ');
    part.remove_prefix(start == std::string_view::npos ? part.size() : start);
    if (part.starts_with(name) && part.substr(name.size()).starts_with('=')) {
      return std::string(part.substr(name.size() + 1));
    }
  }
  return {};
}

Claim header_claim(const SignableRequest& request, std::string_view authorization) {
  authorization.remove_prefix(kAlgorithm.size());
  return {.place = authorization_part(authorization, "Credential"),
          .time = std::string(header_of(request, "x-amz-date")),
          .signed_headers = authorization_part(authorization, "SignedHeaders"),
          .signature = authorization_part(authorization, "Signature"),
          .payload = std::string(header_of(request, "x-amz-content-sha256")),
          .query = std::string(request.query)};
}

Claim presigned_claim(const SignableRequest& request) {
  Claim claim;
  for (std::string_view rest = request.query; !rest.empty();) {
    const auto before = rest;
    const auto field = codec::next_query_field(rest);
    const auto value = decode(field.value);
    if (field.name == "X-Amz-Signature") {
      claim.signature = value;
      continue;
    }
    if (field.name == "X-Amz-Credential") claim.place = value;
    if (field.name == "X-Amz-Date") claim.time = value;
    if (field.name == "X-Amz-SignedHeaders") claim.signed_headers = value;
    claim.query += before.substr(0, before.find('&'));
    claim.query += '&';
  }
  return claim;
}

bool is_presigned(const SignableRequest& request) {
  return request.query.find("X-Amz-Signature=") != std::string_view::npos;
}

HeaderList named(const HeaderList& headers, std::string_view names) {
  const auto wanted = split(names, ';');
  HeaderList out;
  for (const auto& header : headers) {
    if (std::ranges::find(wanted, codec::lower(header.first)) != wanted.end()) {
      out.push_back(header);
    }
  }
  return out;
}

// In the names of the JSON protocols, and of Query where those differ.
AwsError missing_token() {
  return {"MissingAuthenticationTokenException", "Request is missing Authentication Token", 403,
          "MissingAuthenticationToken"};
}
AwsError incomplete_signature() {
  return {"IncompleteSignatureException",
          "Authorization header requires 'Credential', 'Signature' and 'SignedHeaders' parameters, "
          "and existence of either a 'X-Amz-Date' or a 'Date' header.",
          400, "IncompleteSignature"};
}
AwsError signature_does_not_match() {
  return {"InvalidSignatureException",
          "The request signature we calculated does not match the signature you provided. Check "
          "your AWS Secret Access Key and signing method. Consult the service documentation for "
          "details.",
          403, "SignatureDoesNotMatch"};
}

}  // namespace

SignedRequest sign(const SigningScope& scope, const SignableRequest& request) {
  const bool is_s3 = scope.service == "s3";
  const auto time = compact_time(scope.at);
  const auto payload = codec::sha256_hex(as_bytes(request.body));

  SignedRequest out;
  out.headers.emplace_back("X-Amz-Date", time);
  if (!scope.credentials.session_token.empty()) {
    out.headers.emplace_back("X-Amz-Security-Token", scope.credentials.session_token);
  }
  if (is_s3) out.headers.emplace_back("X-Amz-Content-Sha256", payload);

  auto to_sign = request.headers;
  std::erase_if(to_sign, [](const auto& header) { return !is_signed(codec::lower(header.first)); });
  std::ranges::copy(out.headers, std::back_inserter(to_sign));
  const auto headers = canonical_headers(to_sign);
  out.canonical_request = canonical_request(request, request.query, headers, is_s3, payload);
  const Place place{std::string_view(time).substr(0, 8), scope.region, scope.service};
  out.string_to_sign = string_to_sign(time, place, out.canonical_request);
  out.headers.emplace_back(
      "Authorization",
      fmt::format("{} Credential={}/{}, SignedHeaders={}, Signature={}", kAlgorithm,
                  scope.credentials.access_key_id, place.text(), headers.names,
                  signature(scope.credentials.secret_access_key, place, out.string_to_sign)));
  return out;
}

Outcome<void> verify(const SignableRequest& request, std::string_view secret_access_key) {
  const auto authorization = header_of(request, "authorization");
  const bool presigned = is_presigned(request);
  if (!presigned && !authorization.starts_with(kAlgorithm)) return refuse(missing_token());
  const auto claim = presigned ? presigned_claim(request) : header_claim(request, authorization);
  const auto parts = split(claim.place, '/');
  if (parts.size() != 5 || claim.time.empty() || claim.signature.empty() ||
      claim.signed_headers.empty()) {
    return refuse(incomplete_signature());
  }
  const Place place{parts[1], parts[2], parts[3]};
  const bool is_s3 = place.service == "s3";
  const auto hash = codec::sha256_hex(as_bytes(request.body));
  // S3's bodies may be left out of the signature, or be signed in pieces.
  const bool is_named = is_s3 && !claim.payload.empty() && claim.payload.size() != hash.size();
  const auto payload = is_named ? claim.payload : is_s3 && presigned ? "UNSIGNED-PAYLOAD" : hash;
  const auto headers = canonical_headers(named(request.headers, claim.signed_headers));
  const auto text = string_to_sign(
      claim.time, place, canonical_request(request, claim.query, headers, is_s3, payload));
  if (headers.names != claim.signed_headers || !claim.time.starts_with(place.date) ||
      signature(secret_access_key, place, text) != claim.signature) {
    return refuse(signature_does_not_match());
  }
  return {};
}

}  // namespace loopgate::aws

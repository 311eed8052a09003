#include "emulators/s3/receive.h"

#include <fmt/format.h>

#include <charconv>
#include <fstream>
#include <map>
#include <utility>

#include "codec/base64.h"
#include "codec/hex.h"
#include "codec/text.h"
#include "emulators/s3/chunked.h"
#include "emulators/s3/limits.h"

namespace loopgate::s3 {

namespace {

using http::text_param;

constexpr std::size_t kStretch = 256 * 1024;  // of a file, read at once
constexpr std::string_view kChecksumHeader = "x-amz-checksum-";

std::string base64_of(const std::string& digest) {
  return codec::base64_encode(as_bytes(digest));
}

// Every digest of one pass.
class Digests {
 public:
  void add(Algorithm algorithm) {
    if (!all_.contains(algorithm)) all_[algorithm] = Digest::make(algorithm);
  }
  void update(std::string_view bytes) {
    for (auto& [algorithm, digest] : all_) digest->update(bytes);
  }
  std::map<Algorithm, std::string> finish() {
    std::map<Algorithm, std::string> out;
    for (auto& [algorithm, digest] : all_) out[algorithm] = digest->finish();
    return out;
  }

 private:
  std::map<Algorithm, std::unique_ptr<Digest>> all_;
};

AwsError not_read(const std::string& why) {
  return aws::internal_failure("We encountered an internal error. Please try again. (" + why + ")");
}

Outcome<Piece> keep(Contents& contents, http::BodyFile& file) {
  auto piece = contents.add(file);
  if (!piece) return aws::refuse(aws::not_stored(piece.error().to_string()));
  return *piece;
}

// The bytes as they are kept: in memory until there are too many.
class Sink {
 public:
  Sink(std::string folder, Digests& digests) : folder_(std::move(folder)), digests_(digests) {}

  void take(std::string_view bytes) {
    digests_.update(bytes);
    size_ += bytes.size();
    if (!file_ && size_ <= kInlineBytes) {
      bytes_ += bytes;
      return;
    }
    if (!file_ && !begin_file()) return;
    if (auto written = file_->append(bytes); !written) problem_ = written.error().to_string();
  }
  std::uint64_t size() const { return size_; }

  Outcome<Piece> finish(Contents& contents) {
    if (!problem_.empty()) return aws::refuse(aws::not_stored(problem_));
    if (!file_) return contents.add(bytes_);
    return keep(contents, *file_);
  }

 private:
  bool begin_file() {
    if (!problem_.empty()) return false;
    auto file = http::BodyFile::create(folder_);
    if (!file) {
      problem_ = file.error().to_string();
      return false;
    }
    file_ = *std::move(file);
    if (auto written = file_->append(std::exchange(bytes_, {})); !written)
      problem_ = written.error().to_string();
    return true;
  }

  std::string folder_;
  Digests& digests_;
  std::uint64_t size_ = 0;
  std::string bytes_;
  std::shared_ptr<http::BodyFile> file_;
  std::string problem_;
};

Outcome<void> read_file(const http::BodyFile& file,
                        const std::function<bool(std::string_view)>& take) {
  std::ifstream from(file.path(), std::ios::binary);
  if (!from) return aws::refuse(not_read(file.path()));
  std::string stretch(kStretch, '\0');
  while (from.read(stretch.data(), kStretch), from.gcount() > 0) {
    if (!take({stretch.data(), static_cast<std::size_t>(from.gcount())})) break;
  }
  if (from.bad()) return aws::refuse(not_read(file.path()));
  return {};
}

// The bytes through `sink`; gives the trailing headers.
Outcome<std::vector<aws::Header>> read_chunks(const Body& body, Sink& sink) {
  ChunkedReader reader;
  bool is_good = true;
  const auto take = [&](std::string_view bytes) {
    is_good = reader.read(bytes, [&](std::string_view part) { sink.take(part); });
    return is_good;
  };
  if (!body.file) {
    take(body.bytes);
  } else if (auto read = read_file(*body.file, take); !read) {
    return aws::refuse(read.error());
  }
  if (!is_good || !reader.is_complete()) return aws::refuse(incomplete_body());
  if (body.length && *body.length != sink.size()) return aws::refuse(incomplete_body());
  return reader.trailers();
}

Outcome<void> check_md5(const json& params, const std::string& md5) {
  const auto given = text_param(params, "ContentMD5");
  if (given.empty()) return {};
  const auto bytes = codec::base64_decode(given);
  if (!bytes || bytes->size() != md5.size()) {
    return aws::refuse({"InvalidDigest", "The Content-MD5 you specified was invalid.", 400, {}});
  }
  if (as_text(*bytes) != md5) return aws::refuse(bad_digest("MD5"));
  return {};
}

Outcome<void> check_checksum(Algorithm algorithm, const std::string& given,
                             const std::string& digest) {
  const auto bytes = codec::base64_decode(given);
  if (!bytes || bytes->size() != digest.size()) {
    return aws::refuse(invalid_request(fmt::format(
        "Value for {}{} header is invalid.", kChecksumHeader, codec::lower(name_of(algorithm)))));
  }
  if (as_text(*bytes) != digest) return aws::refuse(bad_digest(name_of(algorithm)));
  return {};
}

// What the trailing headers say of the bytes, or what the head said.
std::string given_checksum(Algorithm algorithm, const json& params,
                           const std::vector<aws::Header>& trailers) {
  const auto header = std::string(kChecksumHeader) + codec::lower(name_of(algorithm));
  const auto trailing = aws::header_value(trailers, header);
  return trailing.empty() ? text_param(params, member_of(algorithm)) : std::string(trailing);
}

Outcome<void> check(const std::map<Algorithm, std::string>& found, Algorithm algorithm,
                    const Body& body, const json& params,
                    const std::vector<aws::Header>& trailers) {
  if (auto checked = check_md5(params, found.at(Algorithm::kMd5)); !checked) return checked;
  if (const auto given = given_checksum(algorithm, params, trailers); !given.empty()) {
    if (auto checked = check_checksum(algorithm, given, found.at(algorithm)); !checked)
      return checked;
  }
  if (body.sha256.empty() || body.is_chunked ||
      codec::hex_encode_lower(as_bytes(found.at(Algorithm::kSha256))) == body.sha256) {
    return {};
  }
  return aws::refuse(
      {"XAmzContentSHA256Mismatch",
       "The provided 'x-amz-content-sha256' header does not match what was computed.",
       400,
       {}});
}

std::optional<Algorithm> algorithm_of_trailer(std::string_view trailer) {
  if (!codec::lower(trailer).starts_with(kChecksumHeader)) return std::nullopt;
  return algorithm_named(trailer.substr(kChecksumHeader.size()));
}

}  // namespace

Body Body::of_request(http::Request& request) {
  Body out{.bytes = std::move(request.body), .file = std::move(request.body_file)};
  const auto sha256 = request.header("X-Amz-Content-Sha256");
  const auto encoding = codec::lower(request.header("Content-Encoding"));
  out.is_chunked =
      encoding.find("aws-chunked") != std::string::npos || sha256.starts_with("STREAMING-");
  if (sha256.size() == 64) out.sha256 = codec::lower(sha256);
  out.trailer = request.header("X-Amz-Trailer");
  const auto length = request.header("X-Amz-Decoded-Content-Length");
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), number);
  if (!length.empty() && error == std::errc() && end == length.data() + length.size())
    out.length = number;
  return out;
}

std::string etag_of(const std::string& md5) {
  return '"' + codec::hex_encode_lower(as_bytes(md5)) + '"';
}

std::string Received::etag() const {
  return etag_of(md5);
}

Outcome<std::optional<Algorithm>> chosen_algorithm(const json& params) {
  std::optional<Algorithm> out;
  for (const auto& [name, value] : params.items()) {
    constexpr std::string_view kPrefix = "Checksum";
    if (!name.starts_with(kPrefix) || name == "ChecksumAlgorithm" || name == "ChecksumType" ||
        name == "ChecksumMode" || !value.is_string()) {
      continue;
    }
    if (out) {
      return aws::refuse(invalid_request(
          "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."));
    }
    out = algorithm_named(name.substr(kPrefix.size()));
    if (!out) {
      return aws::refuse(not_implemented(std::string(kChecksumHeader) +
                                         codec::lower(name.substr(kPrefix.size()))));
    }
  }
  const auto named = text_param(params, "ChecksumAlgorithm");
  if (out || named.empty()) return out;
  out = algorithm_named(named);
  if (!out) {
    return aws::refuse(
        invalid_request("Checksum algorithm provided is unsupported. Please try again with any of "
                        "the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]"));
  }
  return out;
}

Outcome<Received> receive(S3& s3, Body body, const json& params,
                          std::optional<Algorithm> algorithm) {
  if (body.size() > kMostPutBytes) return aws::refuse(entity_too_large(body.size(), kMostPutBytes));
  auto chosen = chosen_algorithm(params);
  if (!chosen) return aws::refuse(chosen.error());
  if (!*chosen) chosen = algorithm_of_trailer(body.trailer);
  if (!*chosen && algorithm) chosen = algorithm;

  Received out{.algorithm = chosen->value_or(Algorithm::kCrc64Nvme),
               .was_chosen = chosen->has_value()};
  Digests digests;
  digests.add(Algorithm::kMd5);
  digests.add(out.algorithm);
  if (!body.sha256.empty()) digests.add(Algorithm::kSha256);

  const bool is_kept_as_it_is = body.file && !body.is_chunked && body.size() > kInlineBytes;
  Sink sink(s3.incoming, digests);
  const auto take = [&](std::string_view bytes) {
    is_kept_as_it_is ? digests.update(bytes) : sink.take(bytes);
    return true;
  };
  std::vector<aws::Header> trailers;
  if (body.is_chunked) {
    auto read = read_chunks(body, sink);
    if (!read) return aws::refuse(read.error());
    trailers = *std::move(read);
  } else if (!body.file) {
    take(body.bytes);
  } else if (auto read = read_file(*body.file, take); !read) {
    return aws::refuse(read.error());
  }

  const auto found = digests.finish();
  if (auto checked = check(found, out.algorithm, body, params, trailers); !checked)
    return aws::refuse(checked.error());
  auto piece = is_kept_as_it_is ? keep(s3.contents, *body.file) : sink.finish(s3.contents);
  if (!piece) return aws::refuse(piece.error());
  out.piece = *piece;
  out.md5 = found.at(Algorithm::kMd5);
  out.checksums[member_of(out.algorithm)] = base64_of(found.at(out.algorithm));
  return out;
}

}  // namespace loopgate::s3

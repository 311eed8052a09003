// The bytes of a PutObject or UploadPart: taken out of their chunks, checked against everything
// that the client said of them, and put where contents are.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "emulators/http/body_file.h"
#include "emulators/http/message.h"
#include "emulators/s3/checksum.h"
#include "emulators/s3/context.h"

namespace loopgate::s3 {

struct Body {
  std::string bytes{};
  std::shared_ptr<http::BodyFile> file{};  // instead, when it is long
  bool is_chunked = false;                 // aws-chunked (chunked.h)
  std::optional<std::uint64_t> length{};   // X-Amz-Decoded-Content-Length
  std::string trailer{};                   // X-Amz-Trailer: "x-amz-checksum-crc32"
  std::string sha256{};                    // X-Amz-Content-Sha256, when it is a digest

  static Body of_request(http::Request& request);
  std::uint64_t size() const { return file ? file->size() : bytes.size(); }
};

struct Received {
  Piece piece{};
  std::string md5{};      // its 16 bytes
  Algorithm algorithm{};  // that the client chose, or CRC64NVME
  bool was_chosen = false;
  json checksums = json::object();  // "ChecksumCRC32": base64

  std::string etag() const;  // with its quotes
};

// `params`: ContentMD5, ChecksumAlgorithm, and the Checksum… of one algorithm, all optional.
// `algorithm`: the one of the upload, when the client names none. Errors: BadDigest,
// IncompleteBody, InvalidDigest, InvalidRequest, EntityTooLarge, XAmzContentSHA256Mismatch.
Outcome<Received> receive(S3& s3, Body body, const json& params,
                          std::optional<Algorithm> algorithm = {});

// Which checksum parameters name: by its value, by ChecksumAlgorithm or neither.
Outcome<std::optional<Algorithm>> chosen_algorithm(const json& params);

std::string etag_of(const std::string& md5);  // "\"0cc1…\""

}  // namespace loopgate::s3

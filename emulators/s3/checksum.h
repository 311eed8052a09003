// The checksums by which S3 and its clients know that bytes came over whole.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace loopgate::s3 {

enum class Algorithm : std::uint8_t { kMd5, kCrc32, kCrc32c, kCrc64Nvme, kSha1, kSha256 };

// Those that a client may ask for: all but MD5, which is Content-MD5 and the ETag.
std::span<const Algorithm> checksum_algorithms();
std::string_view name_of(Algorithm algorithm);  // "CRC64NVME"
// The member of documents that has it: "ChecksumCRC64NVME".
std::string member_of(Algorithm algorithm);
std::optional<Algorithm> algorithm_named(std::string_view name);  // whatever its case

// One pass over bytes for any number of them.
class Digest {
 public:
  virtual ~Digest() = default;
  virtual void update(std::string_view bytes) = 0;
  virtual std::string finish() = 0;  // its bytes; once, at the end

  static std::unique_ptr<Digest> make(Algorithm algorithm);
};

// A part of an upload: its checksum's bytes, and how many bytes it has.
struct PartDigest {
  std::string digest;
  std::uint64_t size = 0;
};
// Of the whole, by those of its parts: of a CRC that of all their bytes. nullopt for the others,
// which cannot be put together so.
std::optional<std::string> full_object_digest(Algorithm algorithm,
                                              const std::vector<PartDigest>& parts);
// The other way: the digest of the parts' digests.
std::string composite_digest(Algorithm algorithm, const std::vector<PartDigest>& parts);

}  // namespace loopgate::s3

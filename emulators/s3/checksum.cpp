#include "emulators/s3/checksum.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "base/check.h"
#include "codec/text.h"
#include "emulators/s3/crc.h"

namespace loopgate::s3 {

namespace {

struct Name {
  Algorithm algorithm;
  std::string_view text;
};
constexpr std::array<Name, 6> kNames{{{Algorithm::kMd5, "MD5"},
                                      {Algorithm::kCrc32, "CRC32"},
                                      {Algorithm::kCrc32c, "CRC32C"},
                                      {Algorithm::kCrc64Nvme, "CRC64NVME"},
                                      {Algorithm::kSha1, "SHA1"},
                                      {Algorithm::kSha256, "SHA256"}}};
constexpr std::array kChecksums{Algorithm::kCrc32, Algorithm::kCrc32c, Algorithm::kCrc64Nvme,
                                Algorithm::kSha1, Algorithm::kSha256};

// Big-endian, as all of S3's are.
template <class Word>
std::string bytes_of(Word word) {
  std::string out(sizeof word, '\0');
  for (std::size_t i = out.size(); i-- > 0; word = static_cast<Word>(word >> 8)) {
    out[i] = static_cast<char>(word & 0xff);
  }
  return out;
}

template <class Word>
Word word_of(std::string_view bytes) {
  Word out = 0;
  for (const char c : bytes) out = static_cast<Word>(out << 8 | static_cast<unsigned char>(c));
  return out;
}

template <class Crc>
class CrcDigest final : public Digest {
 public:
  void update(std::string_view bytes) override { crc_.update(bytes); }
  std::string finish() override { return bytes_of(crc_.value()); }

 private:
  Crc crc_;
};

class EvpDigest final : public Digest {
 public:
  explicit EvpDigest(const EVP_MD* algorithm) : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    LOOPGATE_CHECK(EVP_DigestInit_ex(context_.get(), algorithm, nullptr) == 1);
  }
  void update(std::string_view bytes) override {
    LOOPGATE_CHECK(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
  }
  std::string finish() override {
    std::array<unsigned char, EVP_MAX_MD_SIZE> out;
    unsigned size = 0;
    LOOPGATE_CHECK(EVP_DigestFinal_ex(context_.get(), out.data(), &size) == 1);
    return {reinterpret_cast<const char*>(out.data()), size};
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

template <class Crc, class Word>
std::string combined(const std::vector<PartDigest>& parts) {
  Word out = 0;
  for (const auto& part : parts) out = Crc::combine(out, word_of<Word>(part.digest), part.size);
  return bytes_of(out);
}

}  // namespace

std::span<const Algorithm> checksum_algorithms() {
  return kChecksums;
}

std::string_view name_of(Algorithm algorithm) {
  return std::ranges::find(kNames, algorithm, &Name::algorithm)->text;
}

std::string member_of(Algorithm algorithm) {
  return "Checksum" + std::string(name_of(algorithm));
}

std::optional<Algorithm> algorithm_named(std::string_view name) {
  const auto found = std::ranges::find_if(
      kNames, [&](const Name& each) { return codec::equal_ignoring_case(each.text, name); });
  if (found == kNames.end()) return std::nullopt;
  return found->algorithm;
}

std::unique_ptr<Digest> Digest::make(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::kMd5:
      return std::make_unique<EvpDigest>(EVP_md5());
    case Algorithm::kSha1:
      return std::make_unique<EvpDigest>(EVP_sha1());
    case Algorithm::kSha256:
      return std::make_unique<EvpDigest>(EVP_sha256());
    case Algorithm::kCrc32:
      return std::make_unique<CrcDigest<Crc32>>();
    case Algorithm::kCrc32c:
      return std::make_unique<CrcDigest<Crc32c>>();
    case Algorithm::kCrc64Nvme:
      break;
  }
  return std::make_unique<CrcDigest<Crc64Nvme>>();
}

std::optional<std::string> full_object_digest(Algorithm algorithm,
                                              const std::vector<PartDigest>& parts) {
  switch (algorithm) {
    case Algorithm::kCrc32:
      return combined<Crc32, std::uint32_t>(parts);
    case Algorithm::kCrc32c:
      return combined<Crc32c, std::uint32_t>(parts);
    case Algorithm::kCrc64Nvme:
      return combined<Crc64Nvme, std::uint64_t>(parts);
    default:
      return std::nullopt;
  }
}

std::string composite_digest(Algorithm algorithm, const std::vector<PartDigest>& parts) {
  const auto digest = Digest::make(algorithm);
  for (const auto& part : parts) digest->update(part.digest);
  return digest->finish();
}

}  // namespace loopgate::s3

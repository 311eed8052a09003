#include "emulators/iam/temporary_credentials.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "codec/base64.h"
#include "codec/sha256.h"

namespace loopgate::iam {
namespace {

constexpr std::size_t kKeySize = 32;
constexpr std::size_t kSecretSize = 40;      // characters, as AWS's
constexpr std::size_t kMaxTokenSize = 4096;  // bytes of a header that we look at

store::Store& migrated(store::Store& store) {
  // A database that cannot take its tables fails at the first turn, with its own sentence.
  (void)store.migrate("iam-credentials", {"CREATE TABLE iam_token_key (key BLOB NOT NULL)"});
  return store;
}

// "ASIA" announces a temporary key; the rest names the seal.
std::string access_key_id_of(std::string_view seal) {
  std::string id = "ASIA";
  for (const char digit : seal.substr(0, 16)) {
    id +=
        digit >= 'a' ? static_cast<char>(digit - 'a' + 'A') : static_cast<char>('G' + digit - '0');
  }
  return id;
}

std::string payload_of(const aws::Session& session, std::string_view role_id) {
  return codec::base64_encode(
      as_bytes(write_json(nlohmann::json{{"account", session.account},
                                         {"role", session.role_arn},
                                         {"role_id", role_id},
                                         {"name", session.name},
                                         {"expires", to_millis(session.expires)}})));
}

std::optional<TemporaryCredentials::Sealed> parse_payload(std::string_view payload) {
  const auto text = codec::base64_decode_text(payload);
  const auto json = text ? read_json(*text).value_or(nullptr) : nlohmann::json();
  if (!json.is_object()) return std::nullopt;
  return TemporaryCredentials::Sealed{
      {.account = json.value("account", ""),
       .role_arn = json.value("role", ""),
       .name = json.value("name", ""),
       .expires = WallTime(std::chrono::milliseconds(json.value("expires", std::int64_t{0})))},
      json.value("role_id", "")};
}

}  // namespace

TemporaryCredentials::TemporaryCredentials(store::Store& store, Random& random)
    : store_(migrated(store)), random_(random) {
  store.on_rollback([this] { key_.clear(); });
}

const Bytes& TemporaryCredentials::key() {
  if (!key_.empty()) return key_;
  auto stored = store_.prepare("SELECT key FROM iam_token_key");
  if (stored.step()) {
    const auto bytes = stored.blob(0);
    key_.assign(bytes.begin(), bytes.end());
  } else {
    key_.resize(kKeySize);
    random_.fill(key_);
    store_.prepare("INSERT INTO iam_token_key VALUES (?1)").bind(1, ByteSpan(key_)).run();
  }
  return key_;
}

std::string TemporaryCredentials::sealed(std::string_view text) {
  return codec::hmac_sha256_hex(key(), as_bytes(text));
}

aws::Credentials TemporaryCredentials::issue(const aws::Session& session, std::string_view role_id,
                                             std::string_view label) {
  auto content = fmt::format("{}.{}", label, payload_of(session, role_id));
  const auto seal = sealed(content);
  const auto id = access_key_id_of(seal);
  return {.access_key_id = id,
          .secret_access_key = secret_of(id),
          .session_token = content + "." + seal};
}

std::optional<TemporaryCredentials::Sealed> TemporaryCredentials::read(
    std::string_view token, std::string_view access_key_id) {
  const auto end = token.rfind('.');
  if (end == std::string_view::npos || token.size() > kMaxTokenSize) return std::nullopt;
  const auto content = token.substr(0, end);
  const auto seal = token.substr(end + 1);
  if (access_key_id_of(seal) != access_key_id || sealed(content) != seal) return std::nullopt;
  return parse_payload(content.substr(content.find('.') + 1));
}

std::string TemporaryCredentials::secret_of(std::string_view access_key_id) {
  return sealed(fmt::format("secret of {}", access_key_id)).substr(0, kSecretSize);
}

}  // namespace loopgate::iam

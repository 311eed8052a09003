#include "wireguard/keylog.h"

#include <algorithm>

#include "wireguard/limits.h"

namespace loopgate::wireguard {

namespace {

constexpr std::string_view kLocalStatic = "LOCAL_STATIC_PRIVATE_KEY";
constexpr std::string_view kRemoteStatic = "REMOTE_STATIC_PUBLIC_KEY";
constexpr std::string_view kLocalEphemeral = "LOCAL_EPHEMERAL_PRIVATE_KEY";
constexpr std::string_view kPresharedKey = "PRESHARED_KEY";

std::string line(std::string_view name, const std::string& base64) {
  return std::string(name) + " = " + base64 + "\n";
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// Empty when the entry was taken or is none of ours, else what is wrong with it.
std::string take(std::string_view name, std::string_view value, KeyLog& log) {
  if (name == kRemoteStatic) {
    const auto key = PublicKey::parse(value);
    if (!key) return std::string(name) + " is not 32 bytes of base64";
    log.remote_statics.push_back(*key);
    return {};
  }
  if (name != kLocalStatic && name != kLocalEphemeral && name != kPresharedKey) return {};
  const auto key = SecretKey::parse(value);
  if (!key) return std::string(name) + " is not 32 bytes of base64";
  if (name == kLocalStatic) {
    // Every handshake of a log repeats it.
    const bool repeated =
        !log.local_statics.empty() && log.local_statics.back().private_key == *key;
    if (!repeated) log.local_statics.push_back(Identity::of(*key));
  } else if (name == kLocalEphemeral) {
    log.ephemerals.push_back({Identity::of(*key), {}});
  } else if (log.ephemerals.empty()) {
    return std::string(name) + " stands before any " + std::string(kLocalEphemeral);
  } else {
    log.ephemerals.back().psk = *key;
  }
  return {};
}

void drop_duplicates(KeyLog& log) {
  std::ranges::sort(log.remote_statics);
  const auto [first, last] = std::ranges::unique(log.remote_statics);
  log.remote_statics.erase(first, last);
  std::ranges::sort(log.local_statics, {}, &Identity::public_key);
  const auto same = std::ranges::unique(log.local_statics, {}, &Identity::public_key);
  log.local_statics.erase(same.begin(), same.end());
}

}  // namespace

std::string to_key_log(const HandshakeSecrets& secrets) {
  auto text = key_log_head(secrets.local_static) +
              line(kRemoteStatic, secrets.remote_static.to_base64()) +
              line(kLocalEphemeral, secrets.local_ephemeral.to_base64());
  if (!secrets.psk.is_zero()) text += line(kPresharedKey, secrets.psk.to_base64());
  return text;
}

std::string key_log_head(const SecretKey& local_static) {
  return line(kLocalStatic, local_static.to_base64());
}

Result<KeyLog> parse_key_log(std::string_view text) {
  KeyLog log;
  std::size_t count = 0;
  for (int number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    const auto entry = trimmed(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (entry.empty() || entry.front() == '#') continue;
    if (++count > kKeyLogEntriesMax) return fail("the key log has too many entries");
    const auto equals = entry.find('=');
    const auto where = "line " + std::to_string(number) + " of the key log: ";
    if (equals == std::string_view::npos) return fail(where + "expected NAME = base64");
    const auto wrong =
        take(trimmed(entry.substr(0, equals)), trimmed(entry.substr(equals + 1)), log);
    if (!wrong.empty()) return fail(where + wrong);
  }
  drop_duplicates(log);
  return log;
}

}  // namespace loopgate::wireguard

#include "emulators/secretsmanager/password.h"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "base/json.h"
#include "emulators/secretsmanager/limits.h"

namespace loopgate::secretsmanager {

namespace {

using nlohmann::json;

constexpr std::string_view kLowercase = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kUppercase = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kNumbers = "0123456789";
constexpr std::string_view kPunctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
constexpr std::int64_t kMostChars = 4096;

std::string text_of(const json& params, const char* name) {
  const auto found = params.find(name);
  if (found == params.end() || found->is_null()) return {};
  return found->is_string() ? found->get<std::string>() : write_json(*found);
}

bool is_true(const json& params, const char* name, bool otherwise = false) {
  const auto text = text_of(params, name);
  return text.empty() ? otherwise : text == "true";
}

Outcome<std::int64_t> length_of(const json& params) {
  const auto text = text_of(params, "PasswordLength");
  if (text.empty()) return kPasswordChars;
  std::int64_t out = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (failed == std::errc() && end == text.data() + text.size() && out >= 1 && out <= kMostChars) {
    return out;
  }
  return refuse(invalid_parameter("PasswordLength must be a number from 1 to 4096."));
}

// The characters of each type that is wanted, less those that are excluded.
std::vector<std::string> types_of(const json& params) {
  constexpr std::pair<const char*, std::string_view> kTypes[] = {
      {"ExcludeLowercase", kLowercase},
      {"ExcludeUppercase", kUppercase},
      {"ExcludeNumbers", kNumbers},
      {"ExcludePunctuation", kPunctuation}};
  const auto excluded = text_of(params, "ExcludeCharacters");
  std::vector<std::string> out;
  const auto add = [&](std::string chars) {
    std::erase_if(chars, [&](char c) { return excluded.find(c) != std::string::npos; });
    if (!chars.empty()) out.push_back(std::move(chars));
  };
  for (const auto& [without, chars] : kTypes) {
    if (!is_true(params, without)) add(std::string(chars));
  }
  if (is_true(params, "IncludeSpace")) add(" ");
  return out;
}

char pick(const std::string& chars, Random& random) {
  return chars[random.below(chars.size())];
}

}  // namespace

Outcome<std::string> random_password(const json& params, Random& random) {
  const auto length = length_of(params);
  if (!length) return refuse(length.error());
  const auto types = types_of(params);
  if (types.empty()) {
    return refuse(invalid_request("Password can't be generated: every character is excluded."));
  }
  const bool each_type = is_true(params, "RequireEachIncludedType", true);
  if (each_type && static_cast<std::size_t>(*length) < types.size()) {
    return refuse(invalid_parameter("Password length is too short based on the required types."));
  }
  std::string all, out;
  for (const auto& chars : types) {
    all += chars;
    if (each_type) out += pick(chars, random);
  }
  while (out.size() < static_cast<std::size_t>(*length)) out += pick(all, random);
  for (auto i = out.size(); i > 1; --i) std::swap(out[i - 1], out[random.below(i)]);
  return out;
}

}  // namespace loopgate::secretsmanager

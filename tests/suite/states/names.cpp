#include "tests/suite/states/names.h"

#include <algorithm>

namespace suite {

namespace {

bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == ':' || c == '.' || c == '#' || c == '[' || c == ']';
}

// A name that services take.
std::string plain(std::string name) {
  std::ranges::replace_if(
      name, [](char c) { return c == ':' || c == '.' || c == '#' || c == '[' || c == ']'; }, '-');
  return name;
}

}  // namespace

std::optional<std::string> placeholder_at(std::string_view text, std::size_t at) {
  std::size_t end = at + 1;
  while (end < text.size() && is_name(text[end])) ++end;
  if (end >= text.size() || text[end] != '>' || end == at + 1) return std::nullopt;
  return std::string(text.substr(at + 1, end - at - 1));
}

std::string Names::fill(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto name = text[at] == '<' ? placeholder_at(text, at) : std::nullopt;
    if (!name) {
      out += text[at++];
      continue;
    }
    if (!bound_.contains(*name)) bound_[*name] = plain(*name);
    out += bound_[*name];
    at += name->size() + 2;
  }
  return out;
}

Json Names::fill(const Json& json) {
  if (json.is_string()) return fill(json.get<std::string>());
  if (json.is_array()) {
    Json out = Json::array();
    for (const auto& item : json) out.push_back(fill(item));
    return out;
  }
  if (!json.is_object()) return json;
  Json out = Json::object();
  for (const auto& member : json.items()) out[fill(member.key())] = fill(member.value());
  return out;
}

bool Names::match(const std::string& pattern, const std::string& text) {
  // Literal parts in turn; a placeholder is the shortest text before the next one.
  std::map<std::string, std::string> found;
  std::size_t at = 0;
  for (std::size_t p = 0; p < pattern.size();) {
    const auto name = pattern[p] == '<' ? placeholder_at(pattern, p) : std::nullopt;
    if (!name) {
      if (at >= text.size() || text[at] != pattern[p]) return false;
      ++at;
      ++p;
      continue;
    }
    p += name->size() + 2;
    const auto known = found.contains(*name) ? found.find(*name) : bound_.find(*name);
    if (known != (found.contains(*name) ? found.end() : bound_.end())) {
      if (!text.substr(at).starts_with(known->second)) return false;
      at += known->second.size();
      continue;
    }
    std::size_t end = p;
    while (end < pattern.size() && !(pattern[end] == '<' && placeholder_at(pattern, end))) ++end;
    const std::string literal = pattern.substr(p, end - p);
    std::size_t stop = text.size();
    if (!literal.empty()) {
      stop = end == pattern.size() ? text.size() - std::min(literal.size(), text.size())
                                   : text.find(literal, at);
      if (stop == std::string::npos || stop < at) return false;
    }
    found[*name] = text.substr(at, stop - at);
    at = stop;
  }
  if (at != text.size()) return false;
  for (auto& [name, value] : found) {
    if (!name.starts_with("uuid") && !name.starts_with("request_id")) bound_[name] = value;
  }
  return true;
}

}  // namespace suite

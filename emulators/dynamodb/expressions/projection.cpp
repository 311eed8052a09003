#include "emulators/dynamodb/expressions/projection.h"

#include <map>

#include "emulators/dynamodb/expressions/checks.h"
#include "emulators/dynamodb/expressions/parser.h"

namespace loopgate::dynamodb {

namespace {

// What is wanted of a value: all of it, or these parts.
struct Wanted {
  std::map<std::string, Wanted> members{};
  std::map<std::int64_t, Wanted> elements{};

  bool is_whole() const { return members.empty() && elements.empty(); }
};

void add(Wanted& wanted, const Path& path) {
  Wanted* at = &wanted;
  for (const auto& part : path) {
    at = part.is_index() ? &at->elements[part.index] : &at->members[part.name];
  }
}

// Null when nothing of it is there.
json pick(const json& value, const Wanted& wanted) {
  if (wanted.is_whole()) return value;
  const auto& inner = content(value);
  if (is_type(value, "M")) {
    json out = json::object();
    for (const auto& [name, part] : wanted.members) {
      const auto found = inner.find(name);
      if (found == inner.end()) continue;
      if (auto picked = pick(*found, part); !picked.is_null()) out[name] = std::move(picked);
    }
    return out.empty() ? json() : json{{"M", std::move(out)}};
  }
  if (!is_type(value, "L")) return nullptr;
  json out = json::array();
  for (const auto& [index, part] : wanted.elements) {
    if (static_cast<std::size_t>(index) >= inner.size()) continue;
    if (auto picked = pick(inner[static_cast<std::size_t>(index)], part); !picked.is_null()) {
      out.push_back(std::move(picked));
    }
  }
  return out.empty() ? json() : json{{"L", std::move(out)}};
}

}  // namespace

Parsed<std::vector<Path>> parse_projection(std::string_view text, Placeholders& placeholders) {
  auto parser = Parser::open(text);
  if (!parser) return std::unexpected(parser.error());
  std::vector<Path> out;
  do {
    auto path = parser->path();
    if (!path) return std::unexpected(path.error());
    out.push_back(std::move(*path));
  } while (parser->take(","));
  if (!parser->at_end()) return parser->wrong();
  for (const auto& path : out) {
    if (auto done = check_reserved(path); !done) return std::unexpected(done.error());
  }
  for (auto& path : out) {
    if (auto done = placeholders.resolve(path); !done) return std::unexpected(done.error());
  }
  if (auto done = check_overlap(out); !done) return std::unexpected(done.error());
  return out;
}

json project(const json& item, const std::vector<Path>& paths) {
  Wanted wanted;
  for (const auto& path : paths) add(wanted, path);
  json out = json::object();
  for (const auto& [name, part] : wanted.members) {
    const auto found = item.find(name);
    if (found == item.end()) continue;
    if (auto picked = pick(*found, part); !picked.is_null()) out[name] = std::move(picked);
  }
  return out;
}

}  // namespace loopgate::dynamodb

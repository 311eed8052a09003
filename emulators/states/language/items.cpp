#include "emulators/states/language/items.h"

#include <algorithm>
#include <set>

#include "base/json.h"

namespace loopgate::states {

namespace {

using Items = std::expected<std::vector<Datum>, std::string>;

// A row, RFC 4180: quotes may hold the delimiter, line ends and doubled quotes.
std::vector<std::string> take_row(std::string_view& text, char delimiter) {
  std::vector<std::string> out(1);
  bool quoted = false;
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (quoted) {
      if (c != '"') {
        out.back() += c;
      } else if (at + 1 < text.size() && text[at + 1] == '"') {
        out.back() += '"';
        ++at;
      } else {
        quoted = false;
      }
    } else if (c == '"' && out.back().empty()) {
      quoted = true;
    } else if (c == delimiter) {
      out.emplace_back();
    } else if (c == '\n') {
      ++at;
      break;
    } else if (c != '\r' || (at + 1 < text.size() && text[at + 1] != '\n')) {
      out.back() += c;
    }
  }
  text.remove_prefix(at);
  return out;
}

Items read_csv(const ItemReader& reader, std::string_view text, std::size_t most) {
  auto headers = reader.headers_given ? reader.headers : take_row(text, reader.delimiter);
  if (std::set(headers.begin(), headers.end()).size() != headers.size()) {
    return std::unexpected("CSV headers cannot contain duplicates.");
  }
  std::vector<Datum> out;
  while (!text.empty() && (most == 0 || out.size() < most)) {
    const auto row = take_row(text, reader.delimiter);
    Json item = Json::object();
    for (std::size_t i = 0; i < headers.size(); ++i) {
      item[headers[i]] = i < row.size() ? row[i] : std::string();
    }
    out.emplace_back(std::move(item));
  }
  return out;
}

Items read_lines(std::string_view text, std::size_t most) {
  std::vector<Datum> out;
  while (!text.empty() && (most == 0 || out.size() < most)) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    auto json = read_ordered_json(line);
    if (!json) return std::unexpected("Attempting to map over non-JSON line: " + std::string(line));
    out.emplace_back(std::move(*json));
  }
  return out;
}

Items read_document(const ItemReader& reader, std::string_view text, std::size_t most) {
  auto json = read_ordered_json(text);
  if (!json) return std::unexpected("Error parsing JSON file");
  if (reader.items_pointer) {
    const Json* found = reader.items_pointer->find(*json);
    if (found == nullptr) return std::unexpected("ItemsPointer does not reference an array");
    json = Json(*found);
  }
  std::vector<Datum> out;
  if (json->is_object() && reader.items_pointer) {
    for (const auto& member : json->items()) {
      if (most > 0 && out.size() == most) break;
      out.emplace_back(Json{{"Key", member.key()}, {"Value", member.value()}});
    }
    return out;
  }
  if (!json->is_array()) {
    return std::unexpected("Attempting to map over non-iterable node.");
  }
  for (const auto& item : *json) {
    if (most > 0 && out.size() == most) break;
    out.emplace_back(item);
  }
  return out;
}

}  // namespace

Items read_items(const ItemReader& reader, std::string_view text, std::size_t most) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  if (reader.input_type == "CSV") return read_csv(reader, text, most);
  if (reader.input_type == "JSONL") return read_lines(text, most);
  if (reader.input_type == "JSON" || reader.input_type.empty()) {
    return read_document(reader, text, most);
  }
  return std::unexpected("InputType " + reader.input_type + " is not supported here");
}

}  // namespace loopgate::states

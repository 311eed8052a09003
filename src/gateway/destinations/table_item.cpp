#include "gateway/destinations/table_item.h"

#include <fmt/format.h>

#include "base/json.h"
#include "base/time.h"
#include "codec/base64.h"

namespace loopgate::gateway {

namespace {

using nlohmann::json;

json value_of(const json& member) {
  if (member.is_string()) return {{"S", member}};
  if (member.is_boolean()) return {{"BOOL", member}};
  if (member.is_number()) return {{"N", write_json(member)}};
  if (member.is_null()) return {{"NULL", true}};
  json inner = member.is_array() ? json::array() : json::object();
  for (const auto& part : member.items()) {
    if (member.is_array()) {
      inner.push_back(value_of(part.value()));
    } else {
      inner[part.key()] = value_of(part.value());
    }
  }
  return {{member.is_array() ? "L" : "M", std::move(inner)}};
}

json as_key(const std::string& type, const std::string& text, const std::string& number) {
  if (type == "N") return {{"N", number}};
  if (type == "B") return {{"B", codec::base64_encode(as_bytes(text))}};
  return {{"S", text}};
}

std::string text_of(const json& packet, const char* name) {
  const auto found = packet.find(name);
  return found != packet.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string client_of(const json& packet) {
  const auto remote = packet.value("Remote", json::object());
  return fmt::format("{}:{}", text_of(remote, "IpAddress"), remote.value("Port", 0));
}

// The time and, behind the point, the tag: a number of at most 38 digits.
std::string moment(const json& packet, std::uint64_t tag) {
  const auto received = parse_iso8601(text_of(packet, "ReceivedAt"));
  return fmt::format("{}.{:020}", received ? to_millis(*received) : 0, tag);
}

}  // namespace

TableKeys TableKeys::of(const json& description) {
  TableKeys out;
  const auto table = description.value("Table", json::object());
  for (const auto& element : table.value("KeySchema", json::array())) {
    auto& key = text_of(element, "KeyType") == "HASH" ? out.hash : out.range;
    key.name = text_of(element, "AttributeName");
    for (const auto& attribute : table.value("AttributeDefinitions", json::array())) {
      if (text_of(attribute, "AttributeName") == key.name) {
        key.type = text_of(attribute, "AttributeType");
      }
    }
  }
  return out;
}

std::expected<json, std::string> table_item(const TableKeys& keys, const json& packet,
                                            std::uint64_t tag) {
  json item = json::object();
  for (const auto& member : packet.items()) item[member.key()] = value_of(member.value());
  const auto set = [&](const TableKey& key, const json& otherwise) -> std::string {
    const auto own = item.find(key.name);
    const bool is_own = own != item.end() && own->contains(key.type);
    if (!is_own) item[key.name] = otherwise;
    const auto& inner = *item[key.name].begin();
    if (!inner.get_ref<const std::string&>().empty()) return {};
    return fmt::format("{} is empty, and a key of the table cannot be", key.name);
  };
  const auto tag_text = text_of(packet, "Tag");
  const bool has_range = !keys.range.name.empty();
  auto wrong = set(keys.hash, as_key(keys.hash.type, has_range ? client_of(packet) : tag_text,
                                     std::to_string(tag)));
  if (wrong.empty() && has_range) {
    wrong = set(keys.range, as_key(keys.range.type, text_of(packet, "ReceivedAt") + "#" + tag_text,
                                   moment(packet, tag)));
  }
  if (!wrong.empty()) return std::unexpected(wrong);
  return item;
}

std::string key_text(const TableKeys& keys, const json& item) {
  auto out = write_json(item.at(keys.hash.name));
  if (!keys.range.name.empty()) out += write_json(item.at(keys.range.name));
  return out;
}

std::size_t size_of_item(const json& item) {
  return write_json(item).size();
}

}  // namespace loopgate::gateway

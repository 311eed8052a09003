#include "emulators/dynamodb/keys.h"

#include <fmt/format.h>

#include "emulators/dynamodb/expressions/number.h"
#include "emulators/dynamodb/limits.h"

namespace loopgate::dynamodb {

namespace {

// FNV-1a, then mixed, so that the first bits depend on all of it.
std::uint32_t hash_of(std::string_view bytes) {
  std::uint32_t hash = 2166136261U;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  hash ^= hash >> 16;
  hash *= 0x85ebca6bU;
  hash ^= hash >> 13;
  hash *= 0xc2b2ae35U;
  return hash ^ (hash >> 16);
}

bool is_empty(const json& value) {
  const auto& inner = content(value);
  return !is_type(value, "N") && inner.get_ref<const std::string&>().empty();
}

Outcome<void> check_size(std::string_view bytes, bool is_hash) {
  if (is_hash && bytes.size() > kMostHashBytes) {
    return refuse(invalid(fmt::format(
        "Size of hashkey has exceeded the maximum size limit of{} bytes", kMostHashBytes)));
  }
  if (!is_hash && bytes.size() > kMostRangeBytes) {
    return refuse(invalid(
        fmt::format("Aggregated size of all range keys has exceeded the size limit of {} bytes",
                    kMostRangeBytes)));
  }
  return {};
}

Outcome<std::string> part_of(std::string_view name, const json& value, bool is_hash) {
  if (is_empty(value)) {
    return refuse(validation(fmt::format(
        "One or more parameter values are not valid. The AttributeValue for a key attribute cannot "
        "contain an empty {} value. Key: {}",
        is_type(value, "B") ? "binary" : "string", name)));
  }
  auto bytes = key_bytes(value);
  if (!is_type(value, "N")) {
    if (auto checked = check_size(bytes, is_hash); !checked) return refuse(checked.error());
  }
  return is_hash ? hash_key_bytes(value) : bytes;
}

template <class Lookup>
Outcome<Key> assemble(const KeySchema& keys, Lookup lookup) {
  Key out;
  for (const auto& name : keys.names()) {
    const bool is_hash = name == keys.hash;
    const Outcome<const json*> value = lookup(name);
    if (!value) return refuse(value.error());
    auto bytes = part_of(name, **value, is_hash);
    if (!bytes) return refuse(bytes.error());
    (is_hash ? out.hash : out.range) = std::move(*bytes);
  }
  return out;
}

}  // namespace

std::string key_bytes(const json& value) {
  const auto& text = content(value).get_ref<const std::string&>();
  if (is_type(value, "B")) return bytes_of(value);
  if (is_type(value, "N")) return Number::parse(text).value_or(Number()).to_key();
  return text;
}

std::string hash_key_bytes(const json& value) {
  const auto bytes = key_bytes(value);
  const auto hash = hash_of(bytes);
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(hash >> shift);
  return out + bytes;
}

std::string after(std::string key) {
  key += '\0';
  return key;
}

Outcome<Key> key_of_item(const Table& table, const json& item) {
  return assemble(table.keys, [&](const std::string& name) -> Outcome<const json*> {
    const auto found = item.find(name);
    if (found == item.end()) {
      return refuse(invalid(fmt::format("Missing the key {} in the item", name)));
    }
    const auto wanted = table.type_of(name);
    if (type_of(*found) != wanted) {
      return refuse(invalid(fmt::format("Type mismatch for key {} expected: {} actual: {}", name,
                                        wanted, type_of(*found))));
    }
    return &*found;
  });
}

Outcome<Key> key_of(const Table& table, const json& key) {
  if (key.size() != table.keys.names().size()) return refuse(key_mismatch());
  return assemble(table.keys, [&](const std::string& name) -> Outcome<const json*> {
    const auto found = key.find(name);
    if (found == key.end() || type_of(*found) != table.type_of(name)) {
      return refuse(key_mismatch());
    }
    return &*found;
  });
}

std::optional<Key> index_key(const Index& index, const json& item) {
  Key out;
  const auto hash = item.find(index.keys.hash);
  if (hash == item.end()) return std::nullopt;
  out.hash = hash_key_bytes(*hash);
  if (index.keys.range.empty()) return out;
  const auto range = item.find(index.keys.range);
  if (range == item.end()) return std::nullopt;
  out.range = key_bytes(*range);
  return out;
}

Outcome<void> check_index_keys(const Table& table, const json& item, bool updates) {
  for (const auto& index : table.indexes) {
    for (const auto& name : index.keys.names()) {
      const auto found = item.find(name);
      if (found == item.end() || table.is_key(name)) continue;
      const auto wanted = table.type_of(name);
      if (type_of(*found) != wanted) {
        return refuse(invalid(
            fmt::format("Type mismatch for Index Key {} Expected: {} Actual: {} IndexName: {}",
                        name, wanted, type_of(*found), index.name)));
      }
      if (is_empty(*found)) {
        return refuse(validation(fmt::format(
            "One or more parameter values are not valid. {} The AttributeValue for a key attribute "
            "cannot contain an empty {} value. IndexName: {}, IndexKey: {}",
            updates ? "The update expression attempted to update a secondary index key to a value "
                      "that is not supported."
                    : "A value specified for a secondary index key is not supported.",
            wanted == "B" ? "binary" : "string", index.name, name)));
      }
      if (wanted == "N") continue;
      auto checked = check_size(key_bytes(*found), name == index.keys.hash);
      if (!checked) return checked;
    }
  }
  return {};
}

json key_attributes(const KeySchema& keys, const json& item) {
  json out = json::object();
  for (const auto& name : keys.names()) {
    if (const auto found = item.find(name); found != item.end()) out[name] = *found;
  }
  return out;
}

}  // namespace loopgate::dynamodb

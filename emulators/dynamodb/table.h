// A table as it was defined.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"

namespace loopgate::dynamodb {

using Tags = std::map<std::string, std::string>;

struct KeySchema {
  std::string hash;
  std::string range{};  // empty: none

  std::vector<std::string> names() const {
    if (range.empty()) return {hash};
    return {hash, range};
  }
};

struct Throughput {
  std::int64_t read = 0;  // units; zero: on demand
  std::int64_t write = 0;
  bool operator==(const Throughput&) const = default;
};

struct Index {
  std::int64_t number = 0;  // in its table; never given twice
  std::string name{};
  bool is_global = false;
  KeySchema keys{};
  std::string projection{};             // "ALL", "KEYS_ONLY", "INCLUDE"
  std::vector<std::string> included{};  // of INCLUDE
  Throughput throughput{};

  bool has_all() const { return projection == "ALL"; }
};

struct Table {
  std::int64_t number = 0;  // its row
  std::string arn{};
  std::string name{};
  std::string id{};  // a UUID
  // In the order in which they were given: name and "S", "N" or "B".
  std::vector<std::pair<std::string, std::string>> attributes{};
  KeySchema keys{};
  std::vector<Index> indexes{};
  std::int64_t last_index = 0;
  bool on_demand = false;
  Throughput throughput{};
  // Regions besides its own where the same table is (a global table).
  std::vector<std::string> replicas{};
  std::string table_class{};
  bool is_protected = false;
  bool is_encrypted = false;  // by a key of KMS
  WallTime created{};
  Tags tags{};
  std::string ttl_attribute{};
  // NEW_IMAGE, OLD_IMAGE, NEW_AND_OLD_IMAGES, KEYS_ONLY; empty: no stream.
  std::string stream_view{};
  std::string stream_label{};  // of the latest, when there was one

  std::string_view type_of(std::string_view attribute) const {
    for (const auto& [name, type] : attributes) {
      if (name == attribute) return type;
    }
    return {};
  }
  const Index* index(std::string_view index_name) const {
    for (const auto& each : indexes) {
      if (each.name == index_name) return &each;
    }
    return nullptr;
  }
  bool has_local_indexes() const {
    for (const auto& each : indexes) {
      if (!each.is_global) return true;
    }
    return false;
  }
  bool is_key(std::string_view attribute) const {
    return attribute == keys.hash || (!keys.range.empty() && attribute == keys.range);
  }
  std::string arn_in(std::string_view region) const;
  std::string stream_arn() const {
    return stream_label.empty() ? std::string() : arn + "/stream/" + stream_label;
  }
};

}  // namespace loopgate::dynamodb

// A packet as an item of a table. Its attributes are the packet's members; how a table's own keys
// get their values is nowhere published, so that this is our reading, in this one place:
//   a key that is called like a member of the packet (Tag, ReceivedAt, Data) is that member;
//   a sort key is the time of arrival with the packet's tag, so that packets of a client are in
//   order and none takes another's place; a hash key is the client's address and port beside a sort
//   key, alone it is the packet's tag.
#pragma once

#include <expected>
#include <nlohmann/json.hpp>
#include <string>

#include "gateway/packet.h"

namespace loopgate::gateway {

struct TableKey {
  std::string name{};
  std::string type{};  // "S", "N", "B"
};

struct TableKeys {
  TableKey hash{};
  TableKey range{};  // without a name: none

  // Of DescribeTable's answer.
  static TableKeys of(const nlohmann::json& description);
};

// `packet`: what destinations get of it, as a document. The sentence says what cannot be an item.
std::expected<nlohmann::json, std::string> table_item(const TableKeys& keys,
                                                      const nlohmann::json& packet,
                                                      std::uint64_t tag);
// The item's keys as text: two items with the same text are one.
std::string key_text(const TableKeys& keys, const nlohmann::json& item);
// As DynamoDB counts it, or a little more.
std::size_t size_of_item(const nlohmann::json& item);

}  // namespace loopgate::gateway

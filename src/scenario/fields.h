// Reads the members of a YAML map into values. The first thing that is wrong sticks and the rest is
// read as if it were absent, so that a parser is a list of assignments with one check at its end;
// unknown members are refused.
#pragma once

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.h"
#include "base/time.h"
#include "template/document.h"

namespace loopgate::scenario {

using cfn::Node;

class Fields {
 public:
  // `what` names the map in sentences ("send"). `node` outlives this.
  Fields(const Node& node, std::string what);

  // Null when absent. Marks the member as known.
  const Node* find(std::string_view name);
  bool has(std::string_view name) { return find(name) != nullptr; }

  std::string text(std::string_view name);  // empty when absent
  std::string required_text(std::string_view name);
  bool flag(std::string_view name);
  std::optional<std::uint64_t> number(std::string_view name, std::uint64_t max);
  std::optional<Duration> duration(std::string_view name);
  std::vector<std::string> texts(std::string_view name);  // a list, or one text
  // Members in order, all of them texts.
  std::vector<std::pair<std::string, std::string>> pairs(std::string_view name);

  // Where exactly one of `names` must stand; returns it, empty after an error.
  std::string_view one_of(std::initializer_list<std::string_view> names, bool optional = false);

  void refuse(std::string message) { refuse(std::move(message), node_.place()); }
  void refuse(std::string message, SourcePlace where);
  // Takes over the error of a part.
  void refuse(const Error& error) { refuse(error.message, error.where); }

  const std::string& what() const { return what_; }
  SourcePlace place() const { return node_.place(); }
  bool failed() const { return error_.has_value(); }
  // What was wrong first, or the first unknown member.
  Status finish();

 private:
  std::optional<std::string> scalar(const Node& node, std::string_view name);

  const Node& node_;
  std::string what_;
  std::vector<std::string> known_;
  std::optional<Error> error_;
};

}  // namespace loopgate::scenario

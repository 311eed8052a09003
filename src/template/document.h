// The template as a tree that remembers where everything stands. YAML and JSON become the same
// nodes: the short tags of YAML (`!Ref`, `!GetAtt a.b`) are written out in their long form, scalars
// keep the text that the author wrote, members keep their order.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace loopgate::cfn {

// Where a node stands; the file's name is shared by all nodes of a document.
struct Origin {
  std::shared_ptr<const std::string> file;
  int line = 0;

  SourcePlace place() const { return file ? SourcePlace{*file, line} : SourcePlace{}; }
};

struct Member;

struct Node {
  enum class Kind : unsigned char {
    kAbsent,  // AWS::NoValue: its member or element is left out
    kNull,
    kBoolean,
    kNumber,
    kString,
    kList,
    kMap
  };

  Kind kind = Kind::kNull;
  bool unresolved = false;  // a string that stands for what does not exist yet
  Origin origin;
  std::string text;  // of a boolean ("true", "false"), number (as written) or string
  std::vector<Node> items;
  std::vector<Member> members;

  static Node absent(Origin origin);
  static Node boolean(bool value, Origin origin);
  static Node number(std::string text, Origin origin);
  static Node string(std::string text, Origin origin);
  static Node list(std::vector<Node> items, Origin origin);
  static Node map(Origin origin);

  bool is_absent() const { return kind == Kind::kAbsent; }
  bool is_null() const { return kind == Kind::kNull; }
  bool is_string() const { return kind == Kind::kString; }
  bool is_list() const { return kind == Kind::kList; }
  bool is_map() const { return kind == Kind::kMap; }
  bool is_scalar() const {
    return kind == Kind::kString || kind == Kind::kNumber || kind == Kind::kBoolean;
  }
  bool is_true() const { return is_scalar() && text == "true"; }
  SourcePlace place() const { return origin.place(); }

  const Node* find(std::string_view name) const;  // null when this is no map or has no such member
  Node* find(std::string_view name);
  const Member* find_member(std::string_view name) const;
  // Appends, or replaces the member of that name.
  Node& set(std::string name, Node value);
  Node& set(std::string name, std::string text);
  bool erase(std::string_view name);
  Node& push(Node value);
};

struct Member {
  std::string name;
  Origin origin;  // of the name
  Node value;
};

// "a string", "a list", …: for sentences.
std::string_view describe(Node::Kind kind);

// JSON or YAML, told apart by the first character. `file` names the document in errors.
Result<Node> parse_document(std::string_view text, const std::string& file);
Result<Node> parse_json(std::string_view text, const std::string& file);
Result<Node> parse_yaml(std::string_view text, const std::string& file);

// As values of a resource. `strings`: every scalar becomes a string, as for custom resources.
nlohmann::json to_json(const Node& node, bool strings = false);
// The same as text, members in the author's order.
std::string to_json_text(const Node& node);
Node from_json(const nlohmann::json& value, const Origin& origin);

// The place of what a JSON pointer names ("/Destinations/0/Role"), or of its nearest parent.
SourcePlace place_of(const Node& root, std::string_view pointer);

// How many nodes a tree has, itself included.
std::size_t count_nodes(const Node& node);

}  // namespace loopgate::cfn

#include "template/document.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "codec/text.h"
#include "template/limits.h"

namespace loopgate::cfn {

namespace {

Node scalar(Node::Kind kind, std::string text, Origin origin) {
  Node node;
  node.kind = kind;
  node.text = std::move(text);
  node.origin = std::move(origin);
  return node;
}

std::string_view skip_blank(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const auto first = text.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos ? std::string_view{} : text.substr(first);
}

bool is_yaml_name(std::string_view file) {
  return file.ends_with(".yaml") || file.ends_with(".yml");
}

nlohmann::json number_to_json(const std::string& text) {
  const char* const end = text.data() + text.size();
  std::int64_t integer = 0;
  if (const auto r = std::from_chars(text.data(), end, integer);
      r.ec == std::errc() && r.ptr == end) {
    return integer;
  }
  double real = 0;
  if (const auto r = std::from_chars(text.data(), end, real); r.ec == std::errc() && r.ptr == end) {
    return real;
  }
  return text;
}

// "~1" is '/', "~0" is '~' (RFC 6901).
std::string unescape_pointer(std::string_view step) {
  std::string out;
  for (std::size_t i = 0; i < step.size(); ++i) {
    if (step[i] == '~' && i + 1 < step.size()) {
      out += step[++i] == '1' ? '/' : '~';
    } else {
      out += step[i];
    }
  }
  return out;
}

}  // namespace

Node Node::absent(Origin origin) {
  return scalar(Kind::kAbsent, {}, std::move(origin));
}
Node Node::boolean(bool value, Origin origin) {
  return scalar(Kind::kBoolean, value ? "true" : "false", std::move(origin));
}
Node Node::number(std::string text, Origin origin) {
  return scalar(Kind::kNumber, std::move(text), std::move(origin));
}
Node Node::string(std::string text, Origin origin) {
  return scalar(Kind::kString, std::move(text), std::move(origin));
}
Node Node::list(std::vector<Node> items, Origin origin) {
  Node node = scalar(Kind::kList, {}, std::move(origin));
  node.items = std::move(items);
  return node;
}
Node Node::map(Origin origin) {
  return scalar(Kind::kMap, {}, std::move(origin));
}

const Member* Node::find_member(std::string_view name) const {
  const auto found = std::ranges::find(members, name, &Member::name);
  return found == members.end() ? nullptr : &*found;
}

const Node* Node::find(std::string_view name) const {
  const Member* const member = find_member(name);
  return member ? &member->value : nullptr;
}

Node* Node::find(std::string_view name) {
  return const_cast<Node*>(std::as_const(*this).find(name));
}

Node& Node::set(std::string name, Node value) {
  if (Node* const old = find(name)) return *old = std::move(value);
  Origin at = value.origin.file ? value.origin : origin;
  return members.emplace_back(Member{std::move(name), std::move(at), std::move(value)}).value;
}

Node& Node::set(std::string name, std::string text) {
  return set(std::move(name), string(std::move(text), origin));
}

bool Node::erase(std::string_view name) {
  return std::erase_if(members, [&](const Member& member) { return member.name == name; }) > 0;
}

Node& Node::push(Node value) {
  return items.emplace_back(std::move(value));
}

std::string_view describe(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::kAbsent:
      return "AWS::NoValue";
    case Node::Kind::kNull:
      return "null";
    case Node::Kind::kBoolean:
      return "a boolean";
    case Node::Kind::kNumber:
      return "a number";
    case Node::Kind::kString:
      return "a string";
    case Node::Kind::kList:
      return "a list";
    case Node::Kind::kMap:
      return "a map";
  }
  __builtin_unreachable();
}

Result<Node> parse_document(std::string_view text, const std::string& file) {
  const SourcePlace whole{file, 0};
  if (text.size() > kMaxTemplateBytes) {
    return fail("the file is larger than the 1 MiB that a template may have", whole);
  }
  if (!codec::is_valid_utf8(as_bytes(text))) return fail("the file is not UTF-8 text", whole);
  if (text.find('\0') != std::string_view::npos)
    return fail("the file has a NUL byte in it", whole);
  const std::string_view start = skip_blank(text);
  if (start.empty()) return fail("the file is empty", whole);
  if (!start.starts_with('{')) return parse_yaml(text, file);
  auto json = parse_json(text, file);
  // Flow-style YAML starts with a brace, too.
  if (!json && is_yaml_name(file)) return parse_yaml(text, file);
  return json;
}

nlohmann::json to_json(const Node& node, bool strings) {
  switch (node.kind) {
    case Node::Kind::kAbsent:
    case Node::Kind::kNull:
      return nullptr;
    case Node::Kind::kString:
      return node.text;
    case Node::Kind::kBoolean:
      return strings ? nlohmann::json(node.text) : nlohmann::json(node.text == "true");
    case Node::Kind::kNumber:
      return strings ? nlohmann::json(node.text) : number_to_json(node.text);
    case Node::Kind::kList: {
      auto out = nlohmann::json::array();
      for (const Node& item : node.items) out.push_back(to_json(item, strings));
      return out;
    }
    case Node::Kind::kMap: {
      auto out = nlohmann::json::object();
      for (const Member& member : node.members) out[member.name] = to_json(member.value, strings);
      return out;
    }
  }
  __builtin_unreachable();
}

Node from_json(const nlohmann::json& value, const Origin& origin) {
  switch (value.type()) {
    case nlohmann::json::value_t::boolean:
      return Node::boolean(value.get<bool>(), origin);
    case nlohmann::json::value_t::string:
      return Node::string(value.get<std::string>(), origin);
    case nlohmann::json::value_t::number_integer:
    case nlohmann::json::value_t::number_unsigned:
    case nlohmann::json::value_t::number_float:
      return Node::number(write_json(value), origin);
    case nlohmann::json::value_t::array: {
      Node list = Node::list({}, origin);
      for (const auto& item : value) list.push(from_json(item, origin));
      return list;
    }
    case nlohmann::json::value_t::object: {
      Node map = Node::map(origin);
      for (const auto& [name, item] : value.items())
        map.members.push_back({name, origin, from_json(item, origin)});
      return map;
    }
    default:
      break;
  }
  Node null;
  null.origin = origin;
  return null;
}

SourcePlace place_of(const Node& root, std::string_view pointer) {
  const Node* at = &root;
  SourcePlace place = root.place();
  while (pointer.starts_with('/')) {
    pointer.remove_prefix(1);
    const auto end = std::min(pointer.find('/'), pointer.size());
    const std::string step = unescape_pointer(pointer.substr(0, end));
    pointer.remove_prefix(end);
    if (const Member* const member = at->find_member(step)) {
      place = member->origin.place();
      at = &member->value;
      continue;
    }
    std::size_t index = 0;
    const auto read = std::from_chars(step.data(), step.data() + step.size(), index);
    if (read.ec != std::errc() || index >= at->items.size()) break;
    at = &at->items[index];
    place = at->place();
  }
  return place;
}

std::size_t count_nodes(const Node& node) {
  std::size_t count = 1;
  for (const Node& item : node.items) count += count_nodes(item);
  for (const Member& member : node.members) count += count_nodes(member.value);
  return count;
}

}  // namespace loopgate::cfn

// YAML by yaml-cpp's events, so that quoted and plain scalars, tags, doubled keys and aliases are
// seen as they stand. Plain scalars follow the YAML 1.1 core types as CloudFormation reads them,
// with one deliberate difference: digits with a leading zero keep their text (an account id is not
// an octal number).
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html
#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <set>
#include <sstream>

#include "template/document.h"
#include "template/limits.h"
#include "template/member_index.h"

namespace loopgate::cfn {

namespace {

constexpr std::array kShortFunctions{
    "And",    "Base64", "Cidr",        "Equals", "FindInMap",    "GetAtt",
    "GetAZs", "If",     "ImportValue", "Join",   "Length",       "Not",
    "Or",     "Select", "Split",       "Sub",    "ToJsonString", "Transform"};

// Thrown out of yaml-cpp's parser and caught where it was called.
struct Refused {
  Error error;
};

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, text) != words.end();
}

// A decimal number as JSON writes it, but for a sign and a leading or trailing dot.
bool is_decimal(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  const auto exponent = text.find_first_of("eE");
  std::string_view mantissa = text.substr(0, exponent);
  if (exponent != std::string_view::npos) {
    std::string_view power = text.substr(exponent + 1);
    if (power.starts_with('-') || power.starts_with('+')) power.remove_prefix(1);
    if (!is_digits(power)) return false;
  }
  const auto dot = mantissa.find('.');
  const std::string_view whole = mantissa.substr(0, dot);
  if (dot == std::string_view::npos) return is_digits(whole);
  const std::string_view fraction = mantissa.substr(dot + 1);
  if (whole.empty() && fraction.empty()) return false;
  return (whole.empty() || is_digits(whole)) && (fraction.empty() || is_digits(fraction));
}

// A decimal number as JSON writes it: ".5" and "1." lack a digit.
std::string as_json_number(std::string_view decimal) {
  if (decimal.starts_with('+')) decimal.remove_prefix(1);
  std::string out(decimal);
  const auto dot = out.find('.');
  if (dot == std::string::npos) return out;
  const auto is_digit = [&](std::size_t i) {
    return i < out.size() && out[i] >= '0' && out[i] <= '9';
  };
  if (!is_digit(dot + 1)) out.insert(dot + 1, "0");
  if (dot == 0 || !is_digit(dot - 1)) out.insert(dot, "0");
  return out;
}

bool has_leading_zero(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  return text.size() > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9';
}

Node plain_scalar(const std::string& text, Origin origin) {
  if (is_one_of(text, {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"})) {
    return Node::boolean(true, std::move(origin));
  }
  if (is_one_of(text, {"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"})) {
    return Node::boolean(false, std::move(origin));
  }
  if (text.starts_with("0x") || text.starts_with("0X")) {
    std::int64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data() + 2, end, value, 16);
    if (read.ec == std::errc() && read.ptr == end && text.size() > 2) {
      return Node::number(std::to_string(value), std::move(origin));
    }
  }
  if (is_decimal(text) && !has_leading_zero(text)) {
    return Node::number(as_json_number(text), std::move(origin));
  }
  return Node::string(text, std::move(origin));
}

int depth_of(const Node& node) {
  int deepest = 0;
  for (const Node& item : node.items) deepest = std::max(deepest, depth_of(item));
  for (const Member& member : node.members) deepest = std::max(deepest, depth_of(member.value));
  return deepest + 1;
}

class YamlReader : public YAML::EventHandler {
 public:
  explicit YamlReader(const std::string& file) : file_(std::make_shared<const std::string>(file)) {}

  Node take_root() { return std::move(root_); }
  bool saw_root() const { return saw_root_; }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnAnchor(const YAML::Mark&, const std::string&) override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Node node;
    node.origin = at(mark);
    finish(std::move(node), "?", anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) refuse("an alias inside of its own anchor never ends", mark);
    count(found->second.count, mark);
    if (static_cast<int>(open_.size()) + found->second.depth > kMaxDocumentDepth) {
      refuse(fmt::format("values are nested deeper than {} levels once aliases are expanded",
                         kMaxDocumentDepth),
             mark);
    }
    place(found->second.node, mark);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    Node node = tag == "?" && !expects_key() ? plain_scalar(value, at(mark))
                                             : Node::string(value, at(mark));
    if (tag == "tag:yaml.org,2002:int" || tag == "tag:yaml.org,2002:float" ||
        tag == "tag:yaml.org,2002:bool") {
      node = plain_scalar(value, at(mark));
    }
    finish(std::move(node), tag, anchor);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(Node::list({}, at(mark)), tag, anchor, mark);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(Node::map(at(mark)), tag, anchor, mark);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    Node node;
    std::string tag;
    YAML::anchor_t anchor = 0;
    bool has_key = false;
    std::string key;
    Origin key_origin;
    MemberIndex index;
    std::set<std::string> merged;  // names that came by '<<': the map's own override them
  };
  struct Anchored {
    Node node;
    std::size_t count = 0;
    int depth = 0;
  };

  Origin at(const YAML::Mark& mark) const { return {file_, mark.line + 1}; }
  [[noreturn]] void refuse(std::string message, const YAML::Mark& mark) const {
    refuse(std::move(message), at(mark));
  }
  [[noreturn]] void refuse(std::string message, const Origin& origin) const {
    throw Refused{{std::move(message), origin.place()}};
  }
  bool expects_key() const {
    return !open_.empty() && open_.back().node.is_map() && !open_.back().has_key;
  }

  void count(std::size_t nodes, const YAML::Mark& mark) {
    count_ += nodes;
    if (count_ > kMaxDocumentNodes)
      refuse("the document has too many values once its aliases are expanded", mark);
  }
  void open(Node node, const std::string& tag, YAML::anchor_t anchor, const YAML::Mark& mark) {
    if (expects_key()) refuse("a name must be a string, not a list or a map", mark);
    if (open_.size() >= static_cast<std::size_t>(kMaxDocumentDepth)) {
      refuse(fmt::format("values are nested deeper than {} levels", kMaxDocumentDepth), mark);
    }
    open_.push_back({std::move(node), tag, anchor, false, {}, {}, {}, {}});
  }
  void close() {
    Open done = std::move(open_.back());
    open_.pop_back();
    finish(std::move(done.node), done.tag, done.anchor);
  }
  void finish(Node node, const std::string& tag, YAML::anchor_t anchor) {
    const YAML::Mark mark = mark_of(node);
    count(1, mark);
    node = expand_tag(std::move(node), tag);
    if (anchor != 0) anchors_[anchor] = {node, count_nodes(node), depth_of(node)};
    place(std::move(node), mark);
  }
  static YAML::Mark mark_of(const Node& node) {
    YAML::Mark mark;
    mark.line = node.origin.line - 1;
    return mark;
  }

  // Into the open list or map, as a key, or as the document.
  void place(Node node, const YAML::Mark& mark) {
    if (open_.empty()) {
      if (saw_root_) refuse("a template is one YAML document: remove what follows '---'", mark);
      saw_root_ = true;
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.is_list()) {
      parent.node.push(std::move(node));
    } else if (!parent.has_key) {
      start_member(parent, std::move(node));
    } else {
      parent.has_key = false;
      if (parent.key == "<<") return merge(parent, node);
      parent.index.put(parent.node, {std::move(parent.key), parent.key_origin, std::move(node)});
    }
  }
  void start_member(Open& parent, Node name) {
    if (!name.is_scalar())
      refuse("a name must be a string, not " + std::string(describe(name.kind)), name.origin);
    const Member* const first = parent.index.find(parent.node, name.text);
    if (first && parent.merged.erase(name.text) == 0) {
      refuse(fmt::format("the name '{}' stands here twice (first in line {}): remove one of them",
                         name.text, first->origin.line),
             name.origin);
    }
    parent.has_key = true;
    parent.key = std::move(name.text);
    parent.key_origin = name.origin;
  }
  void merge(Open& into, const Node& from) {
    if (from.is_list()) {
      for (const Node& item : from.items) merge(into, item);
      return;
    }
    if (!from.is_map())
      refuse("'<<' merges a map, not " + std::string(describe(from.kind)), from.origin);
    for (const Member& member : from.members) {
      if (into.index.find(into.node, member.name)) continue;
      into.index.put(into.node, member);
      into.merged.insert(member.name);
    }
  }

  Node expand_tag(Node node, const std::string& tag) const {
    if (tag.empty() || tag == "?" || tag == "!" || tag.starts_with("tag:yaml.org,2002:")) {
      if (tag.ends_with(":binary"))
        refuse("!!binary is not supported by CloudFormation", node.origin);
      return node;
    }
    const std::string name = tag.starts_with('!') ? tag.substr(1) : tag;
    const bool known = name == "Ref" || name == "Condition" ||
                       std::ranges::find(kShortFunctions, name) != kShortFunctions.end();
    if (!known)
      refuse(fmt::format("the tag '{}' is not a function of CloudFormation", tag), node.origin);
    if (name == "GetAtt" && node.is_string()) node = split_attribute(std::move(node));
    Node call = Node::map(node.origin);
    call.set(name == "Ref" || name == "Condition" ? name : "Fn::" + name, std::move(node));
    return call;
  }
  // "Queue.Arn": the first dot ends the logical id.
  Node split_attribute(Node node) const {
    const auto dot = node.text.find('.');
    if (dot == std::string::npos) {
      refuse(fmt::format("!GetAtt {} has no attribute: write !GetAtt {}.Arn or the like", node.text,
                         node.text),
             node.origin);
    }
    const Origin origin = node.origin;
    return Node::list({Node::string(node.text.substr(0, dot), origin),
                       Node::string(node.text.substr(dot + 1), origin)},
                      origin);
  }

  std::shared_ptr<const std::string> file_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Anchored> anchors_;
  std::size_t count_ = 0;
  bool saw_root_ = false;
  Node root_;
};

}  // namespace

Result<Node> parse_yaml(std::string_view text, const std::string& file) {
  YamlReader reader(file);
  try {
    std::istringstream in{std::string(text)};
    YAML::Parser parser(in);
    while (parser.HandleNextDocument(reader)) {
    }
  } catch (const Refused& refused) {
    return std::unexpected(refused.error);
  } catch (const YAML::Exception& e) {
    return fail("not YAML: " + e.msg, {file, e.mark.line + 1});
  } catch (const std::exception& e) {
    return fail(fmt::format("not YAML: {}", e.what()), {file, 0});
  }
  if (!reader.saw_root()) return fail("the file is empty", {file, 0});
  return reader.take_root();
}

}  // namespace loopgate::cfn

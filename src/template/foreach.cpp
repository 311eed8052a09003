#include "template/foreach.h"

#include <fmt/format.h>

#include <algorithm>

#include "template/limits.h"

namespace loopgate::cfn {

namespace {

constexpr int kMaxLoopDepth = 5;  // AWS: loops in a loop

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

// One turn of a loop: "${Name}" is the value, "&{Name}" the value without what no name may have.
class Turn {
 public:
  Turn(const std::string& name, const std::string& value)
      : name_(name), plain_("${" + name + "}"), stripped_("&{" + name + "}"), value_(value) {
    std::ranges::copy_if(value, std::back_inserter(letters_), is_alphanumeric);
  }

  bool is_in(const std::string& text) const {
    return text.find(plain_) != std::string::npos || text.find(stripped_) != std::string::npos;
  }

  void put_into(std::string& text) const {
    replace_all(text, plain_, value_);
    replace_all(text, stripped_, letters_);
  }

  void put_into(Node& node) const {
    if (is_reference(node)) {
      node = Node::string(value_, node.origin);
      return;
    }
    if (node.is_string()) put_into(node.text);
    for (Node& item : node.items) put_into(item);
    for (Member& member : node.members) {
      put_into(member.name);
      put_into(member.value);
    }
  }

 private:
  bool is_reference(const Node& node) const {
    const Member* const call = as_call(node);
    return call && call->name == "Ref" && call->value.is_string() && call->value.text == name_;
  }

  const std::string& name_;
  std::string plain_;
  std::string stripped_;
  const std::string& value_;
  std::string letters_;
};

class Writer {
 public:
  explicit Writer(const Scope& scope) : scope_(scope) { scope_.resource = nullptr; }

  Status write(Node& node, int depth) {
    for (Node& item : node.items) {
      if (auto ok = write(item, depth); !ok) return ok;
    }
    const bool loops = std::ranges::any_of(
        node.members, [](const Member& member) { return member.name.starts_with(kForEach); });
    if (loops) return write_members(node, depth);
    for (Member& member : node.members) {
      if (auto ok = write(member.value, depth); !ok) return ok;
    }
    return {};
  }

 private:
  Status write_members(Node& node, int depth) {
    Node out = Node::map(node.origin);
    for (Member& member : node.members) {
      if (member.name.starts_with(kForEach)) {
        if (auto ok = loop(member, out, depth + 1); !ok) return ok;
        continue;
      }
      if (auto ok = write(member.value, depth); !ok) return ok;
      if (auto ok = add(std::move(member), out); !ok) return ok;
    }
    node = std::move(out);
    return {};
  }

  Status add(Member member, Node& out) {
    if (out.find(member.name))
      return fail(
          fmt::format("'{}' is there twice after {} was written out", member.name, kForEach),
          member.origin.place());
    out.members.push_back(std::move(member));
    return {};
  }

  Status loop(const Member& member, Node& out, int depth) {
    const auto refuse = [&](std::string_view why) {
      return fail(fmt::format("{}: {}", member.name, why), member.origin.place());
    };
    if (member.name.size() <= kForEach.size() + 2 ||
        !std::ranges::all_of(member.name.substr(kForEach.size() + 2), is_alphanumeric))
      return refuse("its name is Fn::ForEach:: and letters and digits");
    if (depth > kMaxLoopDepth)
      return refuse(fmt::format("loops are nested {} deep at most", kMaxLoopDepth));
    const auto& arguments = member.value.items;
    if (!member.value.is_list() || arguments.size() != 3 || !arguments[0].is_string() ||
        !arguments[2].is_map())
      return refuse("it takes [identifier, collection, {key: value}]");
    const auto values = Evaluator(scope_).evaluate(arguments[1]);
    if (!values) return std::unexpected(values.error());
    if (!values->is_list()) return refuse("its collection must be a list");
    for (const Node& value : values->items) {
      if (!value.is_scalar()) return refuse("its collection must be a list of strings");
      if (auto ok = repeat(Turn(arguments[0].text, value.text), arguments[2], out, depth); !ok)
        return ok;
    }
    return {};
  }

  Status repeat(const Turn& turn, const Node& body, Node& out, int depth) {
    for (const Member& member : body.members) {
      if (member.name.starts_with(kForEach) || turn.is_in(member.name)) continue;
      return fail(fmt::format("'{}' must have the loop's identifier in it", member.name),
                  member.origin.place());
    }
    made_ += count_nodes(body);
    if (made_ > kMaxDocumentNodes)
      return fail(fmt::format("{} makes too many parts", kForEach), body.place());
    Node copy = body;
    turn.put_into(copy);
    if (auto ok = write(copy, depth); !ok) return ok;
    for (Member& member : copy.members) {
      if (auto ok = add(std::move(member), out); !ok) return ok;
    }
    return {};
  }

  Scope scope_;
  std::size_t made_ = 0;
};

}  // namespace

Status write_out_loops(Node& section, const Scope& scope) {
  return Writer(scope).write(section, 0);
}

}  // namespace loopgate::cfn

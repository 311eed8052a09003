#include "codec/text.h"
#include "template/document.h"

namespace loopgate::cfn {

namespace {

void write_json(const Node& node, std::string& out) {
  const auto quoted = [&](std::string_view text) {
    out += '"';
    codec::json_escape_append(out, text);
    out += '"';
  };
  switch (node.kind) {
    case Node::Kind::kAbsent:
    case Node::Kind::kNull:
      out += "null";
      return;
    case Node::Kind::kBoolean:
    case Node::Kind::kNumber:
      out += node.text;
      return;
    case Node::Kind::kString:
      quoted(node.text);
      return;
    case Node::Kind::kList:
      out += '[';
      for (const Node& item : node.items) {
        if (out.back() != '[') out += ',';
        write_json(item, out);
      }
      out += ']';
      return;
    case Node::Kind::kMap:
      out += '{';
      for (std::size_t i = 0; i < node.members.size(); ++i) {
        if (i > 0) out += ',';
        quoted(node.members[i].name);
        out += ':';
        write_json(node.members[i].value, out);
      }
      out += '}';
      return;
  }
}

}  // namespace

std::string to_json_text(const Node& node) {
  std::string out;
  write_json(node, out);
  return out;
}

}  // namespace loopgate::cfn

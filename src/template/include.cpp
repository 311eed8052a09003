#include "template/include.h"

#include <fmt/format.h>

#include <utility>

#include "template/limits.h"

namespace loopgate::cfn {

namespace {

class Includer {
 public:
  Includer(const Scope& scope, const FileReader& files, const IncludeResolver& resolver)
      : scope_(scope), files_(files), resolver_(resolver) {}

  Status expand(Node& node) {
    for (Node& item : node.items) {
      if (auto ok = expand(item); !ok) return ok;
    }
    for (Member& member : node.members) {
      if (member.name == "Fn::Transform") continue;
      if (auto ok = expand(member.value); !ok) return ok;
    }
    const Node* const transform = node.find("Fn::Transform");
    return transform && is_include(*transform) ? replace(node, *transform) : Status{};
  }

  static bool is_include(const Node& transform) {
    const Node* const name = transform.find("Name");
    return name && name->is_string() && name->text == "AWS::Include";
  }

  Status replace(Node& node, Node transform) {
    auto included = load(transform);
    if (!included) return std::unexpected(included.error());
    node.erase("Fn::Transform");
    if (!included->is_map()) {
      if (!node.members.empty())
        return fail("an included list or string cannot stand beside other members",
                    transform.place());
      node = std::move(*included);
      return {};
    }
    for (Member& member : included->members) {
      if (!node.find(member.name)) node.members.push_back(std::move(member));
    }
    return {};
  }

 private:
  Result<Node> load(const Node& transform) {
    const Node* const parameters = transform.find("Parameters");
    const Node* const location = parameters ? parameters->find("Location") : nullptr;
    if (!location)
      return fail("AWS::Include has no Location among its Parameters", transform.place());
    auto where = Evaluator(scope_).evaluate_scalar(*location, "the Location of AWS::Include");
    if (!where) return where;
    auto text = read(where->text, location->place());
    if (!text) return std::unexpected(text.error());
    total_ += text->size();
    if (total_ > kMaxIncludeBytes)
      return fail("the included documents are larger than 1 MiB", location->place());
    auto document = parse_document(*text, where->text);
    if (!document) return document;
    nodes_ += count_nodes(*document);
    if (nodes_ > kMaxDocumentNodes)
      return fail("the included documents have too many values", location->place());
    if (has_transform(*document)) {
      return fail(fmt::format("{} includes another document, which AWS::Include does not allow",
                              where->text),
                  location->place());
    }
    return document;
  }
  Result<std::string> read(const std::string& location, const SourcePlace& at) {
    if (resolver_) {
      if (auto text = resolver_(location)) return std::move(*text);
    }
    if (location.find("://") != std::string::npos) {
      return fail(fmt::format("AWS::Include of {} cannot be answered here: only the gateway's "
                              "customer-config.json and files "
                              "beside the template can (use a relative path)",
                              location),
                  at);
    }
    if (!files_)
      return fail(fmt::format("AWS::Include of {}: there is no folder to read it from", location),
                  at);
    auto text = files_(location);
    if (!text)
      return fail(fmt::format("AWS::Include of {}: {}", location, text.error().message), at);
    return text;
  }
  static bool has_transform(const Node& node) {
    for (const Node& item : node.items) {
      if (has_transform(item)) return true;
    }
    for (const Member& member : node.members) {
      if (member.name == "Fn::Transform" || has_transform(member.value)) return true;
    }
    return false;
  }

  const Scope& scope_;
  const FileReader& files_;
  const IncludeResolver& resolver_;
  std::size_t total_ = 0;
  std::size_t nodes_ = 0;
};

}  // namespace

Status expand_includes(Node& document, const Scope& scope, const FileReader& files,
                       const IncludeResolver& resolver) {
  Includer includer(scope, files, resolver);
  if (auto ok = includer.expand(document); !ok) return ok;
  // The section Transform may hold includes of the whole template, too.
  Node* const section = document.find("Transform");
  if (!section) return {};
  if (section->is_map() && Includer::is_include(*section)) {
    const Node transform = *section;
    document.erase("Transform");
    return includer.replace(document, transform);
  }
  const auto transforms = section->items;
  std::erase_if(section->items, Includer::is_include);
  for (const Node& transform : transforms) {
    if (!Includer::is_include(transform)) continue;
    if (auto ok = includer.replace(document, transform); !ok) return ok;
  }
  return {};
}

}  // namespace loopgate::cfn

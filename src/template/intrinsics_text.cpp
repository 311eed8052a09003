// The functions that make and take apart text and lists.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "codec/base64.h"
#include "codec/text.h"
#include "template/intrinsics.h"
#include "template/limits.h"

namespace loopgate::cfn {

Result<std::vector<SubPart>> split_sub(const std::string& text, const Origin& at) {
  std::vector<SubPart> parts;
  std::string literal;
  std::size_t from = 0;
  while (from < text.size()) {
    const auto open = text.find("${", from);
    literal.append(text, from, open == std::string::npos ? std::string::npos : open - from);
    if (open == std::string::npos) break;
    const auto close = text.find('}', open);
    if (close == std::string::npos) return fail("Fn::Sub: '${' is not closed by '}'", at.place());
    std::string name = text.substr(open + 2, close - open - 2);
    from = close + 1;
    if (name.starts_with('!')) {
      literal += "${" + name.substr(1) + "}";
      continue;
    }
    const auto first = name.find_first_not_of(" \t");
    if (first == std::string::npos) return fail("Fn::Sub: '${}' names nothing", at.place());
    name = name.substr(first, name.find_last_not_of(" \t") - first + 1);
    if (!literal.empty()) parts.push_back({false, std::exchange(literal, {})});
    parts.push_back({true, std::move(name)});
  }
  if (!literal.empty()) parts.push_back({false, std::move(literal)});
  return parts;
}

Result<Node> Evaluator::sub(const Node& call, const Node& arguments) {
  const bool with_variables = arguments.is_list() && arguments.items.size() == 2 &&
                              arguments.items[0].is_scalar() && arguments.items[1].is_map();
  if (!with_variables && !arguments.is_scalar()) {
    return fail("Fn::Sub takes a string, or [string, {variable: value}]", call.place());
  }
  const Node& pattern = with_variables ? arguments.items[0] : arguments;
  const Node none = Node::map(call.origin);
  const Node& variables = with_variables ? arguments.items[1] : none;
  const auto parts = split_sub(pattern.text, pattern.origin);
  if (!parts) return std::unexpected(parts.error());
  std::string out;
  bool unresolved = false;
  for (const SubPart& part : *parts) {
    if (!part.is_reference) {
      out += part.text;
      continue;
    }
    auto value = sub_variable(part.text, variables, pattern.origin);
    if (!value) return value;
    if (!value->is_scalar()) {
      return fail(fmt::format("Fn::Sub: '${{{}}}' is {}, not a string: use Fn::Join", part.text,
                              describe(value->kind)),
                  pattern.place());
    }
    unresolved = unresolved || value->unresolved;
    out += value->text;
    if (const auto ok = charge(value->text.size(), pattern.origin); !ok)
      return std::unexpected(ok.error());
  }
  if (unresolved) return unresolved_value("Fn::Sub", call.origin);
  return text(std::move(out), call.origin);
}

Result<Node> Evaluator::sub_variable(const std::string& name, const Node& variables,
                                     const Origin& at) {
  if (const Node* const given = variables.find(name)) return evaluate(*given);
  const auto dot = name.find('.');
  if (dot == std::string::npos) return reference(name, at);
  return attribute(name.substr(0, dot), name.substr(dot + 1), at);
}

Result<Node> Evaluator::join(const Node& call, const Node& arguments) {
  if (!arguments.is_list() || arguments.items.size() != 2 || !arguments.items[0].is_scalar()) {
    return fail("Fn::Join takes [delimiter, list]", call.place());
  }
  auto list = evaluate(arguments.items[1]);
  if (!list) return list;
  if (list->unresolved) return unresolved_value("Fn::Join", call.origin);
  if (!list->is_list()) {
    return fail(fmt::format("Fn::Join joins a list, not {}", describe(list->kind)), call.place());
  }
  std::string out;
  for (std::size_t i = 0; i < list->items.size(); ++i) {
    const Node& item = list->items[i];
    if (!item.is_scalar()) {
      return fail(
          fmt::format("Fn::Join joins strings, but element {} is {}", i, describe(item.kind)),
          item.place());
    }
    if (item.unresolved) return unresolved_value("Fn::Join", call.origin);
    if (i > 0) out += arguments.items[0].text;
    out += item.text;
    if (out.size() > kMaxEvaluatedBytes) break;
  }
  return text(std::move(out), call.origin);
}

Result<Node> Evaluator::split(const Node& call, const Node& arguments) {
  if (!arguments.is_list() || arguments.items.size() != 2 || !arguments.items[0].is_scalar() ||
      arguments.items[0].text.empty()) {
    return fail("Fn::Split takes [delimiter, string]", call.place());
  }
  auto source = evaluate_scalar(arguments.items[1], "what Fn::Split takes apart");
  if (!source) return source;
  if (source->unresolved) return unresolved_value("Fn::Split", call.origin);
  if (const auto ok = charge(source->text.size(), call.origin); !ok)
    return std::unexpected(ok.error());
  const std::string& delimiter = arguments.items[0].text;
  Node out = Node::list({}, call.origin);
  std::size_t from = 0;
  while (true) {
    const auto end = source->text.find(delimiter, from);
    out.push(Node::string(source->text.substr(from, end == std::string::npos ? end : end - from),
                          call.origin));
    if (out.items.size() > kMaxDocumentNodes)
      return fail("Fn::Split makes too many parts", call.place());
    if (end == std::string::npos) return out;
    from = end + delimiter.size();
  }
}

Result<Node> Evaluator::select(const Node& call, const Node& arguments) {
  if (!arguments.is_list() || arguments.items.size() != 2)
    return fail("Fn::Select takes [index, list]", call.place());
  auto index_node = evaluate_scalar(arguments.items[0], "the index of Fn::Select");
  if (!index_node) return index_node;
  auto list = evaluate(arguments.items[1]);
  if (!list) return list;
  if (list->unresolved || index_node->unresolved)
    return unresolved_value("Fn::Select", call.origin);
  std::size_t index = 0;
  const std::string& digits = index_node->text;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), index);
  if (read.ec != std::errc() || read.ptr != digits.data() + digits.size()) {
    return fail(fmt::format("the index of Fn::Select is a number from 0, not '{}'", digits),
                call.place());
  }
  if (!list->is_list())
    return fail(fmt::format("Fn::Select selects from a list, not {}", describe(list->kind)),
                call.place());
  if (index >= list->items.size()) {
    return fail(fmt::format("Fn::Select: there is no element {} in a list of {}", index,
                            list->items.size()),
                call.place());
  }
  return std::move(list->items[index]);
}

Result<Node> Evaluator::base64(const Node& call, const Node& arguments) {
  auto value = evaluate_scalar(arguments, "what Fn::Base64 encodes");
  if (!value) return value;
  if (value->unresolved) return unresolved_value("Fn::Base64", call.origin);
  return text(codec::base64_encode(as_bytes(value->text)), call.origin);
}

Result<Node> Evaluator::length(const Node& call, const Node& arguments) {
  auto list = evaluate(arguments);
  if (!list) return list;
  if (list->unresolved) return unresolved_value("Fn::Length", call.origin);
  if (!list->is_list())
    return fail(fmt::format("Fn::Length counts a list, not {}", describe(list->kind)),
                call.place());
  return Node::number(std::to_string(list->items.size()), call.origin);
}

Result<Node> Evaluator::to_json_string(const Node& call, const Node& arguments) {
  auto value = evaluate(arguments);
  if (!value) return value;
  if (!value->is_list() && !value->is_map() && !value->unresolved) {
    return fail(
        fmt::format("Fn::ToJsonString takes a map or a list, not {}", describe(value->kind)),
        call.place());
  }
  if (contains_unresolved(*value)) return unresolved_value("Fn::ToJsonString", call.origin);
  return text(to_json_text(*value), call.origin);
}

}  // namespace loopgate::cfn

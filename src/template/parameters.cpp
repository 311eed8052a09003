#include "template/parameters.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "template/limits.h"
#include "template/pattern.h"
#include "template/suggestion.h"

namespace loopgate::cfn {

namespace {

bool is_list_type(std::string_view type) {
  return type == "CommaDelimitedList" || type.starts_with("List<");
}

// Whether a type is one: String, Number, lists, AWS's own (taken as strings) and the SSM forms of
// these.
bool is_known_type(std::string_view type) {
  constexpr std::string_view kSsm = "AWS::SSM::Parameter::Value<";
  if (type.starts_with(kSsm) && type.ends_with('>')) {
    return is_known_type(type.substr(kSsm.size(), type.size() - kSsm.size() - 1));
  }
  if (type.starts_with("List<") && type.ends_with('>')) {
    const auto element = type.substr(5, type.size() - 6);
    return element == "String" || element == "Number" || element.starts_with("AWS::");
  }
  return type == "String" || type == "Number" || type == "CommaDelimitedList" ||
         type.starts_with("AWS::");
}

std::string_view ssm_element(std::string_view type) {
  constexpr std::string_view kSsm = "AWS::SSM::Parameter::Value<";
  return type.starts_with(kSsm) && type.ends_with('>')
             ? type.substr(kSsm.size(), type.size() - kSsm.size() - 1)
             : std::string_view{};
}

std::vector<std::string> split_commas(const std::string& text) {
  std::vector<std::string> out;
  std::size_t from = 0;
  while (true) {
    const auto end = text.find(',', from);
    std::string part = text.substr(from, end == std::string::npos ? end : end - from);
    const auto first = part.find_first_not_of(" \t");
    out.push_back(first == std::string::npos
                      ? ""
                      : part.substr(first, part.find_last_not_of(" \t") - first + 1));
    if (end == std::string::npos) return out;
    from = end + 1;
  }
}

std::optional<double> as_number(const std::string& text) {
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

// Of UTF-8: every byte but those that continue a character.
std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

class Constraints {
 public:
  Constraints(const std::string& name, const Node& declaration, std::string_view type,
              std::vector<std::string>& warnings)
      : name_(name), declaration_(declaration), type_(type), warnings_(warnings) {}

  Status check(const std::string& value) {
    if (auto ok = check_allowed(value); !ok) return ok;
    if (type_ == "Number" || type_ == "List<Number>") return check_number(value);
    if (auto ok = check_length(value); !ok) return ok;
    return check_pattern(value);
  }

 private:
  std::unexpected<Error> refuse(const std::string& why) const {
    const Node* const said = declaration_.find("ConstraintDescription");
    return fail(fmt::format("parameter '{}': {}", name_,
                            said && said->is_scalar() ? said->text + " (" + why + ")" : why),
                declaration_.place());
  }
  std::string shown(const std::string& value) const {
    const Node* const secret = declaration_.find("NoEcho");
    return secret && secret->is_true() ? "****" : value;
  }
  std::optional<double> limit(std::string_view key) const {
    const Node* const node = declaration_.find(key);
    return node && node->is_scalar() ? as_number(node->text) : std::nullopt;
  }
  Status check_allowed(const std::string& value) const {
    const Node* const allowed = declaration_.find("AllowedValues");
    if (!allowed) return {};
    if (!allowed->is_list()) return refuse("AllowedValues must be a list");
    std::vector<std::string> values;
    for (const Node& item : allowed->items) {
      if (item.text == value) return {};
      values.push_back(item.text);
    }
    return refuse(fmt::format("'{}' is none of its AllowedValues: {}", shown(value),
                              fmt::join(values, ", ")));
  }
  Status check_number(const std::string& value) const {
    const auto number = as_number(value);
    if (!number) return refuse(fmt::format("'{}' is not a number", shown(value)));
    if (const auto least = limit("MinValue"); least && *number < *least) {
      return refuse(fmt::format("{} is less than its MinValue {}", shown(value), *least));
    }
    if (const auto most = limit("MaxValue"); most && *number > *most) {
      return refuse(fmt::format("{} is more than its MaxValue {}", shown(value), *most));
    }
    return {};
  }
  Status check_length(const std::string& value) const {
    const auto size = count_characters(value);
    if (const auto least = limit("MinLength"); least && static_cast<double>(size) < *least) {
      return refuse(fmt::format("it has {} characters, its MinLength is {}", size, *least));
    }
    if (const auto most = limit("MaxLength"); most && static_cast<double>(size) > *most) {
      return refuse(fmt::format("it has {} characters, its MaxLength is {}", size, *most));
    }
    return {};
  }
  Status check_pattern(const std::string& value) {
    const Node* const declared = declaration_.find("AllowedPattern");
    if (!declared || pattern_given_up_) return {};
    if (!pattern_) {
      auto compiled = compile_java_pattern(declared->text);
      if (!compiled) return give_pattern_up(compiled.error().message);
      pattern_ = std::move(*compiled);
    }
    const auto matched = pattern_->matches(value);
    if (!matched) return give_pattern_up(matched.error().message);
    if (*matched) return {};
    return refuse(
        fmt::format("'{}' does not match its AllowedPattern {}", shown(value), declared->text));
  }
  // The pattern may be good where Java reads it: AWS decides, not the sandbox.
  Status give_pattern_up(const std::string& why) {
    pattern_given_up_ = true;
    warnings_.push_back(
        fmt::format("parameter '{}' ({}): its AllowedPattern is not checked here: {}", name_,
                    declaration_.place().to_string(), why));
    return {};
  }

  const std::string& name_;
  const Node& declaration_;
  std::string_view type_;
  std::vector<std::string>& warnings_;
  std::optional<codec::Regex> pattern_;
  bool pattern_given_up_ = false;
};

Result<ParameterValue> declare(const Member& member) {
  const Node& declaration = member.value;
  if (!declaration.is_map())
    return fail(fmt::format("parameter '{}' must be a map with a Type", member.name),
                member.origin.place());
  const Node* const type = declaration.find("Type");
  if (!type || !type->is_string())
    return fail(fmt::format("parameter '{}' has no Type", member.name), member.origin.place());
  if (!is_known_type(type->text)) {
    return fail(fmt::format("parameter '{}': there is no type '{}'{}", member.name, type->text,
                            did_you_mean(type->text, {"String", "Number", "List<Number>",
                                                      "CommaDelimitedList"})),
                type->place());
  }
  ParameterValue out;
  out.name = member.name;
  out.type = type->text;
  if (const Node* const text = declaration.find("Description")) out.description = text->text;
  if (const Node* const text = declaration.find("NoEcho")) out.no_echo = text->is_true();
  if (const Node* const text = declaration.find("Default")) {
    if (!text->is_scalar())
      return fail(fmt::format("parameter '{}': Default must be a string", member.name),
                  text->place());
    out.default_value = text->text;
    out.has_default = true;
  }
  return out;
}

Status give_value(ParameterValue& parameter, const Member& declared,
                  const DynamicReferences& references, std::vector<std::string>& warnings) {
  if (parameter.text.size() > kMaxParameterBytes) {
    return fail(
        fmt::format("parameter '{}' is longer than {} bytes", parameter.name, kMaxParameterBytes),
        declared.origin.place());
  }
  const Origin& at = declared.origin;
  std::string_view type = parameter.type;
  std::string text = parameter.text;
  const auto element = ssm_element(type);
  if (!element.empty()) {
    const auto found = find_parameter_value(references, text);
    if (!found) {
      return fail(fmt::format("parameter '{}': {}", parameter.name, found.error().message),
                  at.place());
    }
    if (!*found) {
      return fail(fmt::format("parameter '{}': the SSM parameter '{}' has no local value: {}",
                              parameter.name, text, how_to_give("ssm", text)),
                  at.place());
    }
    text = **found;
    type = element;
  }
  Constraints constraints(parameter.name, declared.value, type, warnings);
  if (!is_list_type(type)) {
    parameter.value = Node::string(text, at);
    // The constraints of an SSM parameter are on its name.
    return constraints.check(element.empty() ? text : parameter.text);
  }
  parameter.value = Node::list({}, at);
  for (std::string& part : split_commas(text)) {
    if (auto ok = constraints.check(part); !ok) return ok;
    parameter.value.push(Node::string(std::move(part), at));
  }
  return {};
}

}  // namespace

Result<std::vector<ParameterValue>> declared_parameters(const Node& document) {
  std::vector<ParameterValue> out;
  const Node* const section = document.find("Parameters");
  if (!section || section->is_null()) return out;
  if (!section->is_map()) return fail("Parameters must be a map", section->place());
  if (section->members.size() > kMaxParameters)
    return fail(fmt::format("more than {} Parameters", kMaxParameters), section->place());
  for (const Member& member : section->members) {
    auto parameter = declare(member);
    if (!parameter) return std::unexpected(parameter.error());
    out.push_back(std::move(*parameter));
  }
  return out;
}

Result<std::vector<ParameterValue>> bind_parameters(const Node& document,
                                                    const std::map<std::string, std::string>& given,
                                                    const DynamicReferences& references,
                                                    std::vector<std::string>& warnings) {
  auto out = declared_parameters(document);
  if (!out) return out;
  for (const auto& [name, value] : given) {
    if (std::ranges::find(*out, name, &ParameterValue::name) != out->end()) continue;
    std::vector<std::string> names;
    for (const ParameterValue& p : *out) names.push_back(p.name);
    return fail(
        fmt::format("the template has no parameter '{}'{}", name, did_you_mean(name, names)),
        {document.place().file, 0});
  }
  std::vector<std::string> missing;
  SourcePlace first_missing;
  for (ParameterValue& parameter : *out) {
    const Member& declared = *document.find("Parameters")->find_member(parameter.name);
    const auto value = given.find(parameter.name);
    if (value == given.end() && !parameter.has_default) {
      if (missing.empty()) first_missing = declared.origin.place();
      missing.push_back(parameter.name);
      continue;
    }
    parameter.text = value != given.end() ? value->second : parameter.default_value;
    if (auto ok = give_value(parameter, declared, references, warnings); !ok)
      return std::unexpected(ok.error());
  }
  if (!missing.empty()) {
    return fail(fmt::format("no value for the parameter{} {}: give {} with --parameter {}=VALUE",
                            missing.size() > 1 ? "s" : "", fmt::join(missing, ", "),
                            missing.size() > 1 ? "them" : "it", missing.front()),
                first_missing);
  }
  return out;
}

}  // namespace loopgate::cfn

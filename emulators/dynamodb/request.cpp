#include "emulators/dynamodb/request.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace loopgate::dynamodb {

namespace {

std::vector<std::string_view> given(const json& params, std::span<const std::string_view> names) {
  std::vector<std::string_view> out;
  for (const auto name : names) {
    if (params.contains(name)) out.push_back(name);
  }
  return out;
}

aws::AwsError wrong(std::string_view parameter, const std::string& why) {
  return validation(fmt::format("Invalid {}: {}", parameter, why));
}

// Parses one expression into its place.
template <class T, class Parse>
Outcome<void> parse_into(std::optional<T>& out, const json& params, const char* parameter,
                         Placeholders& placeholders, Parse parse) {
  const auto found = params.find(parameter);
  if (found == params.end()) return {};
  auto parsed = parse(found->template get_ref<const std::string&>(), placeholders);
  if (!parsed) return refuse(wrong(parameter, parsed.error()));
  out = std::move(*parsed);
  return {};
}

Outcome<void> parse_keys(std::optional<std::vector<KeyCondition>>& out, const json& params,
                         Placeholders& placeholders) {
  const auto found = params.find("KeyConditionExpression");
  if (found == params.end()) return {};
  auto parsed = parse_key_condition(found->get_ref<const std::string&>(), placeholders);
  if (!parsed) {
    return refuse(parsed.error().is_whole
                      ? validation(parsed.error().message)
                      : wrong("KeyConditionExpression", parsed.error().message));
  }
  out = std::move(*parsed);
  return {};
}

}  // namespace

Outcome<void> check_parameters(const json& params, const ExpressionParameters& known) {
  const auto expressions = given(params, known.expressions);
  const auto legacy = given(params, known.legacy);
  if (!expressions.empty() && !legacy.empty()) {
    return refuse(validation(fmt::format(
        "Can not use both expression and non-expression parameters in the same request: "
        "Non-expression parameters: {{{}}} Expression parameters: {{{}}}",
        fmt::join(legacy, ", "), fmt::join(expressions, ", "))));
  }
  if (!legacy.empty()) {
    return refuse(validation(fmt::format(
        "{} is a legacy parameter, which is not emulated here: use the expression parameters ({}).",
        legacy.front(), fmt::join(known.expressions, ", "))));
  }
  if (params.contains("ExpressionAttributeNames") && expressions.empty()) {
    return refuse(
        validation("ExpressionAttributeNames can only be specified when using expressions"));
  }
  std::vector<std::string_view> with_values;
  for (const auto name : known.expressions) {
    if (name != "ProjectionExpression") with_values.push_back(name);
  }
  if (params.contains("ExpressionAttributeValues") && given(params, with_values).empty()) {
    return refuse(validation(fmt::format(
        "ExpressionAttributeValues can only be specified when using expressions: {} {} null",
        fmt::join(with_values, " and "), with_values.size() > 1 ? "are" : "is")));
  }
  return {};
}

Outcome<Expressions> parse_expressions(json& params) {
  const auto names = params.find("ExpressionAttributeNames");
  const auto values = params.find("ExpressionAttributeValues");
  json* const given_values = values == params.end() ? nullptr : &*values;
  Placeholders placeholders{.names = names == params.end() ? nullptr : &*names,
                            .values = given_values};
  if (auto checked = Placeholders::check(placeholders.names, given_values); !checked) {
    return refuse(validation(checked.error()));
  }
  Expressions out;
  auto done = parse_into(out.update, params, "UpdateExpression", placeholders, parse_update);
  if (done) {
    done = parse_into(out.condition, params, "ConditionExpression", placeholders, parse_condition);
  }
  if (done) done = parse_keys(out.keys, params, placeholders);
  if (done)
    done = parse_into(out.filter, params, "FilterExpression", placeholders, parse_condition);
  if (done) {
    done =
        parse_into(out.projection, params, "ProjectionExpression", placeholders, parse_projection);
  }
  if (!done) return refuse(done.error());
  if (auto used = placeholders.check_used(); !used) return refuse(validation(used.error()));
  return out;
}

Outcome<json> read_attributes(json& params, const char* name) {
  const auto found = params.find(name);
  json out = found == params.end() ? json::object() : std::move(*found);
  if (auto checked = check_item(out); !checked) return refuse(validation(checked.error()));
  return out;
}

}  // namespace loopgate::dynamodb

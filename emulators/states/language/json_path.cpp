#include "emulators/states/language/json_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "emulators/states/language/path_parser.h"
#include "emulators/states/language/same.h"

namespace loopgate::states {

namespace {

using Steps = std::span<const PathStep>;

// Ours: values that one path may look at. "$..*..*" asks for the square of a document.
constexpr std::size_t kMaxVisits = 500'000;

class Found {
 public:
  bool spend() { return left_ > 0 && left_-- > 0; }
  void push_back(const Json* value) { values_.push_back(value); }
  bool empty() const { return values_.empty(); }
  const Json* front() const { return values_.front(); }
  const std::vector<const Json*>& all() const { return values_; }

 private:
  std::vector<const Json*> values_;
  std::size_t left_ = kMaxVisits;
};

void follow(const Json& at, const Json& root, Steps steps, Found& out);

void follow_index(const Json& at, const Json& root, std::int64_t index, Steps rest, Found& out) {
  const auto size = static_cast<std::int64_t>(at.size());
  if (index < 0) index += size;
  if (index >= 0 && index < size) follow(at[static_cast<std::size_t>(index)], root, rest, out);
}

void follow_slice(const Json& at, const Json& root, const PathStep& step, Steps rest, Found& out) {
  const auto size = static_cast<std::int64_t>(at.size());
  const auto place = [size](std::int64_t given) {
    return std::clamp<std::int64_t>(given < 0 ? given + size : given, 0, size);
  };
  const auto to = place(step.to.value_or(size));
  for (auto i = place(step.from.value_or(0)); i < to; i += step.by) {
    follow(at[static_cast<std::size_t>(i)], root, rest, out);
  }
}

// What the operand of a filter is; null when it leads nowhere.
const Json* operand(const PathOperand& operand, const Json& at, const Json& root) {
  if (!operand.path) return &operand.literal;
  Found found;
  follow(operand.from_root ? root : at, root, *operand.path, found);
  return found.empty() ? nullptr : found.front();
}

bool compares(const PathFilter& filter, const Json* left, const Json* right) {
  const auto& sign = filter.compare;
  if (left == nullptr || right == nullptr) return sign == "!=" && left != right;
  if (sign == "==") return same(*left, *right);
  if (sign == "!=") return !same(*left, *right);
  if (sign == "in" || sign == "nin") {
    const bool in = right->is_array() && std::ranges::any_of(*right, [&](const Json& item) {
                      return same(item, *left);
                    });
    return in == (sign == "in");
  }
  std::partial_ordering order = std::partial_ordering::unordered;
  if (left->is_number() && right->is_number()) {
    order = left->get<double>() <=> right->get<double>();
  } else if (left->is_string() && right->is_string()) {
    order = left->get_ref<const std::string&>() <=> right->get_ref<const std::string&>();
  }
  if (sign == "<") return order < 0;
  if (sign == "<=") return order <= 0;
  if (sign == ">") return order > 0;
  return order >= 0;
}

bool passes(const PathFilter& filter, const Json& at, const Json& root) {
  const auto part = [&](const PathFilter& each) { return passes(each, at, root); };
  switch (filter.kind) {
    case PathFilter::Kind::kOr:
      return std::ranges::any_of(filter.parts, part);
    case PathFilter::Kind::kAnd:
      return std::ranges::all_of(filter.parts, part);
    case PathFilter::Kind::kNot:
      return !part(filter.parts.front());
    case PathFilter::Kind::kExists:
      return operand(filter.left, at, root) != nullptr;
    case PathFilter::Kind::kCompare:
      return compares(filter, operand(filter.left, at, root), operand(filter.right, at, root));
  }
  return false;
}

void descend(const Json& at, const Json& root, Steps rest, Found& out) {
  follow(at, root, rest, out);
  if (!at.is_structured()) return;
  for (const auto& child : at) descend(child, root, rest, out);
}

void follow_all(const Json& at, const Json& root, const PathStep& step, Steps rest, Found& out) {
  if (step.kind == PathStep::Kind::kFilter && at.is_object() && passes(*step.filter, at, root)) {
    return follow(at, root, rest, out);
  }
  if (!at.is_structured() || (step.kind == PathStep::Kind::kFilter && !at.is_array())) return;
  for (const auto& child : at) {
    if (step.kind == PathStep::Kind::kWildcard || passes(*step.filter, child, root)) {
      follow(child, root, rest, out);
    }
  }
}

void follow(const Json& at, const Json& root, Steps steps, Found& out) {
  if (!out.spend()) return;
  if (steps.empty()) return out.push_back(&at);
  const PathStep& step = steps.front();
  const Steps rest = steps.subspan(1);
  switch (step.kind) {
    case PathStep::Kind::kNames:
      if (!at.is_object()) return;
      for (const auto& name : step.names) {
        if (const auto found = at.find(name); found != at.end()) follow(*found, root, rest, out);
      }
      return;
    case PathStep::Kind::kIndexes:
      if (!at.is_array()) return;
      for (const auto index : step.indexes) follow_index(at, root, index, rest, out);
      return;
    case PathStep::Kind::kSlice:
      if (at.is_array()) follow_slice(at, root, step, rest, out);
      return;
    case PathStep::Kind::kWildcard:
    case PathStep::Kind::kFilter:
      return follow_all(at, root, step, rest, out);
    case PathStep::Kind::kDescend:
      return descend(at, root, rest, out);
  }
}

// "$['a'][0]": as Jayway writes paths.
std::string written(Steps steps) {
  std::string out = "$";
  for (const auto& step : steps) {
    if (step.kind == PathStep::Kind::kNames) out += "['" + step.names.front() + "']";
    if (step.kind == PathStep::Kind::kIndexes) out += fmt::format("[{}]", step.indexes.front());
  }
  return out;
}

std::string_view java_type(const Json& json) {
  if (json.is_string()) return "java.lang.String";
  if (json.is_boolean()) return "java.lang.Boolean";
  if (json.is_number_integer()) return "java.lang.Integer";
  if (json.is_number()) return "java.lang.Double";
  if (json.is_array()) return "net.minidev.json.JSONArray";
  return "null";
}

// Why a path that names one place has nothing there.
std::string explain(const Json& root, Steps steps) {
  const Json* at = &root;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    Found found;
    follow(*at, root, steps.subspan(i, 1), found);
    if (!found.empty()) {
      at = found.front();
      continue;
    }
    const bool name = steps[i].kind == PathStep::Kind::kNames;
    if (name && !at->is_object()) {
      return fmt::format(
          "Expected to find an object with property ['{}'] in path {} but found '{}'. This is not "
          "a json object according to the JsonProvider: "
          "'com.jayway.jsonpath.spi.json.JacksonJsonProvider'.",
          steps[i].names.front(), written(steps.first(i)), java_type(*at));
    }
    if (i + 1 == steps.size() || !name) {
      return "No results for path: " + written(steps.first(name ? i + 1 : steps.size()));
    }
    return "Missing property in path " + written(steps.first(i + 1));
  }
  return "No results for path: " + written(steps);
}

Json number_of(double value) {
  if (std::trunc(value) == value && std::abs(value) < 1e15) return static_cast<std::int64_t>(value);
  return value;
}

std::expected<Json, std::string> aggregate(const std::string& function, const Json& value) {
  if (function == "length" || function == "size") {
    if (value.is_string()) return Json(value.get_ref<const std::string&>().size());
    return value.is_structured() ? Json(value.size()) : Json();
  }
  if (function == "keys" && value.is_object()) {
    Json keys = Json::array();
    for (const auto& member : value.items()) keys.push_back(member.key());
    return keys;
  }
  if (!value.is_array()) {
    return std::unexpected("Aggregation function attempted to calculate value using empty array");
  }
  if (function == "first" || function == "last") {
    if (value.empty()) return std::unexpected("Aggregation function attempted on an empty array");
    return function == "first" ? value.front() : value.back();
  }
  double sum = 0, least = HUGE_VAL, most = -HUGE_VAL, count = 0;
  for (const auto& item : value) {
    if (!item.is_number()) continue;
    const auto number = item.get<double>();
    sum += number;
    least = std::min(least, number);
    most = std::max(most, number);
    ++count;
  }
  if (count == 0) {
    return std::unexpected("Aggregation function attempted to calculate value using empty array");
  }
  if (function == "sum") return number_of(sum);
  if (function == "min") return number_of(least);
  if (function == "max") return number_of(most);
  return Json(sum / count);
}

}  // namespace

std::optional<JsonPath> JsonPath::compile(std::string_view text) {
  if (!text.starts_with('$')) return std::nullopt;
  auto parsed = parse_path(text.substr(1));
  if (!parsed) return std::nullopt;
  JsonPath path;
  path.definite_ = std::ranges::all_of(parsed->steps, &PathStep::definite);
  path.function_ = std::move(parsed->function);
  path.steps_ = std::make_shared<const std::vector<PathStep>>(std::move(parsed->steps));
  return path;
}

std::expected<Json, std::string> JsonPath::read(const Json& root) const {
  Found found;
  follow(root, root, *steps_, found);
  Json value;
  if (definite_) {
    if (found.empty()) return std::unexpected(explain(root, *steps_));
    value = *found.front();
  } else {
    value = Json::array();
    for (const Json* each : found.all()) value.push_back(*each);
  }
  if (function_.empty()) return value;
  return aggregate(function_, value);
}

const Json* JsonPath::find(const Json& root) const {
  if (!definite_ || !function_.empty()) return nullptr;
  Found found;
  follow(root, root, *steps_, found);
  return found.empty() ? nullptr : found.front();
}

bool JsonPath::is_reference() const {
  return definite_ && function_.empty();
}

bool JsonPath::write(Json& root, Json value) const {
  Json* at = &root;
  for (const auto& step : *steps_) {
    if (step.kind == PathStep::Kind::kNames) {
      if (!at->is_object()) return false;
      Json& next = (*at)[step.names.front()];
      if (next.is_null()) next = Json::object();
      at = &next;
    } else {
      const auto index = step.indexes.front();
      if (!at->is_array() || index < 0 || static_cast<std::size_t>(index) >= at->size()) {
        return false;
      }
      at = &(*at)[static_cast<std::size_t>(index)];
    }
  }
  *at = std::move(value);
  return true;
}

}  // namespace loopgate::states

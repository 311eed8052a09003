#include "aws/protocol/validate.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "aws/protocol/limits.h"
#include "base/json.h"
#include "codec/base64.h"

namespace loopgate::aws {

namespace {

// Java's length: UTF-16 units.
std::int64_t utf16_length(std::string_view text) {
  std::int64_t units = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) != 0x80) units += byte >= 0xF0 ? 2 : 1;
  }
  return units;
}

// The four digits of "\\uXXXX" that begins there; nothing when none does.
std::optional<unsigned> java_unit(std::string_view rest) {
  if (!rest.starts_with("\\u") || rest.size() < 6) return std::nullopt;
  unsigned unit = 0;
  const auto [end, error] = std::from_chars(rest.data() + 2, rest.data() + 6, unit, 16);
  if (error != std::errc() || end != rest.data() + 6) return std::nullopt;
  return unit;
}

// Java's notation in PCRE2's: a character is \x{00FF}, not \u00FF, two surrogates are one, a hyphen
// after \w in a class is none of a range, and \p{Print} is ASCII's.
std::string in_pcre_notation(std::string_view expression) {
  std::string out;
  for (std::size_t i = 0; i < expression.size(); ++i) {
    const auto rest = expression.substr(i);
    if (const auto unit = java_unit(rest)) {
      const bool leads = *unit >= 0xD800 && *unit < 0xDC00;
      const auto second = leads ? java_unit(rest.substr(6)) : std::nullopt;
      const auto point = second ? 0x10000 + ((*unit - 0xD800) << 10) + (*second - 0xDC00) : *unit;
      out += fmt::format("\\x{{{:04X}}}", point);
      i += second ? 11 : 5;
      continue;
    }
    constexpr std::string_view kPrint = "\\p{Print}";
    if (rest.starts_with(kPrint)) {
      out += "[\\x20-\\x7E]";
      i += kPrint.size() - 1;
      continue;
    }
    out += expression[i];
    if (expression[i] != '\\' || i + 1 == expression.size()) continue;
    out += expression[++i];
    const bool is_class = std::string_view("wdsWDS").contains(expression[i]);
    if (is_class && expression.substr(i + 1).starts_with('-')) {
      out += "\\-";
      ++i;
    }
  }
  return out;
}

// "[A, B]" has "A".
bool has_value(std::string_view values, std::string_view wanted) {
  values = values.substr(1, values.size() - 2);
  for (;;) {
    const auto comma = values.find(", ");
    if (values.substr(0, comma) == wanted) return true;
    if (comma == std::string_view::npos) return false;
    values.remove_prefix(comma + 2);
  }
}

std::string shown(const Document& value);

std::string shown_map(const Document& value) {
  std::string out = "{";
  for (const auto& [key, item] : value.items()) {
    if (out.size() > 1) out += ", ";
    out += key + "=" + shown(item);
    if (out.size() > kMaxShownValue) break;
  }
  return out + "}";
}

// As Java prints it.
std::string shown(const Document& value) {
  if (value.is_null()) return "null";
  if (value.is_string()) return value.get<std::string>();
  if (value.is_object()) return shown_map(value);
  if (!value.is_array()) return write_json(value);
  std::string out = "[";
  for (const auto& item : value) {
    if (out.size() > 1) out += ", ";
    out += shown(item);
    if (out.size() > kMaxShownValue) break;
  }
  return out + "]";
}

std::string clipped(std::string text) {
  if (text.size() <= kMaxShownValue) return text;
  std::size_t end = kMaxShownValue;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
  return text + "...";
}

std::string lower_first(std::string_view name) {
  std::string out(name);
  if (!out.empty() && out[0] >= 'A' && out[0] <= 'Z') out[0] = static_cast<char>(out[0] + 32);
  return out;
}

// One walk over the parameters of a call.
class Walk {
 public:
  Walk(Validator& validator, const ServiceModel& service, Protocol protocol)
      : validator_(validator), service_(service), protocol_(protocol) {}

  void structure(const Shape& shape, const Document& value, const std::string& prefix) {
    for (std::uint16_t i = 0; i < shape.member_count(); ++i) {
      const auto member = shape.member(i);
      const auto found = value.find(member.name());
      const bool is_missing = found == value.end() || found->is_null();
      if (is_missing && !member.is_required()) continue;
      const auto path = prefix.empty() ? name_of(member) : prefix + "." + name_of(member);
      if (is_missing) {
        missing(path);
      } else {
        this->value(member.shape(), *found, path);
      }
    }
  }

  Outcome<void> outcome() const {
    if (violations_.empty()) return {};
    std::string message;
    for (const auto& violation : violations_) {
      message += (message.empty() ? "" : "; ") + violation;
    }
    if (service_.wording == Wording::kDetected) {
      message = fmt::format("{} validation error{} detected: {}", violations_.size(),
                            violations_.size() == 1 ? "" : "s", message);
    } else {
      message = violations_.front();
    }
    return refuse({std::string(service_.validation_code), std::move(message), 400, {}});
  }

 private:
  bool detects() const { return service_.wording == Wording::kDetected; }

  std::string name_of(const Member& member) const {
    if (detects()) return lower_first(member.name());
    return std::string(protocol_ == Protocol::kQuery ? member.wire_name() : member.name());
  }

  void missing(const std::string& path) {
    switch (service_.wording) {
      case Wording::kDetected:
        return add(
            fmt::format("Value null at '{}' failed to satisfy constraint: Member must not "
                        "be null",
                        path));
      case Wording::kMissingParameter:
        return add(fmt::format("The request must contain the parameter {}.", path));
      case Wording::kInvalidParameter:
        return add(
            fmt::format("Invalid parameter: {} Reason: no value for required parameter", path));
    }
  }

  void value(const Shape& shape, const Document& value, const std::string& path) {
    if (detects()) constraint(shape, value, path);
    if (shape.type() == ShapeType::kStructure && value.is_object()) {
      structure(shape, value, path);
    } else if (shape.type() == ShapeType::kList && value.is_array()) {
      list(shape, value, path);
    } else if (shape.type() == ShapeType::kMap && value.is_object()) {
      map(shape, value, path);
    }
  }

  void list(const Shape& shape, const Document& value, const std::string& path) {
    const auto element = shape.element();
    if (judges_whole() && element.constraint() != nullptr) {
      return whole(shape, element, value, value, path, "Member");
    }
    for (std::size_t i = 0; i < value.size(); ++i) {
      this->value(element, value[i], item_path(path, i + 1));
    }
  }

  void map(const Shape& shape, const Document& value, const std::string& path) {
    const auto element = shape.element();
    auto keys = Document::array();
    for (const auto& [key, item] : value.items()) keys.push_back(key);
    if (judges_whole()) {
      whole(shape, shape.key(), keys, value, path, "Map keys");
      if (element.constraint() != nullptr) {
        return whole(shape, element, value, value, path, "Map value");
      }
    }
    for (const auto& [key, item] : value.items()) {
      if (detects() && !judges_whole()) constraint(shape.key(), key, path);
      this->value(element, item, detects() ? path + "." + key + ".member" : path + "." + key);
    }
  }

  // Lambda names the list or map that has a bad item, and all that its items must keep.
  bool judges_whole() const { return detects() && service_.name == "lambda"; }

  void whole(const Shape& shape, const Shape& element, const Document& items,
             const Document& shown_value, const std::string& path, std::string_view what) {
    const bool is_good = std::ranges::all_of(
        items, [&](const Document& item) { return broken(element, item).empty(); });
    if (is_good) return;
    auto demands = all_demands(element);
    demands.push_back("Member must not be null");
    failed(shape, shown_value, path,
           fmt::format("{} must satisfy constraint: [{}]", what, fmt::join(demands, ", ")));
  }

  std::string item_path(const std::string& path, std::size_t index) const {
    return detects() ? fmt::format("{}.{}.member", path, index) : fmt::format("{}.{}", path, index);
  }

  void constraint(const Shape& shape, const Document& value, const std::string& path) {
    for (const auto& demand : broken(shape, value)) failed(shape, value, path, demand);
  }

  // Those of the shape's demands that the value does not keep.
  std::vector<std::string> broken(const Shape& shape, const Document& value) const {
    std::vector<std::string> demands;
    const auto* demanded = shape.constraint();
    if (demanded == nullptr) return demands;
    if (const auto size = measure(shape, value)) {
      const bool is_over =
          (demanded->flags & table::kHasMax) != 0 && *size > static_cast<double>(demanded->max);
      const bool is_under =
          (demanded->flags & table::kHasMin) != 0 && *size < static_cast<double>(demanded->min);
      if (is_over) demands.push_back(at_most(shape));
      if (is_under) demands.push_back(at_least(shape));
    }
    if (!value.is_string()) return demands;
    const auto& text = value.get_ref<const std::string&>();
    if (const auto expression = service_.at(demanded->pattern); !expression.empty()) {
      const auto* regex = validator_.pattern(expression);
      if (regex != nullptr && !regex->matches(text).value_or(true)) {
        demands.push_back(pattern_demand(expression));
      }
    }
    if (const auto values = service_.at(demanded->values);
        !values.empty() && !has_value(values, text)) {
      demands.push_back(values_demand(values));
    }
    return demands;
  }

  std::vector<std::string> all_demands(const Shape& shape) const {
    std::vector<std::string> demands;
    const auto* demanded = shape.constraint();
    if (demanded == nullptr) return demands;
    if ((demanded->flags & table::kHasMax) != 0) demands.push_back(at_most(shape));
    if ((demanded->flags & table::kHasMin) != 0) demands.push_back(at_least(shape));
    if (const auto pattern = service_.at(demanded->pattern); !pattern.empty()) {
      demands.push_back(pattern_demand(pattern));
    }
    if (const auto values = service_.at(demanded->values); !values.empty()) {
      demands.push_back(values_demand(values));
    }
    return demands;
  }

  static std::string pattern_demand(std::string_view expression) {
    return fmt::format("Member must satisfy regular expression pattern: {}", expression);
  }
  static std::string values_demand(std::string_view values) {
    return fmt::format("Member must satisfy enum value set: {}", values);
  }
  std::string at_most(const Shape& shape) const {
    return fmt::format("Member must have {} less than or equal to {}", bounded(shape),
                       bound(shape, shape.constraint()->max));
  }
  std::string at_least(const Shape& shape) const {
    return fmt::format("Member must have {} greater than or equal to {}", bounded(shape),
                       bound(shape, shape.constraint()->min));
  }
  static bool is_real(const Shape& shape) {
    return shape.type() == ShapeType::kFloat || shape.type() == ShapeType::kDouble;
  }
  static std::string_view bounded(const Shape& shape) {
    const bool is_number =
        is_real(shape) || shape.type() == ShapeType::kInteger || shape.type() == ShapeType::kLong;
    return is_number ? "value" : "length";
  }
  std::string bound(const Shape& shape, std::int64_t value) const {
    return fmt::format("{}{}", value, judges_whole() && is_real(shape) ? ".0" : "");
  }

  // What the bounds of a shape bound: a length, a count, or the value itself.
  static std::optional<double> measure(const Shape& shape, const Document& value) {
    switch (shape.type()) {
      case ShapeType::kString:
        if (!value.is_string()) return std::nullopt;
        return static_cast<double>(utf16_length(value.get_ref<const std::string&>()));
      case ShapeType::kBlob:
        if (!value.is_string()) return std::nullopt;
        // Of a payload the bytes, else base64.
        if (const auto bytes = codec::base64_decode(value.get_ref<const std::string&>())) {
          return static_cast<double>(bytes->size());
        }
        return static_cast<double>(value.get_ref<const std::string&>().size());
      case ShapeType::kList:
      case ShapeType::kMap:
        return static_cast<double>(value.size());
      case ShapeType::kInteger:
      case ShapeType::kLong:
      case ShapeType::kFloat:
      case ShapeType::kDouble:
        if (!value.is_number()) return std::nullopt;
        return value.get<double>();
      default:
        return std::nullopt;
    }
  }

  void failed(const Shape& shape, const Document& value, const std::string& path,
              std::string_view demand) {
    const auto found =
        shape.is_sensitive() ? "Value" : fmt::format("Value '{}'", clipped(shown(value)));
    add(fmt::format("{} at '{}' failed to satisfy constraint: {}", found, path, demand));
  }

  void add(std::string violation) {
    if (violations_.size() < kMaxViolations) violations_.push_back(std::move(violation));
  }

  static constexpr std::size_t kMaxViolations = 10;

  Validator& validator_;
  const ServiceModel& service_;
  Protocol protocol_;
  std::vector<std::string> violations_;
};

}  // namespace

void fill_idempotency_tokens(const OperationModel& operation, Document& params,
                             const std::function<std::string()>& make_token) {
  const auto input = operation.input();
  for (std::uint16_t i = 0; input && i < input->member_count(); ++i) {
    const auto member = input->member(i);
    if (!member.is(table::kIdempotencyToken)) continue;
    auto& value = params[std::string(member.name())];
    if (value.is_null()) value = make_token();
  }
}

Outcome<void> Validator::check(const OperationModel& operation, Protocol protocol,
                               const Document& params) {
  const auto input = operation.input();
  if (!input) return {};
  Walk walk(*this, operation.service(), protocol);
  walk.structure(*input, params, "");
  return walk.outcome();
}

const codec::Regex* Validator::pattern(std::string_view expression) {
  const auto [found, is_new] = patterns_.try_emplace(expression);
  if (is_new) {
    auto compiled =
        codec::Regex::compile(in_pcre_notation(expression), codec::Regex::Subject::kUtf8);
    if (compiled) found->second = *std::move(compiled);
  }
  return found->second ? &*found->second : nullptr;
}

}  // namespace loopgate::aws

#include "gateway/deployment/properties.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/suggestion.h"
#include "codec/text.h"

namespace loopgate::gateway {

using nlohmann::json;

namespace {

// The scalar as the string that CloudFormation makes of it.
std::optional<std::string> scalar_text(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
  if (value.is_number()) return write_json(value);
  return std::nullopt;
}

std::optional<double> parse_double(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

std::optional<int> two_digits(std::string_view text, int below) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || text.size() > 2 || text[0] == '-' || error != std::errc() ||
      end != text.data() + text.size() || value >= below) {
    return std::nullopt;
  }
  return value;
}

}  // namespace

void ConfigNotes::fail(const std::string& pointer, std::string_view message) {
  if (error) return;
  const std::string field = field_name(pointer);
  error = ConfigError{pointer,
                      field.empty() ? std::string(message) : fmt::format("{}: {}", field, message)};
}

std::string field_name(std::string_view pointer) {
  std::string out;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);  // the slash
    const auto part = pointer.substr(0, pointer.find('/'));
    pointer.remove_prefix(part.size());
    const bool index = !part.empty() && part.size() < 9 &&
                       std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; });
    if (index) {
      out += fmt::format("[{}]", part);
    } else {
      if (!out.empty()) out += '.';
      out += part;
    }
  }
  return out;
}

bool is_unresolved(std::string_view text) {
  return text.find("${unresolved:") != text.npos;
}

std::optional<Duration> parse_role_duration(std::string_view text) {
  int days = 0;
  if (const auto dot = text.find('.'); dot != text.npos) {
    const auto parsed = two_digits(text.substr(0, dot), 100);
    if (!parsed) return std::nullopt;
    days = *parsed;
    text.remove_prefix(dot + 1);
  }
  const auto first = text.find(':');
  const auto second = first == text.npos ? first : text.find(':', first + 1);
  if (second == text.npos) return std::nullopt;
  const auto hours = two_digits(text.substr(0, first), 24);
  const auto minutes = two_digits(text.substr(first + 1, second - first - 1), 60);
  const auto seconds = two_digits(text.substr(second + 1), 60);
  if (!hours || !minutes || !seconds) return std::nullopt;
  return std::chrono::hours(24 * days + *hours) + std::chrono::minutes(*minutes) +
         std::chrono::seconds(*seconds);
}

Properties::Properties(const json* value, std::string pointer, ConfigNotes& notes)
    : value_(value), pointer_(std::move(pointer)), notes_(notes) {
  if (value_ != nullptr && value_->is_object()) return;
  const bool unresolved = value_ != nullptr && value_->is_string() &&
                          is_unresolved(value_->get_ref<const std::string&>());
  if (value_ != nullptr && !unresolved) notes_.fail(pointer_, "must be an object");
  value_ = nullptr;
}

const json* Properties::get(std::string_view name) {
  known_.emplace(name);
  if (value_ == nullptr) return nullptr;
  const auto found = value_->find(std::string(name));
  return found == value_->end() || found->is_null() ? nullptr : &*found;
}

void Properties::ignore(std::initializer_list<std::string_view> names) {
  for (const auto name : names) known_.emplace(name);
}

std::optional<std::string> Properties::text(std::string_view name) {
  const json* value = get(name);
  if (value == nullptr) return std::nullopt;
  auto text = scalar_text(*value);
  if (!text) {
    fail(name, "must be a string");
    return std::nullopt;
  }
  if (text->empty() || is_unresolved(*text)) return std::nullopt;
  return text;
}

std::optional<std::string> Properties::required(std::string_view name) {
  const json* value = get(name);
  const bool empty =
      value == nullptr || (value->is_string() && value->get_ref<const std::string&>().empty());
  if (empty && value_ != nullptr) fail(name, "is required");
  return empty ? std::nullopt : text(name);
}

std::optional<bool> Properties::boolean(std::string_view name) {
  const auto value = text(name);
  if (!value) return std::nullopt;
  const std::string word = codec::lower(*value);
  if (word == "true") return true;
  if (word == "false") return false;
  fail(name, fmt::format("must be true or false, not \"{}\"", *value));
  return std::nullopt;
}

std::optional<double> Properties::number(std::string_view name, double least, double most) {
  const auto value = text(name);
  if (!value) return std::nullopt;
  const auto parsed = parse_double(*value);
  if (parsed && *parsed >= least && *parsed <= most) return parsed;
  fail(name, fmt::format("must be a number from {} to {}, not \"{}\"", least, most, *value));
  return std::nullopt;
}

std::optional<std::int64_t> Properties::integer(std::string_view name, std::int64_t least,
                                                std::int64_t most) {
  const auto value = text(name);
  if (!value) return std::nullopt;
  const auto parsed = parse_double(*value);
  if (parsed && *parsed >= static_cast<double>(least) && *parsed <= static_cast<double>(most) &&
      *parsed == std::floor(*parsed)) {
    return static_cast<std::int64_t>(*parsed);
  }
  fail(name, fmt::format("must be a whole number from {} to {}, not \"{}\"", least, most, *value));
  return std::nullopt;
}

std::optional<codec::brex::Expression> Properties::expression(std::string_view name) {
  const auto value = text(name);
  if (!value) return std::nullopt;
  auto parsed = codec::brex::Expression::parse(*value);
  if (parsed) return std::move(*parsed);
  fail(name, parsed.error().message);
  return std::nullopt;
}

std::optional<codec::Formatter> Properties::formatter(std::string_view name, bool coap_allowed) {
  const auto value = text(name);
  if (!value) return std::nullopt;
  const auto parsed = codec::parse_formatter(*value);
  if (!parsed) {
    fail(name, fmt::format("is none of base64, hex, utf8, ascii{}: \"{}\"",
                           coap_allowed ? ", coap" : "", *value));
    return std::nullopt;
  }
  if (*parsed == codec::Formatter::kCoap && !coap_allowed) {
    fail(name,
         "coap formats a destination's packets, not an argument; use base64, hex, utf8 or ascii");
    return std::nullopt;
  }
  return parsed;
}

std::vector<std::string> Properties::texts(std::string_view name, std::size_t most) {
  const json* value = get(name);
  std::vector<std::string> out;
  if (value == nullptr) return out;
  if (value->is_string()) {
    if (!value->get_ref<const std::string&>().empty()) out.push_back(value->get<std::string>());
    return out;
  }
  if (!value->is_array() || value->size() > most) {
    fail(name, fmt::format("must be a list of at most {} strings", most));
    return out;
  }
  for (std::size_t i = 0; i < value->size(); ++i) {
    if ((*value)[i].is_string()) {
      out.push_back((*value)[i].get<std::string>());
    } else if (!(*value)[i].is_null()) {
      notes_.fail(fmt::format("{}/{}", pointer(name), i), "must be a string");
    }
  }
  return out;
}

void Properties::warn_of_unknown() {
  if (value_ == nullptr) return;
  const std::vector<std::string> known(known_.begin(), known_.end());
  for (const auto& [name, value] : value_->items()) {
    if (known_.contains(name)) continue;
    notes_.unknown.push_back(
        {pointer(name), fmt::format("{}: no such property, it is ignored{}",
                                    field_name(pointer(name)), did_you_mean(name, known))});
  }
}

}  // namespace loopgate::gateway

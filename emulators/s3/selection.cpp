#include "emulators/s3/selection.h"

#include <fmt/format.h>

#include <charconv>

#include "emulators/s3/facts.h"

namespace loopgate::s3 {

namespace {

using http::text_param;

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return out;
}

// "bytes=0-99", "bytes=100-", "bytes=-5". nullopt when it is none of these: then all is meant.
struct Range {
  std::optional<std::uint64_t> first;
  std::optional<std::uint64_t> last;
};
std::optional<Range> range_of(std::string_view text) {
  constexpr std::string_view kUnit = "bytes=";
  if (!text.starts_with(kUnit)) return std::nullopt;
  text.remove_prefix(kUnit.size());
  const auto dash = text.find('-');
  if (dash == std::string_view::npos || text.find(',') != std::string_view::npos)
    return std::nullopt;
  const Range out{number_of(text.substr(0, dash)), number_of(text.substr(dash + 1))};
  const bool is_whole = (out.first || dash == 0) && (out.last || dash + 1 == text.size());
  if (!is_whole || (!out.first && !out.last)) return std::nullopt;
  if (out.first && out.last && *out.last < *out.first) return std::nullopt;
  return out;
}

Outcome<Selection> select_part(std::int64_t number, const Object& object) {
  const auto& parts = member(object.facts, "Parts");
  const auto count = parts.is_array() ? static_cast<std::int64_t>(parts.size()) : 1;
  if (number < 1 || number > count) {
    return aws::refuse(
        {"InvalidPartNumber", "The requested partnumber is not satisfiable", 416, {}});
  }
  Selection out{.count = object.size, .is_part = true};
  if (!parts.is_array()) return out;
  for (std::int64_t i = 0; i + 1 < number; ++i)
    out.from += parts[i].value("Size", std::uint64_t{0});
  out.count = parts[number - 1].value("Size", std::uint64_t{0});
  out.parts = count;
  return out;
}

bool matches(const std::string& wanted, const std::string& etag) {
  std::string_view left = wanted;
  while (!left.empty()) {
    auto one = left.substr(0, left.find(','));
    left.remove_prefix(std::min(left.size(), one.size() + 1));
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    if (one == "*" || one == etag || '"' + std::string(one) + '"' == etag) return true;
  }
  return false;
}

std::optional<double> date_param(const json& params, const std::string& name) {
  const auto found = params.find(name);
  if (found == params.end() || !found->is_number()) return std::nullopt;
  return found->get<double>();
}

}  // namespace

Outcome<Selection> select(const json& params, const Object& object) {
  if (params.contains("PartNumber"))
    return select_part(number_param(params, "PartNumber", 1), object);
  Selection out{.count = object.size};
  const auto text = text_param(params, "Range");
  const auto range = range_of(text);
  if (!range) return out;
  out.is_part = true;
  if (!range->first) {
    out.count = std::min(*range->last, object.size);
    out.from = object.size - out.count;
  } else {
    out.from = *range->first;
    if (out.from < object.size) {
      out.count = std::min(range->last.value_or(object.size - 1), object.size - 1) - out.from + 1;
    }
  }
  if (out.from >= object.size || out.count == 0)
    return aws::refuse(invalid_range(text, object.size));
  return out;
}

std::string content_range(const Selection& selection, std::uint64_t size) {
  return fmt::format("bytes {}-{}/{}", selection.from,
                     selection.from + std::max<std::uint64_t>(selection.count, 1) - 1, size);
}

// RFC 9110 §13.2.2: tags go before dates.
Outcome<void> check_conditions(const json& params, const Object& object,
                               const std::string& prefix) {
  const bool is_copy = !prefix.empty();
  const auto failed = [&](const char* name) { return aws::refuse(precondition_failed(name)); };
  const auto modified = seconds_of(object.modified);
  if (const auto wanted = text_param(params, prefix + "IfMatch"); !wanted.empty()) {
    if (!matches(wanted, object.etag))
      return failed(is_copy ? "x-amz-copy-source-If-Match" : "If-Match");
  } else if (const auto date = date_param(params, prefix + "IfUnmodifiedSince");
             date && modified > *date) {
    return failed(is_copy ? "x-amz-copy-source-If-Unmodified-Since" : "If-Unmodified-Since");
  }
  if (const auto unwanted = text_param(params, prefix + "IfNoneMatch"); !unwanted.empty()) {
    if (!matches(unwanted, object.etag)) return {};
    if (is_copy) return failed("x-amz-copy-source-If-None-Match");
    return aws::refuse(not_modified());
  }
  if (const auto date = date_param(params, prefix + "IfModifiedSince"); date && modified <= *date) {
    if (is_copy) return failed("x-amz-copy-source-If-Modified-Since");
    return aws::refuse(not_modified());
  }
  return {};
}

Outcome<void> check_write_conditions(const json& params, const std::optional<Object>& current) {
  const bool is_there = current && !current->is_marker;
  if (const auto wanted = text_param(params, "IfMatch"); !wanted.empty()) {
    if (!is_there) return aws::refuse(no_such_key(text_param(params, "Key")));
    if (!matches(wanted, current->etag)) return aws::refuse(precondition_failed("If-Match"));
  }
  const auto unwanted = text_param(params, "IfNoneMatch");
  if (unwanted.empty()) return {};
  if (unwanted != "*") return aws::refuse(not_implemented("If-None-Match"));
  if (is_there) return aws::refuse(precondition_failed("If-None-Match"));
  return {};
}

}  // namespace loopgate::s3

// Scalars as text: in forms, paths, queries, headers and XML.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "aws/error.h"
#include "aws/shapes/shape.h"

namespace loopgate::aws {

// What cannot be read: "Must be an integer."
using Reason = std::string_view;

std::expected<nlohmann::json, Reason> scalar_from_text(const Shape& shape, TimestampFormat format,
                                                       std::string_view text);
// `value` of any type: what does not fit is written as JSON.
std::string scalar_to_text(const Shape& shape, TimestampFormat format, const nlohmann::json& value);

// Seconds since 1970; nullopt when the text is no date of that form.
std::optional<double> parse_timestamp(std::string_view text, TimestampFormat format);
// A number becomes a date of that form, in UTC; text stays as it is.
std::string format_timestamp(const nlohmann::json& value, TimestampFormat format);

}  // namespace loopgate::aws

#include "emulators/sqs/attributes.h"

#include <fmt/format.h>

#include <algorithm>

#include "aws/attribute_number.h"
#include "codec/text.h"
#include "emulators/sqs/errors.h"
#include "emulators/sqs/limits.h"
#include "emulators/sqs/message.h"

namespace loopgate::sqs {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Letters of any script; the first 128 characters as they are named in the error.
bool is_name_char(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' ||
         c == '.' || static_cast<unsigned char>(c) >= 0x80;
}

aws::Outcome<void> check_name(const std::string& name) {
  const auto refuse = [&](std::string_view sentence) {
    return aws::refuse(invalid_parameter(sentence));
  };
  if (name.empty() || name.size() > kMaxAttributeNameChars) {
    return refuse("Message (user) attribute names must be shorter than 256 Bytes");
  }
  if (!std::ranges::all_of(name, is_name_char) || !is_message_text(name)) {
    return refuse(
        "Message (user) attributes name can only contain upper and lower score characters, digits, "
        "periods, hyphens and underscores. ");
  }
  const auto lower = codec::lower(name);
  if (lower.starts_with("aws.") || lower.starts_with("amazon.")) {
    return refuse(
        "You can't use message attribute names beginning with 'AWS.' or 'Amazon.'. These strings "
        "are reserved for internal use.");
  }
  if (name.front() == '.' || name.back() == '.' || name.contains("..")) {
    return refuse(fmt::format(
        "Message (user) attribute name {} is invalid: it can neither begin nor end with a period "
        "nor have two in succession.",
        name));
  }
  return {};
}

}  // namespace

aws::Outcome<void> check_attribute(const aws::MessageAttribute& attribute) {
  const auto& [name, type, value] = attribute;
  if (auto named = check_name(name); !named) return named;
  if (type.empty()) {
    return aws::refuse(invalid_parameter(fmt::format(
        "Message (user) attribute '{}' must contain a non-empty attribute type.", name)));
  }
  const auto kind = type.substr(0, type.find('.'));
  if (kind != "String" && kind != "Number" && kind != "Binary") {
    return aws::refuse(invalid_parameter(
        fmt::format("The type of message (user) attribute '{}' is invalid. You must use only the "
                    "following supported type prefixes: Binary, Number, String.",
                    name)));
  }
  if (value.empty()) {
    return aws::refuse(invalid_parameter(
        fmt::format("Message (user) attribute '{}' must contain a non-empty value of type '{}'.",
                    name, kind == "Binary" ? "Binary" : "String")));
  }
  if (kind == "Number" && aws::fault_of_number(value) != aws::NumberFault::kNone) {
    return aws::refuse(invalid_parameter(
        fmt::format("Can't cast the value of message (user) attribute '{}' to a number.", name)));
  }
  if (kind != "Binary" && !is_message_text(value)) {
    return aws::refuse(invalid_parameter(
        fmt::format("Message (user) attribute '{}' has a value with invalid characters. Valid "
                    "unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | "
                    "#x10000 to #x10FFFF",
                    name)));
  }
  return {};
}

}  // namespace loopgate::sqs

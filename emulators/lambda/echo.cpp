#include "emulators/lambda/echo.h"

#include <fmt/format.h>

#include <cstring>
#include <nlohmann/json.hpp>

#include "base/json.h"

namespace loopgate::lambda {

namespace {

// Reads forward through JSON that is known to be valid; false means "not the form that I know".
class Scanner {
 public:
  explicit Scanner(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  bool take(char expected) {
    skip_space();
    if (at_ == end_ || *at_ != expected) return false;
    ++at_;
    return true;
  }
  bool at(char expected) {
    skip_space();
    return at_ != end_ && *at_ == expected;
  }
  bool at_end() {
    skip_space();
    return at_ == end_;
  }

  // A string with its quotes, escapes kept.
  bool take_string(std::string_view& raw) {
    skip_space();
    if (at_ == end_ || *at_ != '"') return false;
    const char* begin = at_;
    const char* from = at_ + 1;
    while (true) {
      const auto left = static_cast<std::size_t>(end_ - from);
      const auto* quote = static_cast<const char*>(std::memchr(from, '"', left));
      if (quote == nullptr) return false;
      const char* slash = quote;
      while (slash > from && slash[-1] == '\\') --slash;
      at_ = quote + 1;
      if ((quote - slash) % 2 == 0) break;
      from = quote + 1;
    }
    raw = {begin, static_cast<std::size_t>(at_ - begin)};
    return true;
  }

  bool skip_value() {
    std::string_view ignored;
    if (at('"')) return take_string(ignored);
    if (!at('{') && !at('[')) return skip_literal();
    std::size_t depth = 0;
    while (at_ != end_) {
      const char c = *at_;
      if (c == '"') {
        if (!take_string(ignored)) return false;
        continue;
      }
      ++at_;
      if (c == '{' || c == '[') ++depth;
      if ((c == '}' || c == ']') && --depth == 0) return true;
    }
    return false;
  }

 private:
  void skip_space() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }
  bool skip_literal() {
    const char* begin = at_;
    while (at_ != end_ && std::strchr(",]} \n\r\t", *at_) == nullptr) ++at_;
    return at_ != begin;
  }

  const char* at_;
  const char* end_;
};

// One message: {"Tag":…,"Data":…} of strings, other members ignored. A name with an escape might be
// ours in disguise: then we do not know the form.
bool scan_message(Scanner& scanner, std::string& replies, bool& first) {
  if (!scanner.take('{')) return false;
  std::string_view tag;
  std::string_view data;
  bool more = !scanner.take('}');
  while (more) {
    std::string_view name;
    if (!scanner.take_string(name) || name.contains('\\') || !scanner.take(':')) return false;
    if (name == "\"Tag\"") {
      if (!scanner.take_string(tag)) return false;
    } else if (name == "\"Data\"") {
      if (!scanner.take_string(data)) return false;
    } else if (!scanner.skip_value()) {
      return false;
    }
    more = scanner.take(',');
    if (!more && !scanner.take('}')) return false;
  }
  if (tag.empty() || data.empty()) return false;
  replies.append(first ? "{\"Tag\":" : ",{\"Tag\":").append(tag);
  replies.append(",\"Data\":").append(data).push_back('}');
  first = false;
  return true;
}

bool scan_messages(Scanner& scanner, std::string& replies) {
  if (!scanner.take('[')) return false;
  bool first = true;
  bool more = !scanner.take(']');
  while (more) {
    if (!scan_message(scanner, replies, first)) return false;
    more = scanner.take(',');
    if (!more && !scanner.take(']')) return false;
  }
  return true;
}

}  // namespace

Result<BuiltIn> parse_built_in(std::string_view handler) {
  if (handler.empty() || handler == "echo") return BuiltIn::kEcho;
  if (handler == "sink") return BuiltIn::kSink;
  if (handler == "fail") return BuiltIn::kFail;
  return fail(
      fmt::format("Handler {} of Runtime loopgate.echo: echo, sink and fail are there", handler));
}

bool echo_by_scan(std::string_view event, std::string& replies) {
  replies.clear();
  replies.reserve(event.size());
  replies.append("{\"Replies\":[");
  Scanner scanner(event);
  std::string_view name;
  if (!scanner.take('{') || !scanner.take_string(name) || name != "\"Messages\"" ||
      !scanner.take(':') || !scan_messages(scanner, replies) || !scanner.take('}') ||
      !scanner.at_end()) {
    return false;
  }
  replies.append("]}");
  return true;
}

std::string echo_by_parser(std::string_view event) {
  const auto json = read_json(event).value_or(nullptr);
  if (!json.is_object() || !json.contains("Messages") || !json["Messages"].is_array()) {
    return std::string(event);
  }
  auto replies = nlohmann::ordered_json::array();
  for (const auto& message : json["Messages"]) {
    if (!message.is_object() || !message.contains("Tag") || !message.contains("Data")) continue;
    if (!message["Tag"].is_string() || !message["Data"].is_string()) continue;
    replies.push_back(
        {{"Tag", message["Tag"].get<std::string>()}, {"Data", message["Data"].get<std::string>()}});
  }
  return write_json(nlohmann::ordered_json{{"Replies", std::move(replies)}});
}

std::string echo(std::string_view event) {
  std::string replies;
  if (echo_by_scan(event, replies)) return replies;
  return echo_by_parser(event);
}

}  // namespace loopgate::lambda

#include "emulators/http/response_head.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "codec/text.h"

namespace loopgate::http {

namespace {

constexpr std::array<std::pair<int, std::string_view>, 33> kReasons{{
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
    {507, "Insufficient Storage"},
}};

// Without what could end a header early.
void append_clean(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c != '\r' && c != '\n' && c != '\0') out += c;
  }
}

bool is_framing(std::string_view name) {
  return codec::equal_ignoring_case(name, "content-length") ||
         codec::equal_ignoring_case(name, "transfer-encoding") ||
         codec::equal_ignoring_case(name, "connection");
}

bool is_request_id(std::string_view name) {
  return codec::equal_ignoring_case(name, "x-amzn-requestid") ||
         codec::equal_ignoring_case(name, "x-amz-request-id");
}

}  // namespace

std::string_view reason_phrase(int status) {
  const auto found = std::ranges::find(kReasons, status, &std::pair<int, std::string_view>::first);
  return found != kReasons.end() ? found->second : "Unknown";
}

bool may_have_body(int status) {
  return status >= 200 && status != 204 && status != 304;
}

std::string http_date(WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  return fmt::format(
      "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays.at(std::chrono::weekday(day).c_encoding()),
      static_cast<unsigned>(date.day()), kMonths.at(static_cast<unsigned>(date.month()) - 1),
      static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
      clock.seconds().count());
}

std::optional<std::uint64_t> announced_length(const Response& response) {
  const auto text = aws::header_value(response.headers, "Content-Length");
  std::uint64_t length = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return length;
}

std::string response_head(const Response& response, const Framing& framing, const Stamp& stamp) {
  std::string head =
      fmt::format("HTTP/1.1 {} {}\r\n", response.status, reason_phrase(response.status));
  bool is_dated = false;
  bool has_id = false;
  for (const auto& header : response.headers) {
    if (is_framing(header.name)) continue;
    is_dated = is_dated || codec::equal_ignoring_case(header.name, "date");
    has_id = has_id || is_request_id(header.name);
    append_clean(head, header.name);
    head += ": ";
    append_clean(head, header.value);
    head += "\r\n";
  }
  if (!is_dated) head.append("Date: ").append(stamp.date).append("\r\n");
  if (!has_id) head.append("x-amzn-RequestId: ").append(stamp.request_id).append("\r\n");
  if (framing.body == Framing::Body::kChunked) {
    head += "Transfer-Encoding: chunked\r\n";
  } else if (framing.body == Framing::Body::kLength && may_have_body(response.status)) {
    head += fmt::format("Content-Length: {}\r\n", framing.length.value_or(response.body.size()));
  }
  if (!framing.keep_alive) {
    head += "Connection: close\r\n";
  } else if (framing.http_1_0) {
    head += "Connection: keep-alive\r\n";
  }
  head += "\r\n";
  return head;
}

}  // namespace loopgate::http

// Functions of dates and times: milliseconds since 1970, and their text.
#include <array>

#include "codec/jsonata/date_picture.h"
#include "codec/jsonata/evaluator.h"

namespace loopgate::codec::jsonata {

namespace {

constexpr std::string_view kIsoPicture = "[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001][Z01:01t]";

Value format_millis(const Call& call, double millis, const Value& picture, const Value& zone) {
  static const DatePicture iso = *DatePicture::parse(kIsoPicture);
  const auto zone_text = zone.is_string() ? zone.as_string() : std::string_view();
  std::expected<std::string, Fault> text;
  if (picture.is_string()) {
    const auto parsed = DatePicture::parse(picture.as_string());
    if (!parsed) return call.evaluator.fail(parsed.error());
    text = parsed->format(millis, zone_text);
  } else {
    text = iso.format(millis, zone_text);
  }
  return text ? call.evaluator.text(*text) : call.evaluator.fail(std::move(text.error()));
}

Value from_millis(const Call& call) {
  if (call[0].undefined()) return {};
  return format_millis(call, call[0].as_number(), call[1], call[2]);
}

Value to_millis(const Call& call) {
  if (call[0].undefined()) return {};
  const auto text = call[0].as_string();
  if (!call[1].is_string()) {
    const auto millis = parse_iso_date(text);
    return millis ? Value::number(*millis) : call.evaluator.fail("D3110", call[0]);
  }
  const auto picture = DatePicture::parse(call[1].as_string());
  if (!picture) return call.evaluator.fail(picture.error());
  const auto millis = picture->parse_text(text, call.evaluator.setting().now_millis);
  if (!millis) return call.evaluator.fail(millis.error());
  return *millis ? Value::number(**millis) : Value();
}

Value now(const Call& call) {
  return format_millis(call, call.evaluator.setting().now_millis, call[0], call[1]);
}

Value millis(const Call& call) {
  return Value::number(call.evaluator.setting().now_millis);
}

constexpr auto kRows = std::to_array<BuiltinRow>({
    {"fromMillis", "<n-s?s?:s>", 3, from_millis},
    {"toMillis", "<s-s?:n>", 2, to_millis},
    {"now", "<s?s?:s>", 2, now},
    {"millis", "<:n>", 0, millis},
});

}  // namespace

std::span<const BuiltinRow> date_builtins() {
  return kRows;
}

}  // namespace loopgate::codec::jsonata

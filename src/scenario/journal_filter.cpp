#include "scenario/journal_filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/json.h"
#include "scenario/stage.h"
#include "template/suggestion.h"

namespace loopgate::scenario {

namespace {

// As Journal::to_json writes them, without those that differ from run to run by nature (seq, at).
constexpr std::array<std::string_view, 14> kFields = {
    "tag",  "batch", "listener", "destination", "region", "subject", "remote",
    "size", "count", "took_ms",  "head",        "text",   "remedy",  "assumed"};

std::vector<std::string> all_reasons() {
  std::vector<std::string> out;
  for (int i = 0; i < kReasonCount; ++i) out.emplace_back(describe(static_cast<Reason>(i)).code);
  return out;
}

std::vector<std::string> all_kinds() {
  std::vector<std::string> out;
  for (int i = 0; i <= static_cast<int>(EventKind::kWarning); ++i) {
    out.emplace_back(name(static_cast<EventKind>(i)));
  }
  return out;
}

bool is_part_enough(std::string_view field) {
  return field == "text" || field == "remedy";
}

bool equals(const nlohmann::ordered_json& expected, const nlohmann::json& got, bool part_enough) {
  if (part_enough && expected.is_string() && got.is_string()) {
    return got.get_ref<const std::string&>().find(expected.get_ref<const std::string&>()) !=
           std::string::npos;
  }
  return got == nlohmann::json(expected);
}

}  // namespace

JournalFilter JournalFilter::parse(Fields& fields) {
  JournalFilter out;
  if (const std::string kind = fields.text("event"); !kind.empty()) {
    out.kind_ = parse_event_kind(kind);
    if (!out.kind_) {
      fields.refuse(fmt::format("no event is called '{}'{}; there are {}", kind,
                                cfn::did_you_mean(kind, all_kinds()), fmt::join(all_kinds(), ", ")),
                    fields.find("event")->place());
    }
  }
  if (const std::string reason = fields.text("reason"); !reason.empty()) {
    out.reason_ = parse_reason(reason);
    if (!out.reason_) {
      fields.refuse(fmt::format("no reason is called '{}'{}", reason,
                                cfn::did_you_mean(reason, all_reasons())),
                    fields.find("reason")->place());
    }
  }
  for (const std::string_view field : kFields) {
    if (const Node* value = fields.find(field); value != nullptr) {
      out.fields_[std::string(field)] = cfn::to_json(*value);
    }
  }
  if (!out.kind_ && !out.reason_ && out.fields_.empty()) {
    fields.refuse(fields.what() + " names no field of an event");
  }
  return out;
}

JournalFilter JournalFilter::resolved(const Stage& stage) const {
  JournalFilter out = *this;
  if (out.fields_.contains("listener") && out.fields_["listener"].is_string()) {
    out.fields_["listener"] = stage.listener_name(out.fields_["listener"].get<std::string>());
  }
  if (out.fields_.contains("remote") && out.fields_["remote"].is_string()) {
    const auto client = stage.client(out.fields_["remote"].get<std::string>());
    if (client) out.fields_["remote"] = client->to_string();
  }
  return out;
}

bool JournalFilter::matches(const Journal& journal, const Event& event) const {
  if (kind_ && event.kind != *kind_) return false;
  if (reason_ && event.reason != *reason_) return false;
  if (fields_.empty()) return true;
  const auto document = read_json(journal.to_json(event)).value_or(nullptr);
  return std::ranges::all_of(fields_.items(), [&](const auto& field) {
    const auto got = document.find(field.key());
    return got != document.end() && equals(field.value(), *got, is_part_enough(field.key()));
  });
}

std::string JournalFilter::describe() const {
  std::vector<std::string> parts;
  if (kind_) parts.push_back(fmt::format("event: {}", name(*kind_)));
  if (reason_) parts.push_back(fmt::format("reason: {}", loopgate::describe(*reason_).code));
  for (const auto& [field, value] : fields_.items()) {
    parts.push_back(fmt::format("{}: {}", field,
                                value.is_string() ? value.get<std::string>() : write_json(value)));
  }
  return fmt::format("{{{}}}", fmt::join(parts, ", "));
}

std::size_t count_matches(const Journal& journal, const JournalFilter& filter,
                          std::uint64_t after) {
  const auto events = journal.read(after, Journal::kDefaultCapacity);
  return static_cast<std::size_t>(std::ranges::count_if(
      events, [&](const Event& event) { return filter.matches(journal, event); }));
}

}  // namespace loopgate::scenario

#include "tests/suite/states/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <regex>

#include "base/json.h"

namespace suite {

namespace {

using loopgate::write_json;

// What answers of a newer date have besides.
const std::set<std::string> kNewer = {
    "encryptionConfiguration", "redriveCount", "redriveStatus",
    "redriveStatusReason",     "RedriveCount", "RedriveStatus",
    "RedriveStatusReason",     "itemCount",    "failuresNotRedrivable",
    "pendingRedrive"};

std::string shortened(const Json& json) {
  auto text = write_json(json);
  if (text.size() > 300) text = text.substr(0, 300) + "…";
  return text;
}

}  // namespace

Json parse_or(const std::string& text, Json otherwise) {
  auto json = loopgate::read_ordered_json(text);
  return json ? std::move(*json) : std::move(otherwise);
}

std::string Comparison::differ_text(const std::string& expected, const Json& actual,
                                    const std::string& path) {
  if (masks_.contains(expected)) return {};
  const auto wrong = [&] {
    return fmt::format("{}: expected {}, got {}", path, shortened(expected), shortened(actual));
  };
  if (!actual.is_string()) return wrong();
  const auto& text = actual.get_ref<const std::string&>();
  if (text == expected || names_.match(expected, text)) return {};
  // Where a function's code lies.
  if (expected.find("/var/task/") != std::string::npos) {
    static const std::regex folder("File \"[^\"]*/");
    const auto there = std::regex_replace(text, folder, "File \"/var/task/");
    if (there == expected) return {};
  }
  if (path.find("SdkHttpMetadata") != std::string::npos &&
      path.find("Content-Length") != std::string::npos) {
    return {};
  }
  // Names that stand for a whole value.
  if (expected.starts_with("activity_arn_") && text.find(":activity:") != std::string::npos)
    return {};
  if (expected.starts_with("<<") && expected.ends_with('>')) return {};
  if (expected.find(":log-group:") != std::string::npos &&
      text.find(":log-group:") != std::string::npos) {
    return {};
  }
  // JSON texts by value.
  const Json absent = "\x01";
  const Json a = parse_or(expected, absent), b = parse_or(text, absent);
  if (a == absent || b == absent || a.is_string()) return wrong();
  return differ(a, b, path);
}

std::string Comparison::differ(const Json& expected, const Json& actual, const std::string& path) {
  if (expected.is_string()) {
    return differ_text(expected.get_ref<const std::string&>(), actual, path);
  }
  if (expected.is_structured() && actual.is_string()) {
    const Json parsed = parse_or(actual.get<std::string>(), Json());
    if (parsed.is_structured()) return differ(expected, parsed, path);
  }
  if (expected.is_number() && actual.is_number()) {
    // Real time is in the one, none in the other.
    const bool billed = path.ends_with(".billedDurationInMilliseconds");
    if (billed && actual.get<std::int64_t>() % 100 == 0) return {};
    if (expected.get<double>() == actual.get<double>()) return {};
  } else if (expected.is_array() && actual.is_array()) {
    if (expected.size() == actual.size()) {
      for (std::size_t i = 0; i < expected.size(); ++i) {
        auto wrong = differ(expected[i], actual[i], fmt::format("{}[{}]", path, i));
        if (!wrong.empty()) return wrong;
      }
      return {};
    }
  } else if (expected.is_object() && actual.is_object()) {
    // The names of members may be placeholders as well.
    for (const auto& member : expected.items()) {
      const auto name = names_.fill(member.key());
      if (!actual.contains(name)) return fmt::format("{}: without {}", path, name);
      auto wrong = differ(member.value(), actual[name], path + "." + name);
      if (!wrong.empty()) return wrong;
    }
    for (const auto& member : actual.items()) {
      const bool known = std::ranges::any_of(expected.items(), [&](const auto& other) {
        return names_.fill(other.key()) == member.key();
      });
      if (!known && !kNewer.contains(member.key())) {
        return fmt::format("{}: unexpected {} = {}", path, member.key(), shortened(member.value()));
      }
    }
    return {};
  } else if (expected == actual) {
    return {};
  }
  return fmt::format("{}: expected {}, got {}", path, shortened(expected), shortened(actual));
}

namespace {

// In the form of the recordings.
Json simple(const Json& event) {
  Json out = {{"id", event["id"]}, {"prev", event["previousEventId"]}, {"type", event["type"]}};
  for (const auto& member : event.items()) {
    if (!member.key().ends_with("EventDetails")) continue;
    out["key"] = member.key();
    out["details"] = member.value();
  }
  return out;
}

std::string list_of(const Json& events) {
  std::string out;
  for (const auto& event : events) {
    out += fmt::format(" {}<{} {}", write_json(event["id"]), write_json(event["prev"]),
                       event["type"].get<std::string>());
  }
  return out;
}

}  // namespace

std::string Comparison::differ_history(const Json& expected, const Json& got, bool sorted,
                                       bool exact, bool old_map_exit) {
  Json actual = Json::array();
  for (const auto& event : got) actual.push_back(simple(event));
  if (sorted) {
    // The recorder dropped these, and sorted what is inside a Parallel.
    Json kept = Json::array();
    for (const auto& event : actual) {
      if (event["type"] != "ParallelStateSucceeded" && event["type"] != "ParallelStateFailed") {
        kept.push_back(event);
      }
    }
    actual = std::move(kept);
    if (actual.size() > expected.size() && expected.size() > 2) {
      Json outer = Json::array();
      std::size_t inner = actual.size() - expected.size();
      for (const auto& event : actual) {
        const bool nested_exit = inner > 0 && event["type"] == "ParallelStateExited";
        if (nested_exit) {
          --inner;
        } else {
          outer.push_back(event);
        }
      }
      actual = std::move(outer);
    }
  }
  if (expected.size() != actual.size()) {
    return fmt::format("history: {} events, got {}:{}", expected.size(), actual.size(),
                       list_of(actual));
  }
  std::vector<bool> used(actual.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const Json& wanted = expected[i];
    const bool inside = sorted && !wanted["id"].is_number();
    std::string wrong = "no such event";
    for (std::size_t j = 0; j < actual.size(); ++j) {
      if (used[j] || ((exact && !inside) && j != i)) continue;
      const Json& found = actual[j];
      if (found["type"] != wanted["type"]) {
        wrong = fmt::format("got {}", found["type"].get<std::string>());
        continue;
      }
      const bool links =
          exact && !inside && !sorted && !(old_map_exit && wanted["type"] == "MapStateExited");
      if (links && (found["id"] != wanted["id"] || found["prev"] != wanted["prev"])) {
        wrong = fmt::format("got {}<{}", write_json(found["id"]), write_json(found["prev"]));
        continue;
      }
      const Json none = Json::object();
      Names before = names_;
      wrong = differ(wanted.contains("details") ? wanted["details"] : none,
                     found.contains("details") ? found["details"] : none, "details");
      if (wrong.empty()) {
        used[j] = true;
        break;
      }
      names_ = before;
    }
    if (!wrong.empty()) {
      return fmt::format("history event {}<{} {}: {}; all:{}", write_json(wanted["id"]),
                         write_json(wanted["prev"]), wanted["type"].get<std::string>(), wrong,
                         list_of(actual));
    }
  }
  return {};
}

}  // namespace suite

#include "cli/scenario_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
#include "cli/markup.h"

namespace loopgate::cli {

namespace {

using std::chrono::milliseconds;

std::int64_t millis(Duration duration) {
  return std::chrono::round<milliseconds>(duration).count();
}

double seconds(Duration duration) {
  return static_cast<double>(millis(duration)) / 1000;
}

std::string_view status_of(const scenario::Report& report) {
  if (!report.skipped.empty()) return "skipped";
  return report.passed ? "passed" : "failed";
}

const std::string& title_of(const ScenarioResult& result) {
  return result.report.name.empty() ? result.file : result.report.name;
}

std::size_t count_of(const std::vector<ScenarioResult>& results, std::string_view status) {
  return static_cast<std::size_t>(std::ranges::count_if(
      results, [&](const ScenarioResult& each) { return status_of(each.report) == status; }));
}

std::string indented(std::string_view text, std::string_view by) {
  std::string out(by);
  for (const char c : text) {
    out += c;
    if (c == '\n') out += by;
  }
  return out;
}

}  // namespace

nlohmann::ordered_json describe(const ScenarioResult& result) {
  const auto& report = result.report;
  nlohmann::ordered_json out = {{"file", result.file},
                                {"name", report.name},
                                {"status", status_of(report)},
                                {"seed", report.seed},
                                {"simulated_ms", millis(report.simulated)},
                                {"took_ms", millis(result.took)}};
  if (!report.skipped.empty()) {
    out["reason"] = report.skipped;
  } else if (!report.passed) {
    out["failure"] = {{"file", report.where.file},   {"line", report.where.line},
                      {"step", report.step},         {"message", report.message},
                      {"expected", report.expected}, {"got", report.got},
                      {"text", report.text}};
  }
  return out;
}

ScenarioResult read_result(const nlohmann::json& described) {
  ScenarioResult out;
  out.file = described.value("file", "");
  out.took = milliseconds(described.value("took_ms", std::int64_t{0}));
  auto& report = out.report;
  report.name = described.value("name", "");
  report.passed = described.value("status", "") == "passed";
  report.skipped = described.value("reason", "");
  report.seed = described.value("seed", std::uint64_t{0});
  report.simulated = milliseconds(described.value("simulated_ms", std::int64_t{0}));
  report.journal = described.value("journal", "");
  const auto failure = described.value("failure", nlohmann::json::object());
  report.where = {failure.value("file", ""), failure.value("line", 0)};
  report.step = failure.value("step", "");
  report.message = failure.value("message", "");
  report.expected = failure.value("expected", "");
  report.got = failure.value("got", "");
  report.text = failure.value("text", "");
  return out;
}

std::string as_junit(const std::vector<ScenarioResult>& results) {
  Duration took{};
  for (const auto& each : results) took += each.took;
  const auto sums = fmt::format(
      "tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" time=\"{:.3f}\"", results.size(),
      count_of(results, "failed"), count_of(results, "skipped"), seconds(took));
  auto out = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {0}>\n"
      "<testsuite name=\"scenarios\" {0}>\n",
      sums);
  for (const auto& each : results) {
    out +=
        fmt::format("<testcase classname=\"{0}\" name=\"{1}\" file=\"{0}\" time=\"{2:.3f}\"",
                    escaped_markup(each.file), escaped_markup(title_of(each)), seconds(each.took));
    const auto& report = each.report;
    if (!report.skipped.empty()) {
      out += fmt::format("><skipped message=\"{}\"/></testcase>\n", escaped_markup(report.skipped));
    } else if (!report.passed) {
      out += fmt::format("><failure type=\"{}\" message=\"{}\">{}</failure></testcase>\n",
                         escaped_markup(report.step), escaped_markup(report.message),
                         escaped_markup(report.text));
    } else {
      out += "/>\n";
    }
  }
  return out + "</testsuite>\n</testsuites>\n";
}

std::string tap_header(std::size_t count) {
  return fmt::format("TAP version 14\n1..{}\n", count);
}

std::string tap_lines(std::size_t number, const ScenarioResult& result) {
  const auto& report = result.report;
  // A description ends where a directive begins.
  std::string title;
  for (const char c : title_of(result)) title += c == '#' ? "\\#" : std::string(1, c);
  auto out =
      fmt::format("{}ok {} - {}", status_of(report) == "failed" ? "not " : "", number, title);
  if (!report.skipped.empty()) out += " # SKIP " + report.skipped;
  out += "\n";
  if (status_of(report) != "failed") return out;
  return out + fmt::format("  ---\n  message: {}\n  text: |\n{}\n  ...\n",
                           write_json(nlohmann::json(report.message)),
                           indented(report.text, "    "));
}

std::string scenario_page(const std::vector<ScenarioResult>& results) {
  auto out = page_head("Loopgate: scenarios");
  out += fmt::format("<h1>{} passed, {} failed, {} skipped</h1>\n", count_of(results, "passed"),
                     count_of(results, "failed"), count_of(results, "skipped"));
  for (const std::string_view status : {"failed", "skipped", "passed"}) {
    for (const auto& each : results) {
      const auto& report = each.report;
      if (status_of(report) != status) continue;
      const bool is_wrong = status == "failed";
      out += fmt::format("<details{}><summary>{} {}: {}</summary>",
                         is_wrong ? " class=\"wrong\" open" : "", status, escaped_markup(each.file),
                         escaped_markup(report.name));
      out += fmt::format("<p>Seed {}, {} simulated, {} ms.</p>", report.seed,
                         to_string(report.simulated), millis(each.took));
      const auto& text = is_wrong ? report.text : report.skipped;
      if (!text.empty()) out += "<pre>" + escaped_markup(text) + "</pre>";
      out += "</details>\n";
    }
  }
  return out + "</body></html>\n";
}

}  // namespace loopgate::cli

#include "cli/run_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/version.h"
#include "cli/markup.h"

namespace loopgate::cli {

namespace {

constexpr std::size_t kMaxStories = 1000;     // packets on a page; those that went wrong go first
constexpr std::size_t kMaxOtherEvents = 500;  // that belong to no packet

struct Story {
  std::vector<const Event*> events;
  bool went_wrong = false;
};

struct Summed {
  std::vector<Story> stories;        // in the order of their packets
  std::vector<const Event*> others;  // of no packet
  std::size_t stories_left_out = 0;
  std::size_t others_left_out = 0;
};

// A packet's story: what has its tag, and the calls of the batches that it joined.
class Stories {
 public:
  void add(const Event& event) {
    if (event.tag != 0) {
      auto& story = of_tag(event.tag);
      if (event.batch != 0) batches_[event.batch].insert(event.tag);
      tell(story, event);
    } else if (const auto batch = batches_.find(event.batch);
               event.batch != 0 && batch != batches_.end()) {
      for (const auto tag : batch->second) tell(of_tag(tag), event);
    } else {
      others_.push_back(&event);
    }
  }

  Summed told() && {
    Summed out;
    // Those that went wrong stay whatever their number, as far as there is room at all.
    const auto wrong = static_cast<std::size_t>(
        std::ranges::count_if(stories_, [](const Story& story) { return story.went_wrong; }));
    std::size_t room_for_right = kMaxStories - std::min(kMaxStories, wrong);
    std::size_t room_for_wrong = kMaxStories;
    for (auto& story : stories_) {
      auto& room = story.went_wrong ? room_for_wrong : room_for_right;
      if (room == 0) {
        ++out.stories_left_out;
        continue;
      }
      --room;
      out.stories.push_back(std::move(story));
    }
    out.others_left_out = others_.size() - std::min(others_.size(), kMaxOtherEvents);
    out.others.assign(others_.begin() + static_cast<std::ptrdiff_t>(out.others_left_out),
                      others_.end());
    return out;
  }

 private:
  Story& of_tag(std::uint64_t tag) {
    const auto [found, is_new] = places_.try_emplace(tag, stories_.size());
    if (is_new) stories_.emplace_back();
    return stories_[found->second];
  }
  static void tell(Story& story, const Event& event) {
    story.events.push_back(&event);
    story.went_wrong = story.went_wrong || event.kind == EventKind::kDiscarded;
  }

  std::vector<Story> stories_;
  std::map<std::uint64_t, std::size_t> places_;
  std::map<std::uint64_t, std::set<std::uint64_t>> batches_;
  std::vector<const Event*> others_;
};

class Page {
 public:
  Page(const RunRecord& record, const Redaction& redaction)
      : record_(record), redaction_(redaction) {}

  void add(std::string_view markup) { out_ += markup; }
  void heading(std::string_view text) { add("<h2>" + escaped_markup(text) + "</h2>\n"); }
  void paragraph(std::string_view text) { add("<p>" + escaped_markup(text) + "</p>\n"); }
  template <class Events>
  void lines(const Events& events) {
    add("<pre>");
    for (const auto& event : events) add(line(event) + "\n");
    add("</pre>\n");
  }
  void story(const Story& story) {
    add(story.went_wrong ? "<details class=\"wrong\"><summary>" : "<details><summary>");
    add(line(story.events.front()) + "</summary>");
    lines(story.events);
    add("</details>\n");
  }
  std::string take() && { return std::move(out_); }

 private:
  std::string line(const Event& event) const {
    return escaped_markup(report_line(record_.journal(), event, redaction_));
  }
  std::string line(const Event* event) const { return line(*event); }

  const RunRecord& record_;
  const Redaction& redaction_;
  std::string out_;
};

std::string outcome(const CommandEnd& end) {
  return end.note.empty() ? fmt::format("ended with status {}", end.status) : end.note;
}

void add_stacks(Page& page, const nlohmann::ordered_json& stacks) {
  page.heading("Stacks");
  page.add("<table>\n");
  const auto row = [&](const std::string& stack, std::string_view what, std::string_view name,
                       const std::string& value) {
    page.add(fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                         escaped_markup(stack), escaped_markup(what), escaped_markup(name),
                         escaped_markup(value)));
  };
  for (const auto& [name, stack] : stacks["stacks"].items()) {
    // Of another region than the first, there may be listeners alone.
    if (stack.contains("status")) {
      row(name, "status", "", stack["status"].get<std::string>());
      for (const auto& warning : stack["warnings"])
        row(name, "warning", "", warning.get<std::string>());
      for (const auto& [key, value] : stack["outputs"].items())
        row(name, "output", key, value.get<std::string>());
    }
    for (const auto& [id, listener] : stack["listeners"].items()) {
      for (const auto& [region, address] : listener["addresses"].items())
        row(name, "listener", id + " " + region, address.get<std::string>());
    }
  }
  page.add("</table>\n");
}

void add_troubles(Page& page, const RunRecord& record) {
  page.heading("What went wrong");
  if (record.troubles().empty()) {
    return page.paragraph("Nothing was discarded, warned of or thrown.");
  }
  if (const auto older = record.older_troubles(); !older.empty())
    page.paragraph("Before: " + older + "; journal.jsonl has them.");
  page.lines(record.troubles());
}

void add_packets(Page& page, const RunRecord& record) {
  Stories stories;
  for (const auto& event : record.events()) stories.add(event);
  const auto told = std::move(stories).told();
  page.heading("Packets");
  if (record.older_events() != 0)
    page.paragraph(fmt::format("{} older events are in journal.jsonl.", record.older_events()));
  if (told.stories_left_out != 0)
    page.paragraph(fmt::format("{} more packets are in journal.jsonl.", told.stories_left_out));
  if (told.stories.empty()) page.paragraph("None was received or sent.");
  for (const auto& story : told.stories) page.story(story);
  page.heading("Around them");
  if (told.others_left_out != 0)
    page.paragraph(fmt::format("{} earlier events are in journal.jsonl.", told.others_left_out));
  page.lines(told.others);
}

void add_logs(Page& page, const RunRecord& record) {
  std::map<std::string, std::vector<const Event*>> logs;
  for (const auto& event : record.events()) {
    if (event.kind == EventKind::kFunctionLog)
      logs[record.journal().name(event.subject)].push_back(&event);
  }
  if (logs.empty()) return;
  page.heading("What functions wrote");
  for (auto& [function, lines] : logs) {
    const auto left_out = lines.size() - std::min(lines.size(), kMaxOtherEvents);
    lines.erase(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(left_out));
    page.add("<details><summary>" + escaped_markup(function) + "</summary>");
    if (left_out != 0) page.paragraph(fmt::format("{} earlier lines are in logs.", left_out));
    page.lines(lines);
    page.add("</details>\n");
  }
}

}  // namespace

std::string report_line(const Journal& journal, const Event& event, const Redaction& redaction) {
  return without_controls(journal.to_line(redaction.apply(event)));
}

std::string report_troubles(const RunRecord& record, const Redaction& redaction,
                            const CommandEnd& end) {
  if (record.troubles().empty()) return {};
  auto out = fmt::format("loopgate: the command {}. In the sandbox, meanwhile:\n", outcome(end));
  if (const auto older = record.older_troubles(); !older.empty())
    out += fmt::format("  … before: {}\n", older);
  for (const auto& event : record.troubles()) {
    auto line = report_line(record.journal(), event, redaction);
    for (auto at = line.find('\n'); at != std::string::npos; at = line.find('\n', at + 1))
      line.insert(at + 1, "    ");
    out += "  " + line + "\n";
  }
  return out;
}

std::string report_page(const nlohmann::ordered_json& stacks, const RunRecord& record,
                        const Redaction& redaction, const CommandEnd& end) {
  Page page(record, redaction);
  page.add(page_head("Loopgate: a run"));
  page.add("<h1>" + escaped_markup(redaction.apply(end.command)) + "</h1>\n");
  page.paragraph(fmt::format("It {} after {}. Loopgate {}.", outcome(end),
                             to_string(std::chrono::round<std::chrono::milliseconds>(end.took)),
                             version()));
  add_troubles(page, record);
  add_packets(page, record);
  add_logs(page, record);
  add_stacks(page, stacks);
  page.add("</body></html>\n");
  return std::move(page).take();
}

}  // namespace loopgate::cli

#include "cli/template_watch.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <set>

#include "base/file.h"
#include "cli/sandbox_flags.h"
#include "cli/stack_text.h"

namespace loopgate::cli {

namespace {

// An editor may write a file in several steps.
constexpr Duration kSettled = std::chrono::milliseconds(100);

std::vector<std::string> folders_of(const std::vector<DeployOptions>& deployed) {
  std::set<std::string> out;
  for (const auto& each : deployed) {
    const auto folder = std::filesystem::path(each.template_file).parent_path().string();
    out.insert(folder.empty() ? "." : folder);
  }
  return {out.begin(), out.end()};
}

// What a deployment does to a stack's resources, from its events.
class Changes {
 public:
  Changes(Journal& journal, const std::string& stack)
      : journal_(journal), observer_(journal.subscribe([this, stack](const Event& event) {
          if (event.kind == EventKind::kStack && journal_.name(event.subject) == stack) {
            add(stack, event.text);
          }
        })) {}
  ~Changes() { journal_.unsubscribe(observer_); }
  Changes(const Changes&) = delete;

  // "created Queue; updated UdpListener".
  std::string text() const {
    std::vector<std::string> parts;
    for (const auto& [verb, names] : done_) {
      if (!names.empty()) parts.push_back(fmt::format("{} {}", verb, fmt::join(names, ", ")));
    }
    return parts.empty() ? "nothing but texts" : fmt::format("{}", fmt::join(parts, "; "));
  }

 private:
  void add(const std::string& stack, const std::string& text) {
    const auto blank = std::min(text.find(' '), text.size());
    const auto name = text.substr(0, blank);
    if (name == stack) return;
    constexpr std::array kEnds = {" CREATE_COMPLETE", " UPDATE_COMPLETE", " DELETE_COMPLETE"};
    for (std::size_t i = 0; i < kEnds.size(); ++i) {
      if (text.substr(blank) == kEnds[i]) done_[i].second.insert(name);
    }
  }

  Journal& journal_;
  std::array<std::pair<const char*, std::set<std::string>>, 3> done_ = {
      {{"created", {}}, {"updated", {}}, {"deleted", {}}}};
  Journal::ObserverId observer_;
};

}  // namespace

TemplateWatch::TemplateWatch(Sandbox& sandbox, std::vector<DeployOptions> deployed,
                             TemplateWatchOptions options)
    : sandbox_(sandbox),
      deployed_(std::move(deployed)),
      options_(std::move(options)),
      timer_(sandbox.clock()),
      alarm_(sandbox.loop(), folders_of(deployed_), [this] { look_soon(); }) {
  look_soon();  // at what changed while it was deployed
}

void TemplateWatch::look_soon() {
  timer_.set_after(kSettled, [this] { look(); });
}

void TemplateWatch::look() {
  for (auto& deployed : deployed_) {
    auto text = read_file(deployed.template_file, kMaxTextFileBytes);
    if (text && *text != deployed.template_text) changed(deployed, *std::move(text));
  }
}

void TemplateWatch::changed(DeployOptions& deployed, std::string text) {
  deployed.template_text = std::move(text);
  if (options_.deploys) return deploy(deployed);
  say(fmt::format("template changed: 'loopgate deploy {}', or 'loopgate up --watch', deploys it",
                  deployed.template_file),
      Paint::kWarning);
}

void TemplateWatch::deploy(const DeployOptions& deployed) {
  const auto changes = std::make_shared<Changes>(sandbox_.journal(), stack_name(deployed));
  say(fmt::format("template changed: deploying {}", deployed.template_file), Paint::kPlain);
  sandbox_.deploy(
      deployed, [this, alive = alive_.token(), changes](const Result<DeployResult>& result) {
        if (!alive) return;
        if (!result) return say(result.error().to_string(), Paint::kBad);
        say(fmt::format("deployed {}: {}", result->stack, changes->text()), Paint::kGood);
        options_.write(stack_text(sandbox_.describe(), result->stack, options_.style()));
      });
}

void TemplateWatch::say(std::string_view text, Paint paint) {
  options_.write(Paragraph().add(harmless(text), paint).laid_out(options_.style(), 2));
}

}  // namespace loopgate::cli

#include "cli/replay_findings.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/reason.h"
#include "cli/terminal_text.h"

namespace loopgate::cli {

namespace {

constexpr std::size_t kMaxFindings = 100;

// What a function does, and not what was deployed.
bool is_function_at_fault(const std::string& reason) {
  constexpr Reason kFaults[] = {Reason::kFunctionError, Reason::kFunctionTimeout,
                                Reason::kFunctionCrashed};
  return std::ranges::any_of(kFaults, [&](Reason fault) { return describe(fault).code == reason; });
}

}  // namespace

void ReplayFindings::on_request(const ReplayRequest& request) {
  open_[request.number] = {request.packet.chosen, request.packet.mutation};
}

void ReplayFindings::on_end(std::uint64_t request, const ReplayEnd& end) {
  const auto node = open_.extract(request);
  if (node.empty() || !is_function_at_fault(end.reason)) return;
  const std::pair kind(end.reason, end.text);
  if (findings_.size() >= kMaxFindings && !findings_.contains(kind)) {
    ++others_;
    return;
  }
  Finding& finding = findings_[kind];
  if (finding.count++ == 0) finding.first = node.mapped();
}

bool ReplayFindings::print(const std::string& command) const {
  if (findings_.empty()) {
    fmt::print("no function failed\n");
    return true;
  }
  fmt::print("what functions did wrong:\n");
  for (const auto& [kind, finding] : findings_) {
    const auto& [reason, text] = kind;
    const auto& [chosen, mutation] = finding.first;
    fmt::print("{} times {}{}{}\n", finding.count, reason, text.empty() ? "" : ": ",
               terminal_text(text));
    fmt::print("  first by packet {}, {}\n  {} --only {}\n", chosen,
               mutation.empty() ? "as it was captured" : mutation, command, chosen);
  }
  if (others_ != 0) fmt::print("{} more of other kinds\n", others_);
  return false;
}

}  // namespace loopgate::cli

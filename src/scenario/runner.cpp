#include "scenario/runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <sstream>

#include "base/file.h"
#include "io/loop.h"
#include "scenario/limits.h"
#include "scenario/payload.h"
#include "scenario/stage.h"
#include "scenario/story.h"
#include "scenario/web_receivers.h"

namespace loopgate::scenario {

namespace {

// Where something failed, and what.
struct Failure {
  SourcePlace where;
  std::string_view step;  // its kind; empty outside the steps
  Mismatch what;
};
using Run = std::expected<void, Failure>;

Result<Scenario> read_scenario(const std::string& path) {
  const auto text = read_file(path, kMaxScenarioBytes);
  if (!text) return std::unexpected(text.error());
  return parse_scenario(*text, path);
}

SandboxOptions sandbox_options(const Setup& setup, const RunOptions& options, SimNetwork& network,
                               WebReceivers& web) {
  SandboxOptions out;
  out.simulated = true;
  out.seed = options.seed.value_or(setup.seed.value_or(1));
  out.network = &network;
  out.http = &web;
  out.port = 0;
  if (!setup.regions.empty()) out.regions = setup.regions;
  out.allow_unsupported = setup.allow_unsupported;
  out.enforce_iam = setup.enforce_iam;
  out.allow_service_delivery = setup.allow_service_delivery;
  out.resolve = setup.resolve;
  out.reverse_dns = setup.reverse_dns;
  if (setup.function_guard) out.function_guard = *setup.function_guard;
  return out;
}

void prepare(const Setup& setup, SimNetwork& network) {
  for (const auto& client : setup.clients) {
    network.add_client(client.endpoint);
    const bool unreachable =
        std::ranges::find(setup.unreachable, client.name) != setup.unreachable.end();
    if (unreachable) network.set_unreachable(client.endpoint);
  }
  network.set_receive_buffer(setup.receive_buffer);
}

Run deploy(const Scenario& scenario, Stage& stage) {
  const std::string& wanted = scenario.setup.expect_deploy_failure;
  for (const auto& stack : scenario.setup.stacks) {
    const auto status = stage.deploy(stack);
    if (status) continue;
    const std::string message = status.error().to_string();
    if (!wanted.empty() && message.find(wanted) != std::string::npos) return {};
    return std::unexpected(
        Failure{stack.where,
                "deployment",
                {"it failed", wanted.empty() ? "" : "expect_deploy_failure: " + wanted, message}});
  }
  if (wanted.empty()) return {};
  return std::unexpected(
      Failure{{scenario.file, 0},
              "deployment",
              {"it succeeded", "expect_deploy_failure: " + wanted, "no failure"}});
}

Run run_steps(const Scenario& scenario, Stage& stage) {
  stage.start();
  auto outcome = run_in_order(scenario.steps, stage);
  if (outcome) return {};
  auto& what = outcome.error();
  const auto where = what.where;
  const auto kind = what.kind;
  return std::unexpected(Failure{where, kind, std::move(what)});
}

// Whatever came must have been expected: a second answer is as wrong as none.
Run check_leftovers(const Scenario& scenario, Stage& stage) {
  if (stage.network().lost() != 0) {
    return std::unexpected(
        Failure{{scenario.file, 0}, "end", {"more datagrams came than a scenario may keep"}});
  }
  for (const auto& name : stage.web().names()) {
    const auto waiting = stage.web().waiting(name);
    if (waiting == 0) continue;
    return std::unexpected(
        Failure{{scenario.file, 0},
                "end",
                {fmt::format("{} requests came at {} that no step expected", waiting, name),
                 "nothing", describe_payload(as_bytes(stage.web().take(name)->request.body))}});
  }
  const auto clients = stage.with_mail();
  if (clients.empty()) return {};
  const auto& client = clients.front();
  return std::unexpected(
      Failure{{scenario.file, 0},
              "end",
              {fmt::format("{} datagrams came at {} that no step expected", stage.waiting(client),
                           stage.call(client)),
               "nothing", describe_payload(stage.peek_mail(client)->payload), client}});
}

Run play(const Scenario& scenario, Stage& stage) {
  if (auto deployed = deploy(scenario, stage); !deployed) return deployed;
  if (auto steps = run_steps(scenario, stage); !steps) return steps;
  return check_leftovers(scenario, stage);
}

// The step as it stands in its file: its first line, and those that are indented below it.
std::string quote(const SourcePlace& where) {
  constexpr int kMostLines = 6;
  if (where.line == 0) return {};
  std::istringstream lines(read_file(where.file, kMaxScenarioBytes).value_or(""));
  std::string line, out;
  std::size_t indent = 0;
  for (int number = 1; std::getline(lines, line); ++number) {
    if (number < where.line) continue;
    const auto begin = line.find_first_not_of(' ');
    if (number == where.line) {
      indent = begin;
    } else if (begin == std::string::npos || begin <= indent) {
      break;
    }
    if (number == where.line + kMostLines) return out + "       …\n";
    out += fmt::format("  {:>4} | {}\n", number, line);
  }
  return out;
}

std::string render(const Failure& failure, const Scenario& scenario, std::uint64_t seed,
                   const Stage& stage, const Journal& journal) {
  std::string out =
      fmt::format("{}: {}: {}\n", failure.where.to_string(), failure.step, failure.what.message);
  out += quote(failure.where);
  if (!failure.what.expected.empty()) out += "  expected: " + failure.what.expected + "\n";
  if (!failure.what.got.empty()) out += "  got:      " + failure.what.got + "\n";
  out += failure.what.about
             ? fmt::format("  the story of {}'s packets:\n", stage.call(*failure.what.about))
             : "  the story so far:\n";
  out += tell_story(journal, failure.what.about, stage.stretch());
  return out + fmt::format("  again: loopgate run --seed {} {}", seed, scenario.file);
}

Report run_scenario(const Scenario& scenario, const RunOptions& options) {
  Report report;
  report.name = scenario.setup.name;
  report.skipped = scenario.setup.skip;
  if (!report.skipped.empty()) return report;
  SimNetwork network;  // both outlive the sandbox
  WebReceivers web;
  prepare(scenario.setup, network);
  for (const auto& receiver : scenario.setup.receivers) {
    web.add(receiver.name, receiver.url, receiver.confirms);
  }
  const auto made = sandbox_options(scenario.setup, options, network, web);
  report.seed = made.seed;
  auto sandbox = Sandbox::create(made);
  if (!sandbox) {
    report.text = scenario.file + ": " + sandbox.error().to_string();
    return report;
  }
  web.attach((*sandbox)->clock(), (*sandbox)->loop().tasks(),
             [&](const std::string& url) { (*sandbox)->visit(url); });
  Stage stage(scenario, **sandbox, network, web);
  const Instant start = (*sandbox)->clock().now();
  const auto run = play(scenario, stage);
  report.passed = run.has_value();
  if (!run) {
    const auto& failure = run.error();
    report.text = render(failure, scenario, report.seed, stage, (*sandbox)->journal());
    report.where = failure.where;
    report.step = failure.step;
    report.message = failure.what.message;
    report.expected = failure.what.expected;
    report.got = failure.what.got;
  }
  if (options.keep_journal) report.journal = journal_as_json((*sandbox)->journal());
  report.simulated = (*sandbox)->clock().now() - start;
  return report;
}

}  // namespace

bool is_scenario(const std::string& path) {
  const auto text = read_file(path, kMaxScenarioBytes);
  const auto root = text ? cfn::parse_document(*text, path) : fail("");
  return root && root->find("name") != nullptr &&
         (root->find("steps") != nullptr || root->find("expect_deploy_failure") != nullptr);
}

Report run_file(const std::string& path, const RunOptions& options) {
  const auto scenario = read_scenario(path);
  if (scenario) return run_scenario(*scenario, options);
  Report report;
  report.text = scenario.error().to_string();
  report.where = scenario.error().where;
  report.message = scenario.error().message;
  return report;
}

}  // namespace loopgate::scenario

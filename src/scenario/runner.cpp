#include "scenario/runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

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
  for (const auto& step : scenario.steps) {
    if (step->acts()) stage.before_action();
    auto outcome = step->run(stage);
    if (!outcome)
      return std::unexpected(Failure{step->where, step->kind, std::move(outcome.error())});
  }
  return {};
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

std::string render(const Failure& failure, const Stage& stage, const Journal& journal) {
  std::string out =
      fmt::format("{}: {}: {}\n", failure.where.to_string(), failure.step, failure.what.message);
  if (!failure.what.expected.empty()) out += "  expected: " + failure.what.expected + "\n";
  if (!failure.what.got.empty()) out += "  got:      " + failure.what.got + "\n";
  out += failure.what.about
             ? fmt::format("  the story of {}'s packets:\n", stage.call(*failure.what.about))
             : "  the story so far:\n";
  out += tell_story(journal, failure.what.about, stage.stretch());
  out.pop_back();
  return out;
}

Report run_scenario(const Scenario& scenario, const RunOptions& options) {
  Report report;
  report.name = scenario.setup.name;
  SimNetwork network;  // both outlive the sandbox
  WebReceivers web;
  prepare(scenario.setup, network);
  for (const auto& receiver : scenario.setup.receivers) {
    web.add(receiver.name, receiver.url, receiver.confirms);
  }
  auto sandbox = Sandbox::create(sandbox_options(scenario.setup, options, network, web));
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
  if (!run) report.text = render(run.error(), stage, (*sandbox)->journal());
  if (options.keep_journal) report.journal = journal_as_json((*sandbox)->journal());
  report.simulated = (*sandbox)->clock().now() - start;
  return report;
}

}  // namespace

Report run_file(const std::string& path, const RunOptions& options) {
  const auto scenario = read_scenario(path);
  if (scenario) return run_scenario(*scenario, options);
  Report report;
  report.text = scenario.error().to_string();
  return report;
}

}  // namespace loopgate::scenario

#include "scenario/stage.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "scenario/limits.h"
#include "scenario/payload.h"
#include "template/suggestion.h"

namespace loopgate::scenario {

namespace {

constexpr std::size_t kCapturedAtOnce = 1'024;

// Between the seeds of clients, and from the sandbox's own: nobody may have another's keys.
constexpr std::uint64_t kSeedStep = 0x9E3779B97F4A7C15;

}  // namespace

Stage::Stage(const Scenario& scenario, Sandbox& sandbox, SimNetwork& network, WebReceivers& web)
    : scenario_(scenario),
      sandbox_(sandbox),
      network_(network),
      web_(web),
      folder_(scenario.folder()) {
  std::uint64_t seed = sandbox.options().seed;
  for (const auto& client : scenario.setup.clients) {
    seed += kSeedStep;
    if (!client.wireguard) continue;
    tunnels_[client.name] = std::make_unique<WireguardClient>(*client.wireguard, client.endpoint,
                                                              seed, sandbox, network);
  }
}

void Stage::settle() {
  for (int hop = 0; hop < kMaxHops; ++hop) {
    sandbox_.settle();
    bool moved = network_.pump();
    for (const auto& [name, tunnel] : tunnels_) moved |= tunnel->pump();
    if (!moved) return;
  }
}

void Stage::advance(Duration step) {
  if (tunnels_.empty()) {
    sandbox_.advance(step);
    return settle();
  }
  // Tunnels answer at each deadline, not at the end of all.
  const Clock& clock = sandbox_.clock();
  const Instant end = clock.now() + step;
  while (clock.now() < end) {
    const Instant next = std::min(clock.next().value_or(end), end);
    sandbox_.advance(std::max(next - clock.now(), Duration(1)));
    settle();
  }
}

bool Stage::advance_towards(Instant limit) {
  Clock& clock = sandbox_.clock();
  if (clock.now() >= limit) return false;
  const auto next = std::min(clock.next().value_or(limit), limit);
  advance(std::max(next - clock.now(), Duration(1)));
  return true;
}

Result<Endpoint> Stage::client(const std::string& name) const {
  std::vector<std::string> names;
  for (const auto& client : scenario_.setup.clients) {
    if (client.name == name) return place_of(client);
    names.push_back(client.name);
  }
  if (const auto endpoint = Endpoint::parse(name)) return *endpoint;
  return fail(fmt::format("no client is called {}{}", name, cfn::did_you_mean(name, names)));
}

Result<Endpoint> Stage::listener(const std::string& id, const std::string& region) const {
  const auto found = sandbox_.listener(id);
  if (!found) return std::unexpected(found.error());
  const auto& addresses = (*found)["addresses"];
  const std::string wanted = region.empty() ? sandbox_.options().regions.front() : region;
  if (!addresses.contains(wanted)) return fail(fmt::format("{} has no ingress in {}", id, wanted));
  const auto endpoint = Endpoint::parse(addresses[wanted].get<std::string>());
  if (!endpoint) return fail(fmt::format("{} has no address", id));
  return *endpoint;
}

std::string Stage::listener_name(const std::string& id) const {
  const auto found = sandbox_.listener(id);
  return found ? (*found)["name"].get<std::string>() : id;
}

std::string Stage::output_or(const std::string& text) const {
  const auto document = sandbox_.describe();
  for (const auto& [stack, entry] : document["stacks"].items()) {
    const auto output = entry["outputs"].find(text);
    if (output != entry["outputs"].end() && output->is_string()) return output->get<std::string>();
  }
  return text;
}

nlohmann::json Stage::filled_in(nlohmann::json document) const {
  if (document.is_structured()) {
    for (auto& each : document) each = filled_in(std::move(each));
    return document;
  }
  if (!document.is_string()) return document;
  const auto& text = document.get_ref<const std::string&>();
  if (!text.starts_with("${") || !text.ends_with('}')) return document;
  const auto name = text.substr(2, text.size() - 3);
  const auto found = kept_.find(name);
  return found != kept_.end() ? found->second : nlohmann::json(output_or(name));
}

Status Stage::deploy(const StackSetup& stack) {
  DeployOptions options;
  options.stack = stack.name;
  options.template_file = resolve_path(folder_, stack.template_file);
  options.parameters = stack.parameters;
  const auto done = std::make_shared<std::optional<Status>>();
  sandbox_.deploy(std::move(options), [done](const Result<DeployResult>& result) {
    *done = result ? Status() : Status(std::unexpected(result.error()));
  });
  return await(*done, "deployment");
}

Status Stage::delete_stack(const std::string& name) {
  const auto done = std::make_shared<std::optional<Status>>();
  sandbox_.remove_stack(name, [done](Status result) { *done = std::move(result); });
  return await(*done, "deletion");
}

// `done` is set by a completion. What it still waits for is due at some deadline.
Status Stage::await(const std::optional<Status>& done, std::string_view what) {
  const Instant limit = sandbox_.clock().now() + kMaxDeployment;
  settle();
  while (!done && advance_towards(limit)) {
  }
  if (done) return *done;
  return fail(fmt::format("the {} did not end within {}", what, to_string(kMaxDeployment)));
}

std::optional<CapturedDatagram> Stage::take_captured(const Endpoint& client) {
  collect_captured();
  const auto found = captured_.find(client);
  if (found == captured_.end()) return std::nullopt;
  auto out = std::move(found->second.front());
  found->second.pop_front();
  if (found->second.empty()) captured_.erase(found);
  return out;
}

void Stage::collect_captured() {
  for (;;) {
    auto more = sandbox_.captured(captured_seq_, kCapturedAtOnce);
    if (more.empty()) return;
    captured_seq_ = more.back().seq;
    for (auto& datagram : more) captured_[datagram.to].push_back(std::move(datagram));
  }
}

void Stage::before_action() {
  if (looked_) stretch_ = sandbox_.journal().last_seq();
  looked_ = false;
}

}  // namespace loopgate::scenario

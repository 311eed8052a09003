#include "scenario/scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "gateway/regions.h"
#include "io/http_client.h"
#include "scenario/fields.h"
#include "scenario/limits.h"

namespace loopgate::scenario {

namespace {

std::map<std::string, std::string> as_map(std::vector<std::pair<std::string, std::string>> pairs) {
  return {pairs.begin(), pairs.end()};
}

void parse_stack(Fields& parent, const Node& node, Setup& out) {
  Fields fields(node, "a stack");
  StackSetup stack;
  stack.name = fields.text("name");
  stack.template_file = fields.required_text("template");
  stack.parameters = as_map(fields.pairs("parameters"));
  stack.where = node.place();
  if (const auto status = fields.finish(); !status) return parent.refuse(status.error());
  out.stacks.push_back(std::move(stack));
}

// `template` and `parameters` at the top, or a list `stacks`.
void parse_stacks(Fields& fields, Setup& out) {
  if (const Node* file = fields.find("template"); file != nullptr) {
    out.stacks.push_back(
        {"", fields.text("template"), as_map(fields.pairs("parameters")), file->place()});
  } else if (fields.has("parameters")) {
    fields.refuse("'parameters' belong to a 'template'");
  }
  const Node* stacks = fields.find("stacks");
  if (stacks == nullptr) return;
  if (!out.stacks.empty()) fields.refuse("either 'template' or 'stacks'", stacks->place());
  if (!stacks->is_list()) return fields.refuse("'stacks' is not a list", stacks->place());
  if (stacks->items.size() > kMaxStacks) return fields.refuse("too many stacks", stacks->place());
  for (const Node& stack : stacks->items) parse_stack(fields, stack, out);
}

// address:port, or a map with it and what the client speaks.
ClientSetup parse_client(Fields& parent, const std::string& name, const Node& node) {
  ClientSetup out{name, {}};
  std::string text = node.text;
  if (!node.is_scalar()) {
    Fields fields(node, "client " + name);
    text = fields.required_text("address");
    out.wireguard = parse_wireguard_setup(fields);
    if (const auto status = fields.finish(); !status) parent.refuse(status.error());
  }
  const auto endpoint = Endpoint::parse(text);
  if (endpoint && endpoint->port != 0) {
    out.endpoint = *endpoint;
  } else {
    parent.refuse(fmt::format("client {} has no address:port: {}", name, text), node.place());
  }
  return out;
}

void parse_clients(Fields& fields, Setup& out) {
  const Node* clients = fields.find("clients");
  if (clients == nullptr) return;
  if (!clients->is_map()) return fields.refuse("'clients' is not a map", clients->place());
  if (clients->members.size() > kMaxClients)
    return fields.refuse("too many clients", clients->place());
  for (const auto& member : clients->members) {
    auto client = parse_client(fields, member.name, member.value);
    if (fields.failed()) return;
    if (std::ranges::find(out.clients, client.endpoint, &ClientSetup::endpoint) !=
        out.clients.end()) {
      return fields.refuse(fmt::format("two clients are {}", client.endpoint.to_string()),
                           member.origin.place());
    }
    out.clients.push_back(std::move(client));
  }
}

// A URL, or a map with it.
void parse_receivers(Fields& fields, Setup& out) {
  const Node* receivers = fields.find("receivers");
  if (receivers == nullptr) return;
  if (!receivers->is_map()) return fields.refuse("'receivers' is not a map", receivers->place());
  if (receivers->members.size() > kMaxClients)
    return fields.refuse("too many receivers", receivers->place());
  for (const auto& member : receivers->members) {
    ReceiverSetup receiver{member.name, member.value.text};
    if (!member.value.is_scalar()) {
      Fields own(member.value, "receiver " + member.name);
      receiver.url = own.required_text("url");
      receiver.confirms = !own.has("confirms") || own.flag("confirms");
      if (const auto status = own.finish(); !status) return fields.refuse(status.error());
    }
    if (const auto url = io::Url::parse(receiver.url); !url) {
      return fields.refuse(fmt::format("receiver {}: {}", receiver.name, url.error().message),
                           member.value.place());
    }
    out.receivers.push_back(std::move(receiver));
  }
}

void parse_network(Fields& fields, Setup& out) {
  const Node* node = fields.find("network");
  if (node == nullptr) return;
  Fields network(*node, "network");
  out.receive_buffer = network.number("receive_buffer", kMaxCount).value_or(0);
  out.unreachable = network.texts("unreachable");
  for (const auto& name : out.unreachable) {
    if (std::ranges::find(out.clients, name, &ClientSetup::name) == out.clients.end()) {
      network.refuse("unreachable: no client is called " + name);
    }
  }
  if (const auto status = network.finish(); !status) fields.refuse(status.error());
}

void parse_regions(Fields& fields, Setup& out) {
  const Node* node = fields.find("regions");
  if (node == nullptr) return;
  out.regions = fields.texts("regions");
  const auto status = gateway::check_ingress_regions(out.regions);
  if (!status && !fields.failed())
    fields.refuse("regions: " + status.error().message, node->place());
}

void parse_steps(Fields& fields, std::vector<StepPtr>& out) {
  const Node* steps = fields.find("steps");
  if (steps == nullptr) return;
  auto read = parse_step_list(*steps);
  if (!read) return fields.refuse(read.error());
  out = std::move(*read);
}

}  // namespace

std::string Scenario::folder() const {
  return std::filesystem::path(file).parent_path().string();
}

Result<Scenario> parse_scenario(std::string_view text, const std::string& file) {
  if (text.size() > kMaxScenarioBytes) return fail("the scenario is larger than 1 MiB", {file, 0});
  const auto root = cfn::parse_document(text, file);
  if (!root) return std::unexpected(root.error());
  Fields fields(*root, "a scenario");
  Scenario out;
  out.file = file;
  Setup& setup = out.setup;
  setup.name = fields.required_text("name");
  setup.about = fields.text("about");
  if (fields.has("skip")) setup.skip = fields.required_text("skip");
  setup.seed = fields.number("seed", UINT64_MAX);
  parse_stacks(fields, setup);
  parse_regions(fields, setup);
  parse_clients(fields, setup);
  parse_receivers(fields, setup);
  setup.reverse_dns = as_map(fields.pairs("reverse_dns"));
  setup.resolve = as_map(fields.pairs("resolve"));
  setup.allow_unsupported = fields.flag("allow_unsupported");
  setup.enforce_iam = fields.flag("enforce_iam");
  setup.allow_service_delivery = fields.flag("allow_service_delivery");
  setup.expect_deploy_failure = fields.text("expect_deploy_failure");
  setup.function_guard = fields.duration("function_guard");
  parse_network(fields, setup);
  parse_steps(fields, out.steps);
  if (out.steps.empty() && setup.expect_deploy_failure.empty())
    fields.refuse("a scenario needs 'steps'");
  if (const auto status = fields.finish(); !status) return std::unexpected(status.error());
  return out;
}

}  // namespace loopgate::scenario

#include "cli/sandbox_flags.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <optional>
#include <set>
#include <system_error>

#include "base/file.h"
#include "base/json.h"
#include "cli/cli.h"
#include "cli/client.h"
#include "cli/template_input.h"
#include "io/loop.h"
#include "sandbox/share_parameters.h"

extern char** environ;

namespace loopgate::cli {

void SandboxFlags::add_to(CLI::App& verb) {
  verb.add_option("template", templates_,
                  "Templates to deploy (SAM or CloudFormation, YAML or JSON)")
      ->type_name("TEMPLATE");
  add_repeatable(
      verb, "--stack", stacks_,
      "Stack name, once per template; default: the template's file name, of template.yaml its "
      "folder's");
  add_repeatable(
      verb, "--parameter", parameters_,
      "A template parameter, for every template that has it; or STACK/NAME=VALUE; may be repeated")
      ->type_name("NAME=VALUE");
  verb.add_option("--port", port_, "Port of the HTTP endpoint; 0 picks a free one")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  verb.add_option("--bind", bind_,
                  "Address to listen on; anything but loopback opens it to your network")
      ->capture_default_str();
  add_repeatable(verb, "--allow-host", allow_hosts_,
                 "Name by which this machine is called beside localhost, may be repeated: a "
                 "container's service name, *.NAME for what is below it")
      ->type_name("NAME");
  add_repeatable(verb, "--allow-origin", allow_origins_,
                 "Web pages that may call the sandbox, by their origin, may be repeated")
      ->type_name("ORIGIN");
  add_repeatable(
      verb, "--region", regions_,
      "Ingress region, may be repeated; the first is the stacks' own (default us-west-2)");
  verb.add_option("--account", account_,
                  "The account of stacks and of callers who name none: twelve digits "
                  "(default 123456789012)");
  verb.add_flag("--regions-by-port", regions_by_port_,
                "Give each region a port of its own instead of a loopback address");
  auto* data = verb.add_option("--data", data_, "Keep stacks, queues and ports in this folder");
  verb.add_flag("--ephemeral", ephemeral_, "Keep nothing (the default)")->excludes(data);
  verb.add_option(
          "--durability", durability_,
          "process: what is acknowledged survives a crash of the sandbox; full: of the machine")
      ->check(CLI::IsMember({"process", "full"}))
      ->capture_default_str();
  verb.add_option("--ready-file", ready_file_,
                  "Write endpoint, outputs and listeners here when all is up");
  add_repeatable(verb, "--listen", listen_, "Fix a listener's port, may be repeated")
      ->type_name("[STACK/]LOGICALID=PORT");
  add_repeatable(verb, "--egress", egress_,
                 "Network outside this machine that may really be sent to, may be repeated")
      ->type_name("CIDR");
  verb.add_flag("--enforce-iam", enforce_iam_,
                "Deny API calls that AWS would deny; by default they pass, and the journal says "
                "would-be-denied");
  verb.add_flag(
      "--verify-signatures", verify_signatures_,
      std::string("Refuse API calls with a wrong signature; the secret of all access keys "
                  "but temporary ones is ") +
          kSigningSecret);
  verb.add_flag("--allow-service-delivery", allow_service_delivery_,
                "Let services deliver to queues and functions whose policy does not allow it, with "
                "one warning for each");
  deployment_.add_to(verb);
  verb.add_option(
      "--capture", capture_,
      "Write what listeners send and receive to this pcapng file, with the keys to read it");
}

void DeploymentFlags::add_to(CLI::App& verb) {
  verb.add_flag("--allow-unsupported", allow_unsupported_,
                "Deploy although some resource types are not emulated");
  add_repeatable(verb, "--resolve", resolve_,
                 "Value of a dynamic reference, may be repeated: ssm:/path=value")
      ->type_name("REFERENCE=VALUE");
  verb.add_option("--resolve-file", resolve_file_,
                  "JSON object of dynamic references and their values");
}

Result<std::pair<std::string, std::string>> split_assignment(const std::string& text,
                                                             std::string_view what) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    return fail(fmt::format("{} '{}' is not NAME=VALUE", what, text));
  }
  return std::pair(text.substr(0, equals), text.substr(equals + 1));
}

Result<std::map<std::string, std::string>> parse_parameters(const std::vector<std::string>& flags) {
  std::map<std::string, std::string> out;
  for (const auto& flag : flags) {
    const auto parsed = split_assignment(flag, "--parameter");
    if (!parsed) return std::unexpected(parsed.error());
    out[parsed->first] = parsed->second;
  }
  return out;
}

namespace {

Status read_listen(const std::vector<std::string>& flags, SandboxOptions& options) {
  for (const auto& flag : flags) {
    const auto parsed = split_assignment(flag, "--listen");
    if (!parsed) return std::unexpected(parsed.error());
    const auto endpoint = Endpoint::parse("0.0.0.0:" + parsed->second);
    if (!endpoint || endpoint->port == 0) {
      return fail(fmt::format("--listen '{}': the port is not a number from 1 to 65535", flag));
    }
    options.listen[parsed->first] = endpoint->port;
  }
  return {};
}

}  // namespace

Result<std::map<std::string, std::string>> DeploymentFlags::resolve() const {
  std::map<std::string, std::string> out;
  if (!resolve_file_.empty()) {
    const auto text = read_file(resolve_file_, kMaxTextFileBytes);
    if (!text) return std::unexpected(text.error());
    const auto values = read_json(*text).value_or(nullptr);
    if (!values.is_object()) {
      return fail("is not a JSON object of reference: value, like {\"ssm:/path\": \"value\"}",
                  {resolve_file_});
    }
    for (const auto& [name, value] : values.items()) {
      out[name] = value.is_string() ? value.get<std::string>() : write_json(value);
    }
  }
  for (const auto& flag : resolve_) {
    const auto parsed = split_assignment(flag, "--resolve");
    if (!parsed) return std::unexpected(parsed.error());
    out[parsed->first] = parsed->second;
  }
  return out;
}

Result<SandboxOptions> SandboxFlags::options() const {
  SandboxOptions options;
  options.port = static_cast<std::uint16_t>(port_);
  options.data_dir = data_;
  options.flush_disk = durability_ == "full";
  if (!regions_.empty()) options.regions = regions_;
  if (!account_.empty()) options.account = account_;
  options.regions_by_port = regions_by_port_;
  options.allow_unsupported = deployment_.allow_unsupported();
  options.capture_file = capture_;
  options.redact_capture = redact_capture_;
  options.enforce_iam = enforce_iam_;
  options.verify_signatures = verify_signatures_;
  options.allow_service_delivery = allow_service_delivery_;
  const auto bind = IpAddress::parse(bind_ == "localhost" ? "127.0.0.1" : bind_);
  if (!bind) return fail(fmt::format("--bind '{}' is not an IP address", bind_));
  options.bind = *bind;
  options.allow_hosts = allow_hosts_;
  options.allow_origins = allow_origins_;
  for (const auto& network : egress_) {
    const auto cidr = Cidr::parse(network);
    if (!cidr)
      return fail(fmt::format("--egress '{}' is not a network like 192.0.2.0/24", network));
    options.egress.push_back(*cidr);
  }
  if (auto status = read_listen(listen_, options); !status) return std::unexpected(status.error());
  auto resolve = deployment_.resolve();
  if (!resolve) return std::unexpected(resolve.error());
  options.resolve = std::move(*resolve);
  return options;
}

Result<std::vector<DeployOptions>> SandboxFlags::deployments() const {
  if (stacks_.size() > templates_.size()) {
    return fail(fmt::format("--stack is given {} times for {} templates", stacks_.size(),
                            templates_.size()));
  }
  const auto parameters = parse_parameters(parameters_);
  if (!parameters) return std::unexpected(parameters.error());
  std::vector<DeployOptions> out;
  for (std::size_t i = 0; i < templates_.size(); ++i) {
    auto given = template_input(templates_[i], i < stacks_.size() ? stacks_[i] : "");
    if (!given) return std::unexpected(given.error());
    for (DeployOptions& deploy : *given) {
      const auto same = std::ranges::find(out, stack_name(deploy), stack_name);
      if (same != out.end()) {
        return fail(fmt::format("{} and {} would both be the stack '{}': name them with --stack",
                                same->template_file, deploy.template_file, stack_name(deploy)));
      }
      out.push_back(std::move(deploy));
    }
  }
  if (const auto ok = share_parameters(*parameters, out); !ok) return std::unexpected(ok.error());
  return out;
}

namespace {

// Dies of the signal, as who sent it expects; the sandbox ends what it had begun.
[[noreturn]] void interrupted(std::unique_ptr<Sandbox> sandbox, int signal,
                              const std::string& stack) {
  sandbox.reset();
  fmt::print(stderr, "loopgate: interrupted while deploying {}\n", stack);
  std::signal(signal, SIG_DFL);
  std::raise(signal);
  std::abort();
}

// Whoever may call CreateFunction may run programs here.
void warn_of_open_door(const IpAddress& bind) {
  if (bind.is_loopback()) return;
  fmt::print(stderr,
             "warning: --bind {}: everyone who can reach this address over the network can run "
             "code on this machine, by creating a function; bind to 127.0.0.1 unless you trust "
             "all of that network\n",
             bind.to_string());
}

}  // namespace

// A later deployment may bring the listener, so it is no error.
std::vector<std::string> unused_ports(const Sandbox& sandbox) {
  std::set<std::string> known;
  const auto info = sandbox.describe();
  for (const auto& [stack_name, stack] : info["stacks"].items()) {
    for (const auto& [logical_id, listener] : stack["listeners"].items()) {
      known.insert(logical_id);
      known.insert(stack_name + "/" + logical_id);
    }
  }
  std::vector<std::string> out;
  for (const auto& [listener, port] : sandbox.options().listen) {
    if (known.contains(listener)) continue;
    out.push_back(
        fmt::format("--listen {}={}: no stack has a listener '{}'", listener, port, listener));
  }
  return out;
}

namespace {

// Of the HTTP endpoint: most often it is another sandbox that has it.
Error explain_taken_port(Error error, const Endpoint& endpoint) {
  if (!error.message.contains("already in use") || !error.message.contains(endpoint.to_string())) {
    return error;
  }
  Client client("http://" + endpoint.to_string());
  client.wait_briefly();
  const bool is_sandbox = client.get("/_loopgate/health").has_value();
  error.message +=
      is_sandbox
          ? ": a sandbox runs there already; 'loopgate deploy TEMPLATE' deploys into it, --port 0 "
            "starts another one on a free port"
          : "; --port N takes another port, --port 0 a free one";
  return error;
}

}  // namespace

Result<std::unique_ptr<Sandbox>> start_sandbox(const SandboxFlags& flags) {
  const auto deployments = flags.deployments();
  if (!deployments) return std::unexpected(deployments.error());
  auto options = flags.options();
  if (!options) return std::unexpected(options.error());
  warn_of_open_door(options->bind);
  const Endpoint endpoint{options->bind, options->port};
  auto sandbox = Sandbox::create(std::move(*options));
  if (!sandbox) return std::unexpected(explain_taken_port(sandbox.error(), endpoint));
  (*sandbox)->set_ready(false);
  int signal = 0;
  (*sandbox)->loop().on_signal([&](int number) { signal = number; });
  for (const auto& deploy : *deployments) {
    std::optional<Result<DeployResult>> outcome;
    (*sandbox)->deploy(deploy, [&](Result<DeployResult> result) { outcome = std::move(result); });
    while (!outcome && signal == 0) (*sandbox)->turn(std::chrono::milliseconds(100));
    if (!outcome) interrupted(std::move(*sandbox), signal, deploy.stack);
    if (!*outcome) return std::unexpected(outcome->error());
  }
  (*sandbox)->set_ready(true);
  for (const auto& warning : unused_ports(**sandbox)) fmt::print(stderr, "warning: {}\n", warning);
  (*sandbox)->loop().on_signal([stop = sandbox->get()](int) { stop->stop(); });
  return sandbox;
}

ReadyFile::~ReadyFile() {
  if (!path_.empty()) std::remove(path_.c_str());
}

Result<ReadyFile> ReadyFile::claim(const std::string& path) {
  if (!path.empty() && std::remove(path.c_str()) != 0 && errno != ENOENT) {
    return fail(
        "the ready file of before cannot be removed: " + std::generic_category().message(errno),
        {path});
  }
  return ReadyFile(path);
}

Status ReadyFile::write(const Sandbox& sandbox) const {
  if (path_.empty()) return {};
  const std::string beside = path_ + ".tmp";
  {
    std::ofstream out(beside, std::ios::binary | std::ios::trunc);
    out << write_json(sandbox.describe()) << '\n';
    if (!out.flush()) return fail("the ready file cannot be written", {beside});
  }
  if (std::rename(beside.c_str(), path_.c_str()) != 0) {
    return fail("the ready file cannot be put in place", {path_});
  }
  return {};
}

namespace {

// Of environments: "UdpListener" → "UDPLISTENER".
std::string variable_part(std::string_view name) {
  std::string out;
  for (const char c : name) {
    out += std::isalnum(static_cast<unsigned char>(c))
               ? static_cast<char>(std::toupper(static_cast<unsigned char>(c)))
               : '_';
  }
  return out;
}

// What several stacks may have by one name: found by it where only one has it, else behind the
// stack's.
class Names {
 public:
  void count(const std::string& name) { ++owners_[variable_part(name)]; }
  std::string of(const std::string& stack, const std::string& name) const {
    const auto own = variable_part(name);
    return owners_.at(own) == 1 ? own : variable_part(stack) + "_" + own;
  }

 private:
  std::map<std::string, int> owners_;
};

using Environment = std::vector<std::pair<std::string, std::string>>;

void add_listeners(const nlohmann::json& stacks, const std::string& region, Environment& out) {
  Names names;
  for (const auto& [stack_name, stack] : stacks.items()) {
    for (const auto& [logical_id, listener] : stack["listeners"].items()) names.count(logical_id);
  }
  for (const auto& [stack_name, stack] : stacks.items()) {
    for (const auto& [logical_id, listener] : stack["listeners"].items()) {
      const auto own = listener["addresses"].find(region);
      if (own == listener["addresses"].end()) continue;
      out.emplace_back("LOOPGATE_" + names.of(stack_name, logical_id) + "_ADDR",
                       own->get<std::string>());
    }
  }
}

void add_outputs(const nlohmann::json& stacks, Environment& out) {
  Names names;
  std::string stack_names;
  for (const auto& [stack_name, stack] : stacks.items()) {
    if (!stack.contains("status")) continue;  // of another region: its listeners alone are told
    stack_names += (stack_names.empty() ? "" : " ") + stack_name;
    for (const auto& [key, value] : stack["outputs"].items()) names.count(key);
  }
  if (!stack_names.empty()) out.emplace_back("LOOPGATE_STACK", stack_names);
  for (const auto& [stack_name, stack] : stacks.items()) {
    if (!stack.contains("status")) continue;
    for (const auto& [key, value] : stack["outputs"].items()) {
      out.emplace_back("LOOPGATE_OUTPUT_" + names.of(stack_name, key),
                       stack["local"].value(key, value.get<std::string>()));
    }
  }
}

}  // namespace

std::vector<std::pair<std::string, std::string>> client_environment(const nlohmann::json& info,
                                                                    const std::string& region) {
  Environment out = {
      {"AWS_ENDPOINT_URL", info["endpoint"].get<std::string>()},
      {"AWS_ACCESS_KEY_ID", "test"},
      {"AWS_SECRET_ACCESS_KEY", kSigningSecret},
      {"AWS_REGION", region},
      {"AWS_DEFAULT_REGION", region},
      {"AWS_EC2_METADATA_DISABLED", "true"},
      {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "false"},
  };
  add_listeners(info["stacks"], region, out);
  add_outputs(info["stacks"], out);
  return out;
}

std::string shell_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::vector<std::string> foreign_variables() {
  std::vector<std::string> out = {"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN"};
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto name = text.substr(0, text.find('='));
    if (name.starts_with("AWS_ENDPOINT_URL_")) out.emplace_back(name);
  }
  return out;
}

}  // namespace loopgate::cli

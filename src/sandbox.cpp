#include "sandbox.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <iterator>

#include "base/check.h"
#include "base/json.h"
#include "base/system_time.h"
#include "emulators/cloudformation/module.h"
#include "emulators/cloudformation/stack_table.h"
#include "emulators/http/server.h"
#include "gateway/deployment/resources.h"
#include "gateway/gateway.h"
#include "gateway/regions.h"
#include "io/http_client.h"
#include "io/live_clock.h"
#include "io/loop.h"
#include "io/regular_file.h"
#include "io/udp.h"
#include "sandbox/account.h"
#include "sandbox/api_observer.h"
#include "sandbox/bill_document.h"
#include "sandbox/capture_file.h"
#include "sandbox/captured_datagrams.h"
#include "sandbox/clock_store.h"
#include "sandbox/control.h"
#include "sandbox/customer_config.h"
#include "sandbox/data_folder.h"
#include "sandbox/key_store.h"
#include "sandbox/local_address.h"
#include "sandbox/peer_routes.h"
#include "sandbox/port_store.h"
#include "sandbox/references.h"
#include "sandbox/resolvers.h"
#include "sandbox/snapshots.h"
#include "sandbox/undone_claims.h"
#include "sandbox/wireguard_documents.h"
#include "template/deployer.h"
#include "template/limits.h"

namespace loopgate {

namespace {

using namespace std::chrono_literals;

// Simulated time begins here: the date of the gateway's published example packet.
const WallTime kSimulatedStart = *parse_iso8601("2026-11-02T09:15:30.000Z");
constexpr Duration kFinishInterrupted = 20s;
constexpr Duration kFunctionPoll =
    2ms;  // how long a settling sandbox waits for a function at a time

// Beyond it, nanoseconds since 1970 come to their end.
const WallTime kLatest = *parse_iso8601("2200-01-01T00:00:00.000Z");
// RFC 1918 and RFC 4193.
const std::array<Cidr, 4> kPrivateNetworks = {
    *Cidr::parse("10.0.0.0/8"), *Cidr::parse("172.16.0.0/12"), *Cidr::parse("192.168.0.0/16"),
    *Cidr::parse("fc00::/7")};
// Rounds of tasks until nothing of before a reset goes on; more only when it never ends by itself.
constexpr int kRoundsToQuiet = 1000;

Clock make_clock(const SandboxOptions& options) {
  if (options.simulated) return Clock(kSimulatedStart);
  return Clock(options.system.wall(), options.system.instant());
}

store::Durability durability(const SandboxOptions& options) {
  if (options.data_dir.empty()) return store::Durability::kMemory;
  return options.flush_disk ? store::Durability::kFull : store::Durability::kProcess;
}

// Absolute: functions run in folders of their own, and a kept stack may be restored from elsewhere.
std::string folder_of(const std::string& file) {
  std::error_code error;
  const auto path = std::filesystem::absolute(file, error);
  return error ? "." : path.parent_path().lexically_normal().string();
}

http::AccessOptions access_options(const SandboxOptions& options) {
  http::AccessOptions out{.enforce = options.enforce_iam};
  if (options.verify_signatures) out.secret = kSigningSecret;
  return out;
}

nlohmann::ordered_json describe_listener(const gateway::ListenerInfo& listener) {
  nlohmann::ordered_json out = {
      {"name", listener.name}, {"protocol", listener.protocol}, {"port", listener.port}};
  out["addresses"] = nlohmann::ordered_json::object();
  for (const auto& [region, endpoint] : listener.addresses) {
    out["addresses"][region] = endpoint.to_string();
  }
  return out;
}

// What SAM calls every template says nothing; its folder does.
std::string stack_name_from(const std::string& file) {
  std::string name = file.substr(file.rfind('/') + 1);
  name.resize(std::min(name.find('.'), name.size()));
  if (name == "template") name = std::filesystem::path(folder_of(file)).filename().string();
  std::string out;
  for (const char c : name) {
    out += std::isalnum(static_cast<unsigned char>(c)) ? c : '-';
  }
  if (out.empty() || !std::isalpha(static_cast<unsigned char>(out.front())))
    out.insert(0, "stack-");
  return out;
}

}  // namespace

struct Sandbox::Impl {
  explicit Impl(SandboxOptions given)
      : options(std::move(given)),
        clock(make_clock(options)),
        random(options.simulated ? Random::from_seed(options.seed) : Random::from_system()),
        journal(clock),
        loop(clock, tasks, options.simulated ? io::Loop::Mode::kSimulated : io::Loop::Mode::kLive,
             options.system),
        api_observer(journal),
        captured(clock) {
    guard.report_to([this](const std::string& operation, const std::string& thrown) {
      journal.internal_error(operation, thrown);
    });
    loop.guard_by(guard);
  }

  Status open(Sandbox& sandbox);
  void open_clock();
  io::HttpSender& open_http();
  void open_gateway();
  void keep_given_values();
  Status open_stacks();
  Status open_front_door(Sandbox& sandbox);
  void finish_interrupted();
  void settle();
  io::RunningFunctions running_functions() const;
  void when_quiet(std::function<void()> then, int rounds = kRoundsToQuiet);
  void begin_anew(const aws::AccountScope& scope, std::function<Status()> clear,
                  std::function<void(Status)> done);
  void put_back(const std::string& name, std::function<void(Status)> done);
  void after_commit(std::function<void(bool committed)> then);
  void tell_advance(Duration step);
  std::string endpoint() const;
  std::string topic_arn(const std::string& topic) const;
  std::vector<StackOutput> outputs_of(const std::vector<cfn::OutputRecord>& outputs) const;
  std::vector<std::string> with_role_problems(const std::string& stack,
                                              std::vector<std::string> warnings) const;
  const std::string& region() const { return options.regions.front(); }
  gateway::Home home() const { return {options.account, region()}; }
  // Of what somebody names, the home's where they name nothing.
  Result<gateway::Home> place_of(const std::string& named_account,
                                 const std::string& named_region) const;

  SandboxOptions options;
  bool ready = true;
  Guard guard;
  Clock clock;
  TaskQueue tasks;
  Random random;
  Journal journal;
  io::Loop loop;
  std::unique_ptr<DataFolder> folder;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<ClockStore> clock_store;  // live and kept
  std::unique_ptr<UndoneClaims> undone_claims;
  std::unique_ptr<io::HttpClient> http_client;
  std::unique_ptr<Account> account;
  std::unique_ptr<io::UdpNetwork> udp;
  std::unique_ptr<gateway::Resolver> resolver;
  std::unique_ptr<PortStore> ports;
  std::unique_ptr<KeyStore> keys;
  std::unique_ptr<gateway::Gateway> gateway;
  std::unique_ptr<CaptureFile> capture;
  std::vector<std::unique_ptr<gateway::GatewayResource>> gateway_types;
  std::unique_ptr<cloudformation::StackTable> stack_table;
  GivenValues given_values;  // of --resolve, what the account does not answer
  std::unique_ptr<cfn::Deployer> deployer;
  cloudformation::CloudFormationModule* cloudformation = nullptr;
  ApiObserver api_observer;
  CapturedDatagrams captured;
  std::unique_ptr<Snapshots> snapshots;
  std::unique_ptr<Control> control;
  std::unique_ptr<PeerRoutes> peer_routes;
  std::unique_ptr<http::FrontDoor> front_door;
  std::unique_ptr<http::Server> server;
};

Status Sandbox::Impl::open(Sandbox& sandbox) {
  auto opened_folder = DataFolder::open(options.data_dir);
  if (!opened_folder) return std::unexpected(opened_folder.error());
  folder = std::move(*opened_folder);
  auto opened_store = store::Store::open(folder->database(), durability(options));
  if (!opened_store) return std::unexpected(opened_store.error());
  store = std::move(*opened_store);
  folder->make_database_private();
  store->guard_by(guard);
  guard.undo_by(store.get());
  undone_claims = std::make_unique<UndoneClaims>(journal, *store);
  if (!options.simulated) open_clock();
  loop.at_turn_end(io::Loop::Stage::kCommit, [this] {
    if (clock_store) {
      clock_store->keep(loop.live_clock().kept_ahead(), clock.wall(), store->dirty());
    }
    undone_claims->end_turn();
  });

  if (const auto home = place_of({}, {}); !home) return std::unexpected(home.error());
  auto opened_account =
      Account::create({.loop = loop,
                       .clock = clock,
                       .tasks = tasks,
                       .random = random,
                       .journal = journal,
                       .store = *store,
                       .http = open_http(),
                       .folder = folder->path(),
                       .endpoint = [this] { return endpoint(); },
                       .service_account = gateway_account(),
                       .regions = options.regions,
                       .simulated = options.simulated,
                       .has_snapshots = [this] { return snapshots && !snapshots->empty(); },
                       .access_options = access_options(options),
                       .allow_service_delivery = options.allow_service_delivery});
  if (!opened_account) return std::unexpected(opened_account.error());
  account = std::move(*opened_account);
  open_gateway();
  if (!options.capture_file.empty()) {
    auto opened_capture = CaptureFile::open(options.capture_file, loop, *gateway, journal);
    if (!opened_capture) return std::unexpected(opened_capture.error());
    capture = std::move(*opened_capture);
    if (options.redact_capture) capture->leave_out([&sandbox] { return sandbox.secrets(); });
  }
  if (auto status = open_stacks(); !status) return status;
  if (auto status = open_front_door(sandbox); !status) return status;
  snapshots = std::make_unique<Snapshots>(*store);
  deployer->restore();
  account->functions().follow_endpoint(stack_table->former_endpoints());
  finish_interrupted();
  return {};
}

// Requests leave for this machine and for private networks, which containers and their host share;
// for others when --egress says so.
io::HttpSender& Sandbox::Impl::open_http() {
  if (options.http != nullptr) return *options.http;
  http_client = std::make_unique<io::HttpClient>(
      loop, io::HttpClientOptions{.refuse = [this](const IpAddress& address) -> std::string {
        const auto contains = [&](const Cidr& network) { return network.contains(address); };
        if (address.is_loopback() || std::ranges::any_of(kPrivateNetworks, contains) ||
            std::ranges::any_of(options.egress, contains)) {
          return {};
        }
        return fmt::format(
            "is at {}, outside of this machine and of private networks: nothing is "
            "sent there unless --egress allows it",
            address.to_string());
      }});
  return *http_client;
}

// Before anything is read that hangs on the time.
void Sandbox::Impl::open_clock() {
  auto& live = loop.live_clock();
  live.hold_while([this] { return running_functions(); }, options.function_guard);
  live.set_listener([this](std::string text) { journal.warn(std::move(text)); });
  if (options.data_dir.empty()) return;
  clock_store = std::make_unique<ClockStore>(*store);
  const auto start = clock_store->start(options.system.wall());
  live.start(start.ahead);
  if (start.system_was_set_back == Duration{}) return;
  journal.warn(
      fmt::format("the system's clock was set back by {} since the last run: the sandbox's goes "
                  "on, ahead of it "
                  "until 'loopgate reset'",
                  to_string(std::chrono::ceil<std::chrono::seconds>(start.system_was_set_back))));
}

// What the end of the sandbox before this one interrupted is over when this one is ready. Should it
// take too long, whoever asks for such a stack waits, or is told what it is in.
void Sandbox::Impl::finish_interrupted() {
  const auto patience = system_instant() + kFinishInterrupted;
  while (deployer->busy() && system_instant() < patience) loop.turn(kFunctionPoll);
}

void Sandbox::Impl::open_gateway() {
  if (options.network == nullptr) udp = std::make_unique<io::UdpNetwork>(loop);
  if (options.simulated) {
    resolver = std::make_unique<TableResolver>(options.reverse_dns);
  } else {
    resolver = std::make_unique<SystemResolver>(loop);
  }
  ports = std::make_unique<PortStore>(*store);
  keys = std::make_unique<KeyStore>(*store);
  gateway::GatewayOptions gateway_options;
  gateway_options.regions = options.regions;
  gateway_options.regions_by_port = options.regions_by_port;
  // Bound to something else than the first of 127.0.0.1, 127.0.0.2, … (a container, ::1), there is
  // one address for all.
  if (options.bind != IpAddress::v4(127, 0, 0, 1)) {
    gateway_options.region_addresses.assign(options.regions.size(), options.bind);
    gateway_options.regions_by_port = true;
  }
  gateway_options.fixed_ports = options.listen;
  gateway_options.egress = options.egress;
  gateway_options.api_key = api_key(options.account);
  gateway_options.service_role_arn = gateway_role_arn();
  gateway_options.service_account = gateway_account();
  gateway = std::make_unique<gateway::Gateway>(
      gateway::Context{.network = options.network != nullptr ? *options.network : *udp,
                       .ports = account->ports(),
                       .clock = clock,
                       .tasks = tasks,
                       .random = random,
                       .journal = journal,
                       .resolver = resolver.get(),
                       .port_book = ports.get(),
                       .key_book = keys.get(),
                       .guard = &guard,
                       .options = std::move(gateway_options)});
  gateway->set_capture_sink([this](const gateway::UnsentDatagram& datagram) {
    captured.add({.seq = 0,
                  .at = datagram.at,
                  .listener = datagram.listener,
                  .region = datagram.region,
                  .to = datagram.to,
                  .tag = datagram.tag,
                  .payload = datagram.payload});
  });
  account->topics().set_publish_observer([this](const sns::PublishedMessage& message, std::size_t) {
    gateway->on_published(message.topic_arn, message.message_id, message.attributes, message.body);
  });
  account->functions().set_event_observer([this](const std::string& arn, std::string_view answer) {
    gateway->on_async_answer(arn, answer);
  });
}

// Of all regions: templates of any may refer to them.
void Sandbox::Impl::keep_given_values() {
  for (const auto& each : options.regions) {
    given_values = keep_in_account(*account, options.account, each, options.resolve);
  }
}

Status Sandbox::Impl::open_stacks() {
  auto types = account->resource_types();
  gateway_types = gateway::make_resource_types(*gateway, home());
  for (const auto& type : gateway_types) types.push_back(type.get());
  auto opened_table = cloudformation::StackTable::open(*store, [this] { return endpoint(); });
  if (!opened_table) return std::unexpected(opened_table.error());
  stack_table = std::move(*opened_table);
  cfn::Deployer::Options deploy_options;
  deploy_options.files = [](const std::string& path) {
    return io::read_regular_file(path, cfn::kMaxTemplateBytes);
  };
  deploy_options.includes = [this](const std::string& location) {
    return customer_config(location, options.account, options.regions);
  };
  keep_given_values();
  deploy_options.references = given_values;
  deploy_options.stored = [this](const auto&... asked) { return stored_value(*account, asked...); };
  deploy_options.allow_unsupported = options.allow_unsupported;
  deploy_options.saves_later = true;
  deployer = std::make_unique<cfn::Deployer>(types, tasks, *stack_table, journal, clock, random,
                                             std::move(deploy_options));
  loop.at_turn_end(io::Loop::Stage::kFlush, [this] { deployer->save_changed(); });
  auto module =
      std::make_unique<cloudformation::CloudFormationModule>(account->surroundings(), *deployer);
  cloudformation = module.get();
  account->add(std::move(module));
  return {};
}

Status Sandbox::Impl::open_front_door(Sandbox& sandbox) {
  auto admission = http::Admission::make(options.bind, options.allow_hosts, options.allow_origins);
  if (!admission) return std::unexpected(admission.error());
  front_door = std::make_unique<http::FrontDoor>(
      random,
      http::CallerDefaults{.account = options.account, .region = region(), .base_url = endpoint()},
      [this](std::move_only_function<void(bool)> write) {
        // What only reads is answered also while nothing can be written.
        const bool wrote = store->operation_wrote();
        store->after_commit([wrote, write = std::move(write)](bool committed) mutable {
          write(committed || !wrote);
        });
      },
      *std::move(admission));
  front_door->guard_by(guard);
  account->add_services(*front_door);
  control = std::make_unique<Control>(sandbox, captured);
  front_door->add_path(std::string(Control::kPrefix),
                       [this](http::Request request, auto exchange) {
                         control->handle(std::move(request), std::move(exchange));
                       },
                       {.is_page = true});
  peer_routes = std::make_unique<PeerRoutes>(sandbox);
  peer_routes->add_to(*front_door);
  auto opened = http::Server::listen(loop, {options.bind, options.port},
                                     [&sandbox](http::Request request, auto exchange) {
                                       sandbox.handle(std::move(request), std::move(exchange));
                                     });
  if (!opened) return std::unexpected(opened.error());
  server = std::move(*opened);
  server->plan_bodies(folder->path() + "/bodies",
                      [this](const http::Request& head) { return front_door->body_plan(head); });
  account->topics().set_public_url(endpoint());
  return {};
}

std::string Sandbox::Impl::endpoint() const {
  auto local = server ? server->local() : Endpoint{options.bind, options.port};
  if (local.address.is_unspecified()) {
    local.address = local.address.is_v4() ? IpAddress::v4(127, 0, 0, 1) : *IpAddress::parse("::1");
  }
  return "http://" + local.to_string();
}

// One that waits for one of our own timers (a long poll) waits for the clock: so it must not wait
// for that one.
io::RunningFunctions Sandbox::Impl::running_functions() const {
  const auto waiting =
      options.simulated ? api_observer.unanswered() : api_observer.waiting_functions();
  // A request to outside takes real time as a function does.
  const std::size_t outside = loop.awaits_outside() ? 1 : 0;
  return {account->functions().in_flight() + outside, waiting};
}

void Sandbox::Impl::when_quiet(std::function<void()> then, int rounds) {
  tasks.post([this, then = std::move(then), rounds]() mutable {
    if (tasks.empty() || rounds == 0) return then();
    when_quiet(std::move(then), rounds - 1);
  });
}

// What is let go completes all the same (a call that was ended, a poll without messages), and is
// answered at the end of its turn: what comes of that goes as well, in a later one.
void Sandbox::Impl::begin_anew(const aws::AccountScope& scope, std::function<Status()> clear,
                               std::function<void(Status)> done) {
  auto end = [this, scope, done = std::move(done)](const Status& status) {
    account->forget(scope);
    if (scope.is_all()) {
      captured.clear();
      journal.clear();
      if (!options.simulated) loop.live_clock().set_back();
    }
    done(status);
  };
  when_quiet([this, scope, clear = std::move(clear), end = std::move(end)] {
    gateway->forget([&](std::string_view stack) { return scope.covers(home().account_of(stack)); });
    account->forget(scope);
    when_quiet([this, status = clear(), end] {
      store->after_commit(
          [this, status, end](bool) { when_quiet([status, end] { end(status); }); });
    });
  });
}

// The clock first: what services set timers for when they read the tables hangs on it. Listeners
// are opened anew once it is certain that they are to be.
void Sandbox::Impl::put_back(const std::string& name, std::function<void(Status)> done) {
  if (!options.simulated) loop.live_clock().start(snapshots->clock_ahead(name));
  const bool same_stacks = snapshots->has_same_stacks(name);
  snapshots->put_back(name);
  captured.clear();
  journal.clear();
  after_commit([this, same_stacks, done = std::move(done)](bool committed) {
    if (!committed) return done(fail("the tables cannot be written: " + store->failure()));
    if (!same_stacks) {
      gateway->clear();
      cloudformation->forget_change_sets({});
      deployer->reload();
    }
    done({});
  });
}

// In a task of the next turn: an answer that is given between turns would wait for a turn's end
// that nobody brings about.
void Sandbox::Impl::after_commit(std::function<void(bool committed)> then) {
  store->after_commit([this, then = std::move(then)](bool committed) {
    tasks.post([then, committed] { then(committed); });
  });
}

void Sandbox::Impl::settle() {
  const auto patience = system_instant() + options.function_guard;
  for (;;) {
    // What waited for the commit may have asked for more.
    if (loop.turn(Duration{}) || !tasks.empty()) continue;
    const auto running = running_functions();
    if (running.all <= running.waiting) return;
    if (system_instant() > patience) {
      journal.warn(
          "a function, or a request to outside, ran on in real time longer than the clock waits "
          "for it");
      account->functions().give_up();  // once is enough: each step would wait as long again
      return;
    }
    loop.turn(kFunctionPoll);
  }
}

std::string Sandbox::Impl::topic_arn(const std::string& topic) const {
  if (topic.starts_with("arn:")) return topic;
  return fmt::format("arn:aws:sns:{}:{}:{}", region(), options.account, topic);
}

void Sandbox::Impl::tell_advance(Duration step) {
  Event event;
  event.kind = EventKind::kClock;
  event.text = "advanced by " + to_string(step);
  journal.append(std::move(event));
}

std::vector<StackOutput> Sandbox::Impl::outputs_of(
    const std::vector<cfn::OutputRecord>& outputs) const {
  const auto listeners = gateway->listeners();
  std::vector<StackOutput> out;
  for (const auto& output : outputs) {
    out.push_back({output.key, output.value, local_address(output.value, listeners)});
  }
  return out;
}

// The deployer does not see what shows only when a listener is there.
std::vector<std::string> Sandbox::Impl::with_role_problems(
    const std::string& stack, std::vector<std::string> warnings) const {
  std::ranges::move(gateway->role_problems(stack), std::back_inserter(warnings));
  return warnings;
}

Result<std::unique_ptr<Sandbox>> Sandbox::create(SandboxOptions options) {
  if (auto status = gateway::check_ingress_regions(options.regions); !status) {
    return std::unexpected(status.error());
  }
  std::unique_ptr<Sandbox> sandbox(new Sandbox(std::make_unique<Impl>(std::move(options))));
  if (auto status = sandbox->impl_->open(*sandbox); !status) return std::unexpected(status.error());
  return sandbox;
}

Sandbox::Sandbox(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Sandbox::~Sandbox() {
  if (impl_->account) impl_->account->logs().flush();
  if (impl_->deployer) impl_->deployer->save_changed();
  if (impl_->store) impl_->store->end_turn();
}

Clock& Sandbox::clock() {
  return impl_->clock;
}
Journal& Sandbox::journal() {
  return impl_->journal;
}
io::Loop& Sandbox::loop() {
  return impl_->loop;
}
const SandboxOptions& Sandbox::options() const {
  return impl_->options;
}
std::string Sandbox::endpoint() const {
  return impl_->endpoint();
}

const std::string& Sandbox::folder() const {
  return impl_->folder->path();
}

std::vector<std::string> Sandbox::secrets() const {
  std::vector<std::string> out;
  if (!impl_->deployer) return out;
  for (const auto* stack : impl_->deployer->list()) {
    for (const auto& parameter : stack->parameters) {
      if (parameter.no_echo) out.push_back(parameter.value);
    }
  }
  for (const auto& [reference, value] : impl_->options.resolve) out.push_back(value);
  for (auto& value : stored_secrets(*impl_->account)) out.push_back(std::move(value));
  return out;
}

std::vector<std::string_view> Sandbox::service_names() const {
  return impl_->account->service_names();
}

Result<gateway::Home> Sandbox::Impl::place_of(const std::string& named_account,
                                              const std::string& named_region) const {
  auto place = home();
  if (!named_account.empty()) place.account = named_account;
  if (!named_region.empty()) place.region = named_region;
  if (!http::is_account_id(place.account)) {
    return fail(fmt::format("account '{}' is not twelve digits", place.account.substr(0, 100)));
  }
  if (std::ranges::find(options.regions, place.region) == options.regions.end()) {
    return fail(fmt::format("region '{}' is not one of this sandbox's: {}",
                            place.region.substr(0, 100), fmt::join(options.regions, ", ")));
  }
  return place;
}

std::string stack_name(const DeployOptions& options) {
  return options.stack.empty() ? stack_name_from(options.template_file) : options.stack;
}

void Sandbox::deploy(DeployOptions options, std::function<void(Result<DeployResult>)> done) {
  cfn::DeployRequest request;
  request.stack_name = stack_name(options);
  request.template_file = options.template_file;
  request.template_folder = folder_of(options.template_file);
  request.template_text = std::move(options.template_text);
  if (request.template_text.empty()) {
    auto text = io::read_regular_file(options.template_file, cfn::kMaxTemplateBytes);
    if (!text) return done(std::unexpected(text.error()));
    request.template_text = std::move(*text);
  }
  request.parameters = std::move(options.parameters);
  auto place = impl_->place_of(options.account, options.region);
  if (!place) return done(std::unexpected(place.error()));
  request.region = std::move(place->region);
  request.account = std::move(place->account);
  request.allow_unsupported = options.allow_unsupported;
  request.references =
      keep_in_account(*impl_->account, request.account, request.region, options.resolve);
  const auto title = impl_->home().title(request.account, request.region, request.stack_name);
  impl_->deployer->deploy(std::move(request),
                          [this, title, done](Result<cfn::StackSummary> summary) {
                            if (!summary) return done(std::unexpected(summary.error()));
                            done(DeployResult{title, impl_->outputs_of(summary->outputs),
                                              impl_->with_role_problems(title, summary->warnings)});
                          });
}

void Sandbox::remove_stack(const std::string& name, std::function<void(Status)> done,
                           const std::string& account, const std::string& region) {
  const auto place = impl_->place_of(account, region);
  if (!place) return done(std::unexpected(place.error()));
  impl_->deployer->remove(place->account, place->region, name, done);
}

void Sandbox::reset(const aws::AccountScope& scope, std::function<void(Status)> done) {
  // One stack after the other, the newest first: later ones may import from earlier ones.
  const auto stacks = impl_->deployer->list();
  const auto live =
      std::find_if(stacks.rbegin(), stacks.rend(), [&](const cfn::StackRecord* stack) {
        return stack->status != cfn::StackStatus::kDeleteComplete && scope.covers(stack->account);
      });
  if (live == stacks.rend()) {
    return impl_->begin_anew(
        scope,
        [this, scope] {
          const auto status = impl_->account->reset(scope);
          if (scope.covers(impl_->options.account)) impl_->keep_given_values();
          return status;
        },
        std::move(done));
  }
  const auto& stack = **live;
  impl_->deployer->remove(
      stack.account, stack.region, stack.id,
      [this, scope, done](Status status) { status ? reset(scope, done) : done(status); });
}

void Sandbox::reset_keeping_stacks(const aws::AccountScope& scope,
                                   std::function<void(Status)> done) {
  impl_->begin_anew(scope, [] { return Status{}; }, std::move(done));
}

void Sandbox::snapshot(const std::string& name, std::function<void(Status)> done) {
  if (impl_->deployer->busy()) return done(fail("a stack is being deployed or deleted"));
  impl_->when_quiet([this, name, done = std::move(done)] {
    impl_->account->logs().flush();
    impl_->deployer->save_changed();
    const auto taken = impl_->snapshots->take(name, clock_ahead());
    if (!taken) return done(taken);
    impl_->account->functions().pin_code();
    impl_->after_commit([this, done](bool committed) {
      committed ? done({}) : done(fail("the tables cannot be copied: " + impl_->store->failure()));
    });
  });
}

void Sandbox::restore(const std::string& name, std::function<void(Status)> done) {
  if (const auto found = impl_->snapshots->check(name); !found) return done(found);
  if (impl_->deployer->busy()) return done(fail("a stack is being deployed or deleted"));
  impl_->begin_anew(
      {}, [] { return Status{}; },
      [this, name, done = std::move(done)](const Status&) { impl_->put_back(name, done); });
}

nlohmann::ordered_json Sandbox::describe() const {
  nlohmann::ordered_json out;
  out["endpoint"] = endpoint();
  out["account"] = impl_->options.account;
  out["regions"] = impl_->options.regions;
  out["last_seq"] = impl_->journal.last_seq();
  out["stacks"] = nlohmann::ordered_json::object();
  for (const auto* stack : impl_->deployer->list()) {
    if (stack->status == cfn::StackStatus::kDeleteComplete) continue;
    const auto title = impl_->home().title(stack->account, stack->region, stack->name);
    auto& entry = out["stacks"][title];
    entry["status"] = cfn::name(stack->status);
    entry["warnings"] = impl_->with_role_problems(title, stack->warnings);
    entry["outputs"] = nlohmann::ordered_json::object();
    entry["local"] = nlohmann::ordered_json::object();
    for (const auto& output : impl_->outputs_of(stack->outputs)) {
      entry["outputs"][output.key] = output.value;
      if (!output.local.empty()) entry["local"][output.key] = output.local;
    }
    entry["listeners"] = nlohmann::ordered_json::object();
  }
  for (const auto& listener : impl_->gateway->listeners()) {
    out["stacks"][listener.stack]["listeners"][listener.logical_id] = describe_listener(listener);
  }
  return out;
}

Result<nlohmann::ordered_json> Sandbox::listener(const std::string& listener) const {
  const auto found = impl_->gateway->listener(listener);
  if (!found) return std::unexpected(found.error());
  return describe_listener(*found);
}

Result<std::uint64_t> Sandbox::inject(const std::string& listener, const std::string& region,
                                      const Endpoint& from, ByteSpan payload) {
  return impl_->gateway->inject(listener, region, from, payload);
}

Result<nlohmann::ordered_json> Sandbox::bill(const std::string& wanted) const {
  std::string name;
  if (!wanted.empty()) {
    const auto found = impl_->gateway->listener(wanted);
    const auto symbol = impl_->journal.intern(found ? found->name : wanted);
    if (!found && !impl_->gateway->bill().contains(symbol)) return std::unexpected(found.error());
    name = impl_->journal.name(symbol);
  }
  return describe_bill(impl_->gateway->bill(), impl_->gateway->listeners(), impl_->journal, name);
}

bool Sandbox::busy() const {
  const auto running = impl_->running_functions();
  return running.all > running.waiting || !impl_->gateway->is_idle() || !impl_->tasks.empty();
}

std::vector<CapturedDatagram> Sandbox::captured(std::uint64_t after, std::size_t limit) const {
  return impl_->captured.read(after, limit);
}

Result<std::uint64_t> Sandbox::inject_inner(const std::string& listener, const std::string& region,
                                            const Endpoint& from, const std::string& peer_key,
                                            ByteSpan plaintext) {
  return impl_->gateway->inject_inner(listener, region, from, peer_key, plaintext);
}

Result<nlohmann::ordered_json> Sandbox::peers(const std::string& listener) const {
  auto peers = impl_->gateway->peers(listener);
  if (!peers) return std::unexpected(peers.error());
  return describe_peers(*peers);
}

Result<nlohmann::ordered_json> Sandbox::wireguard(const std::string& listener) const {
  auto info = impl_->gateway->tunnel_info(listener);
  if (!info) return std::unexpected(info.error());
  return describe_wireguard(*info);
}

Status Sandbox::add_peer(const std::string& listener, const std::string& public_key,
                         const std::vector<std::string>& allowed_ips,
                         const std::string& preshared_key) {
  return impl_->gateway->add_peer(listener, public_key, allowed_ips, preshared_key);
}

Result<nlohmann::json> Sandbox::peek_queue(const std::string& queue) const {
  auto& queues = impl_->account->queues();
  auto found = queues.peek(queue, impl_->region());
  if (found.is_null()) {
    found = queues.peek(
        fmt::format("arn:aws:sqs:{}:{}:{}", impl_->region(), impl_->options.account, queue));
  }
  if (found.is_null()) return fail(fmt::format("there is no queue '{}'", queue));
  return found;
}

Result<std::vector<std::string>> Sandbox::read_log(const std::string& group,
                                                   const std::string& stream) const {
  auto& logs = impl_->account->logs();
  logs.flush();
  const auto [place, name] = logs::find_group({impl_->options.account, impl_->region()}, group);
  const auto found = logs.filter(place, name, {}, stream, {}, {});
  if (!found) return fail(fmt::format("{} ({})", found.error().message, group));
  std::vector<std::string> out;
  for (const auto& event : found->events) {
    if (stream.empty() || event.stream == stream) out.push_back(event.message);
  }
  return out;
}

Result<std::string> Sandbox::publish(const std::string& topic, const std::string& body,
                                     const std::map<std::string, std::string>& attributes,
                                     const std::string& group) {
  sns::PublishRequest request;
  request.topic_arn = impl_->topic_arn(topic);
  request.message = body;
  request.group_id = group;
  for (const auto& [name, value] : attributes)
    request.attributes.push_back({name, "String", value});
  const auto result = impl_->account->topics().publish(request);
  if (!result) return fail(result.error().message);
  return result->message_id;
}

Result<nlohmann::json> Sandbox::call(const std::string& service, const std::string& operation,
                                     nlohmann::json params, const std::string& region) {
  auto session = std::make_shared<aws::Session>();
  session->account = impl_->options.account;
  const auto answer = std::make_shared<std::optional<aws::Outcome<nlohmann::json>>>();
  const auto abandon = impl_->account->api().start(
      std::move(session), {region.empty() ? impl_->region() : region, service, operation},
      std::move(params), [answer](aws::Outcome<nlohmann::json> out) { *answer = std::move(out); });
  settle();
  if (!*answer) {
    if (abandon) abandon();
    return fail(fmt::format("{} {} waits for the clock", service, operation));
  }
  if (**answer) return *std::move(**answer);
  const auto& error = (*answer)->error();
  return fail(fmt::format("{}: {}", error.code, error.message));
}

Result<nlohmann::ordered_json> Sandbox::explain(const std::string& topic, const std::string& body,
                                                const nlohmann::json& attributes) const {
  sns::PublishRequest request;
  request.topic_arn = impl_->topic_arn(topic);
  request.message = body;
  for (const auto& [name, value] : attributes.items()) {
    const auto* const type = value.is_array()    ? "String.Array"
                             : value.is_number() ? "Number"
                                                 : "String";
    request.attributes.push_back(
        {name, type, value.is_string() ? value.get<std::string>() : write_json(value)});
  }
  auto explained = impl_->account->topics().explain(request);
  if (!explained) return fail(explained.error().message);
  return *std::move(explained);
}

Result<nlohmann::ordered_json> Sandbox::explain_published(const std::string& message_id) const {
  auto explained = impl_->account->topics().explain_published(message_id);
  if (!explained) return fail(explained.error().message);
  return *std::move(explained);
}

void Sandbox::handle(http::Request request, std::shared_ptr<http::Exchange> exchange) {
  if (!request.path.starts_with(Control::kPrefix)) {
    exchange = impl_->api_observer.watch(request, std::move(exchange));
  }
  impl_->front_door->handle(std::move(request), std::move(exchange));
}

namespace {

// Answers that nobody reads.
class Unread final : public http::Exchange {
 public:
  void respond(http::Response) override {}
  void begin_stream(http::Response) override {}
  bool write(std::string_view) override { return true; }
  void end_stream() override {}
  void on_drained(std::function<void()>) override {}
  void on_closed(std::function<void()>) override {}
};

}  // namespace

void Sandbox::visit(const std::string& url) {
  const auto parsed = io::Url::parse(url);
  if (!parsed) return impl_->journal.warn("a URL could not be visited: " + parsed.error().message);
  const auto query = parsed->target.find('?');
  http::Request request{.method = "GET",
                        .path = parsed->target.substr(0, query),
                        .headers = {{"Host", parsed->authority()}}};
  if (query != std::string::npos) request.query = parsed->target.substr(query + 1);
  handle(std::move(request), std::make_shared<Unread>());
}

void Sandbox::run() {
  impl_->loop.run();
}

void Sandbox::stop() {
  impl_->loop.stop();
}

bool Sandbox::turn(Duration max_wait) {
  return impl_->loop.turn(max_wait);
}

void Sandbox::set_ready(bool ready) {
  impl_->ready = ready;
}

bool Sandbox::is_ready() const {
  return impl_->ready;
}

void Sandbox::advance(Duration step) {
  LOOPGATE_CHECK(impl_->options.simulated);
  impl_->tell_advance(step);
  settle();
  impl_->clock.advance_to(impl_->clock.now() + step, [this] { settle(); });
  settle();
}

std::function<void()> Sandbox::advance(Duration step, std::function<void(Status)> done) {
  if (impl_->options.simulated) {
    advance(step);
    return done({}), nullptr;
  }
  auto& live = impl_->loop.live_clock();
  if (impl_->clock.wall_at(live.destination()) > kLatest - step) {
    done(fail(fmt::format("the clock cannot be moved beyond {}", to_iso8601(kLatest))));
    return nullptr;
  }
  impl_->tell_advance(step);
  const auto move = live.advance(step, [done = std::move(done)](bool arrived) {
    arrived ? done({}) : done(fail("the sandbox was reset while its clock was moved"));
  });
  return [&live, move] { live.abandon(move); };
}

Duration Sandbox::clock_ahead() const {
  return impl_->options.simulated ? Duration{} : impl_->loop.live_clock().ahead();
}

void Sandbox::settle() {
  impl_->settle();
}

}  // namespace loopgate

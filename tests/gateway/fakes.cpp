#include "tests/gateway/fakes.h"

namespace loopgate::gateway::testing {

class FakeNetwork::Socket final : public DatagramSocket {
 public:
  Socket(FakeNetwork& network, const Endpoint& local) : network_(network), local_(local) {}
  ~Socket() override { network_.receivers.erase(local_); }
  Endpoint local() const override { return local_; }
  bool reaches(const IpAddress& address) const override {
    return address.is_v4() == local_.address.is_v4();
  }
  void send(const Endpoint& to, ByteSpan payload, std::uint64_t tag) override {
    if (network_.full) return network_.receivers.at(local_)->on_send_failed(to, tag, "full");
    network_.sent.push_back({local_, to, to_text(payload)});
  }
  void flush() override {}

 private:
  FakeNetwork& network_;
  Endpoint local_;
};

Result<std::unique_ptr<DatagramSocket>> FakeNetwork::open(const Endpoint& local,
                                                          DatagramReceiver& receiver) {
  ++opened;
  if (taken.contains(local) || receivers.contains(local)) return fail("address in use");
  receivers[local] = &receiver;
  return std::make_unique<Socket>(*this, local);
}

bool FakeNetwork::is_local(const IpAddress& address) const {
  return address.is_loopback() || locals.contains(address);
}

bool FakeNetwork::deliver(const Endpoint& to, const Endpoint& from, std::string_view payload) {
  const auto found = receivers.find(to);
  if (found == receivers.end()) return false;
  const Datagram datagram{as_bytes(payload), from};
  found->second->on_datagrams({&datagram, 1});
  return true;
}

template <class T>
aws::Outcome<T> FakeAws::denied(const std::string& action, T otherwise) {
  if (const auto found = refusals.find(action); found != refusals.end())
    return aws::refuse(found->second);
  if (denied_actions.contains(action)) return aws::refuse(aws::access_denied("may not " + action));
  return otherwise;
}

template <class T>
void FakeAws::complete(aws::Completion<T> done, aws::Outcome<T> outcome) {
  tasks_.post([done = std::move(done), outcome = std::move(outcome)]() mutable {
    done(std::move(outcome));
  });
}

FakeAws::FakeAws(TaskQueue& tasks, Clock& clock)
    : function([](const auto&) { return Answer(aws::InvokeResponse{200, "null", "", "r"}); }),
      tasks_(tasks),
      clock_(clock) {}

FakeAws::~FakeAws() = default;

void FakeAws::assume_role(const std::string& role_arn, const std::string& principal,
                          const std::string& name, Duration duration,
                          aws::Completion<aws::SessionPtr> done) {
  ++assumed[role_arn];
  last_principal = principal;
  if (untrusted.contains(role_arn)) {
    return complete(std::move(done),
                    aws::Outcome<aws::SessionPtr>(aws::refuse(aws::access_denied("not trusted"))));
  }
  auto session = std::make_shared<aws::Session>();
  session->role_arn = role_arn;
  session->name = name;
  session->expires = clock_.wall() + duration;
  complete(std::move(done), aws::Outcome<aws::SessionPtr>(std::move(session)));
}

void FakeAws::invoke(aws::SessionPtr session, aws::InvokeRequest request,
                     aws::Completion<aws::InvokeResponse> done) {
  invocations.push_back({request, session->role_arn});
  if (hold_invocations) {
    held.push_back([this, request, done = std::move(done)]() mutable { done(function(request)); });
    return;
  }
  complete(std::move(done), function(request));
}

void FakeAws::invoke_streaming(aws::SessionPtr session, aws::InvokeRequest request,
                               std::function<void(std::string_view)> on_chunk,
                               aws::Completion<aws::InvokeResponse> done) {
  invocations.push_back({request, session->role_arn});
  for (const auto& chunk : stream(request)) tasks_.post([on_chunk, chunk] { on_chunk(chunk); });
  complete(std::move(done), stream_end);
}

void FakeAws::get_queue_url(aws::SessionPtr, const std::string& arn,
                            aws::Completion<std::string> done) {
  ++queue_urls_asked;
  complete(std::move(done), denied<std::string>("sqs:GetQueueUrl", arn));
}

void FakeAws::send_message_batch(aws::SessionPtr, const std::string& arn,
                                 std::vector<aws::SendEntry> entries,
                                 aws::Completion<aws::SendResult> done) {
  auto outcome = denied<aws::SendResult>("sqs:SendMessage", {});
  if (outcome) {
    *outcome = send_result;
    sent.push_back({arn, std::move(entries)});
  }
  complete(std::move(done), std::move(outcome));
}

void FakeAws::receive(aws::SessionPtr session, const std::string& arn, Duration wait,
                      aws::Completion<std::vector<aws::ReceivedMessage>> done) {
  EXPECT_EQ(session->role_arn, "") << "delivery queues are the service account's";
  auto& queue = queues[arn];
  queue.waiting =
      std::make_shared<aws::Completion<std::vector<aws::ReceivedMessage>>>(std::move(done));
  clock_.call_after(wait, [this, arn, waiting = queue.waiting] {
    if (queues[arn].waiting == waiting) feed(arn, true);
  });
  feed(arn, false);
}

void FakeAws::delete_messages(aws::SessionPtr, const std::string& arn,
                              std::vector<std::string> handles, aws::Completion<aws::Done> done) {
  for (auto& handle : handles) queues[arn].deleted.push_back(handle);
  complete(std::move(done), aws::Outcome<aws::Done>(aws::Done{}));
}

void FakeAws::create_queue(aws::SessionPtr, const std::string& region, const std::string& name,
                           const std::string& policy, aws::Completion<std::string> done) {
  const std::string arn = "arn:aws:sqs:" + region + ":999999999999:" + name;
  queues[arn];
  queue_policies[arn] = policy;
  complete(std::move(done), aws::Outcome<std::string>(arn));
}

void FakeAws::delete_queue(aws::SessionPtr, const std::string& arn,
                           aws::Completion<aws::Done> done) {
  queues.erase(arn);
  complete(std::move(done), aws::Outcome<aws::Done>(aws::Done{}));
}

void FakeAws::subscribe(aws::SessionPtr, const aws::QueueSubscription& wanted,
                        aws::Completion<std::string> done) {
  EXPECT_TRUE(wanted.raw_delivery) << "a delivery queue gets what was published";
  // Again is the same one.
  const auto there = std::ranges::find_if(
      subscriptions, [&](const auto& entry) { return entry.second.first == wanted.queue_arn; });
  auto outcome = denied<std::string>(
      "sns:Subscribe", there != subscriptions.end()
                           ? there->first
                           : wanted.topic_arn + ":" + std::to_string(subscriptions.size() + 1));
  if (outcome) subscriptions[*outcome] = {wanted.queue_arn, wanted.filter_policy};
  complete(std::move(done), std::move(outcome));
}

void FakeAws::unsubscribe(aws::SessionPtr, const std::string& arn,
                          aws::Completion<aws::Done> done) {
  auto outcome = denied<aws::Done>("sns:Unsubscribe", {});
  if (outcome) subscriptions.erase(arn);
  complete(std::move(done), std::move(outcome));
}

void FakeAws::list_subscriptions_by_topic(aws::SessionPtr, const std::string&,
                                          aws::Completion<std::vector<std::string>> done) {
  std::vector<std::string> arns;
  for (const auto& [arn, subscription] : subscriptions) arns.push_back(arn);
  complete(std::move(done),
           denied<std::vector<std::string>>("sns:ListSubscriptionsByTopic", std::move(arns)));
}

void FakeAws::put_log_events(aws::SessionPtr, const std::string& region, const std::string& group,
                             const std::string& stream, std::vector<aws::LogLine> lines,
                             aws::Completion<aws::Done> done) {
  EXPECT_NE(region, "") << "a group's name does not say where it is";
  auto outcome = denied<aws::Done>("logs:PutLogEvents", {});
  if (outcome) {
    auto& call = logs.emplace_back(LogCall{group, stream, {}});
    for (auto& line : lines) call.lines.push_back(line.text);
  }
  complete(std::move(done), std::move(outcome));
}

void FakeAws::call(aws::SessionPtr session, aws::Operation operation, nlohmann::json params,
                   aws::Completion<nlohmann::json> done) {
  const auto found = answers.find(operation.name);
  auto outcome =
      denied<nlohmann::json>(operation.service + ":" + operation.name,
                             found == answers.end() ? nlohmann::json::object() : found->second);
  calls.push_back({std::move(operation), std::move(params), session->role_arn});
  complete(std::move(done), std::move(outcome));
}

void FakeAws::publish(const std::string& region, const std::string& body) {
  for (auto& [arn, queue] : queues) {
    if (arn.find(":" + region + ":") == std::string::npos) continue;
    queue.messages.push_back({"m-1", "h-" + std::to_string(++last_handle_), body, {}});
    feed(arn, false);
  }
}

void FakeAws::release_invocations() {
  while (!held.empty()) {
    auto call = std::move(held.front());
    held.pop_front();
    tasks_.post(std::move(call));
  }
}

void FakeAws::feed(const std::string& arn, bool also_empty) {
  auto& queue = queues[arn];
  if (queue.waiting == nullptr || (queue.messages.empty() && !also_empty)) return;
  std::vector<aws::ReceivedMessage> batch(queue.messages.begin(), queue.messages.end());
  queue.messages.clear();
  auto waiting = std::exchange(queue.waiting, nullptr);
  tasks_.post([waiting, batch]() mutable { (*waiting)(std::move(batch)); });
}

void FakeResolver::reverse(const IpAddress& address, Done done) {
  ++asked;
  if (later) {
    waiting.push_back([this, address, done = std::move(done)]() mutable { done(names[address]); });
  } else {
    done(names[address]);
  }
}

std::optional<std::uint16_t> FakePortBook::find(const std::string& key) {
  const auto found = ports.find(key);
  return found == ports.end() ? std::nullopt : std::optional(found->second);
}

std::optional<wireguard::SecretKey> FakeKeyBook::find(const std::string& key) {
  const auto found = keys.find(key);
  return found == keys.end() ? std::nullopt : std::optional(found->second);
}

void FakeKeyBook::remember(const std::string& key, const wireguard::SecretKey& secret) {
  keys[key] = secret;
}

World::World(GatewayOptions options) : aws(tasks, clock), options_(std::move(options)) {
  options_.api_key = "key";
  options_.service_role_arn = "arn:aws:iam::999999999999:role/gateway-service";
  gateway = std::make_unique<Gateway>(context());
  make_types();
  gateway->set_capture_sink(
      [this](const UnsentDatagram& datagram) { captured.push_back(datagram); });
}

Context World::context() {
  return {network,   aws.ports(), clock,     tasks,   random,  journal,
          &resolver, &port_book,  &key_book, nullptr, options_};
}

World::~World() = default;

void World::make_types() {
  auto made = make_resource_types(*gateway, {"111122223333", "us-west-2"});
  types.clear();
  for (auto& type : made) types[std::string(type->names()[0])] = std::move(type);
}

void World::settle() {
  while (tasks.run_ready() > 0) {
  }
}

void World::advance(Duration duration) {
  clock.advance_to(clock.now() + duration, [this] { settle(); });
  settle();
}

cfn::ResourceRequest World::request(const std::string& kind, const std::string& logical_id,
                                    nlohmann::json properties) {
  properties["ServiceToken"] = "arn:aws:lambda:us-west-2:999999999999:function:handler";
  if (!properties.contains("ApiKey")) properties["ApiKey"] = "key";
  cfn::ResourceRequest out;
  out.stack = &stack;
  out.logical_id = logical_id;
  out.type = "Custom::ProxylityUdpGateway" + kind;
  out.properties = std::move(properties);
  out.place = {"app.yaml", 7};
  out.place_of = [](std::string_view pointer) {
    return SourcePlace{"app.yaml", 10 + static_cast<int>(pointer.size())};
  };
  return out;
}

GatewayResource& World::type_of(const std::string& kind) {
  return *types.at("Custom::ProxylityUdpGateway" + kind);
}

Result<cfn::ResourceState> World::create(const std::string& kind, const std::string& logical_id,
                                         nlohmann::json properties) {
  Result<cfn::ResourceState> out = fail("not completed");
  type_of(kind).create(request(kind, logical_id, std::move(properties)),
                       [&](auto state) { out = std::move(state); });
  settle();
  return out;
}

Result<cfn::ResourceState> World::update(const std::string& kind, const std::string& logical_id,
                                         const std::string& physical_id, nlohmann::json properties,
                                         nlohmann::json old) {
  auto made = request(kind, logical_id, std::move(properties));
  made.physical_id = physical_id;
  made.old_properties = std::move(old);
  Result<cfn::ResourceState> out = fail("not completed");
  type_of(kind).update(made, [&](auto state) { out = std::move(state); });
  settle();
  return out;
}

Status World::restore(const std::string& kind, const std::string& logical_id,
                      nlohmann::json properties, const cfn::ResourceState& state) {
  auto made = request(kind, logical_id, std::move(properties));
  made.physical_id = state.physical_id;
  cfn::ResourceType& type = type_of(kind);  // as the engine sees it
  Status out = type.restore(made, state);
  settle();
  return out;
}

std::vector<std::string> World::check_restored(const std::string& kind,
                                               const std::string& logical_id,
                                               nlohmann::json properties,
                                               const std::string& physical_id) {
  auto made = request(kind, logical_id, std::move(properties));
  made.physical_id = physical_id;
  std::vector<std::string> warnings;
  cfn::ResourceType& type = type_of(kind);
  type.check_restored(made, warnings);
  return warnings;
}

Status World::remove(const std::string& kind, const std::string& logical_id,
                     const std::string& physical_id) {
  auto made = request(kind, logical_id, nlohmann::json::object());
  made.physical_id = physical_id;
  Status out = fail("not completed");
  type_of(kind).remove(made, [&](Status status) { out = std::move(status); });
  settle();
  return out;
}

std::string World::listen(nlohmann::json destinations, nlohmann::json extra,
                          const std::string& logical_id) {
  nlohmann::json properties = {{"Protocols", {"udp"}},
                               {"ClientRestrictions", {{"Networks", {"0.0.0.0/0"}}}},
                               {"Destinations", std::move(destinations)}};
  properties.update(extra);
  const auto made = create("Listener", logical_id, properties);
  EXPECT_TRUE(made) << made.error().to_string();
  return made ? made->physical_id : "";
}

Endpoint World::address(std::size_t region) {
  return gateway->listeners().at(0).addresses.at(region).endpoint;
}

void World::send(std::string_view payload, const Endpoint& from, std::size_t region) {
  EXPECT_TRUE(network.deliver(address(region), from, payload));
  settle();
}

std::vector<Event> World::events(EventKind kind) {
  std::vector<Event> out;
  for (auto& event : journal.read(0, 100'000)) {
    if (event.kind == kind) out.push_back(event);
  }
  return out;
}

std::vector<std::string> World::discards() {
  std::vector<std::string> out;
  for (const auto& event : events(EventKind::kDiscarded)) {
    out.emplace_back(describe(event.reason).code);
  }
  return out;
}

std::vector<std::string> World::warnings() {
  std::vector<std::string> out;
  for (const auto& event : events(EventKind::kWarning)) out.push_back(event.text);
  return out;
}

nlohmann::json lambda_destination(nlohmann::json extra) {
  nlohmann::json out = {{"Name", "echo"},
                        {"DestinationArn", kFunction},
                        {"Role", kRole},
                        {"Batching", {{"Count", "1"}}}};
  out.update(extra);
  return out;
}

nlohmann::json sqs_destination(nlohmann::json extra) {
  nlohmann::json out = {{"Name", "queue"},
                        {"DestinationArn", kQueue},
                        {"Role", {{"Arn", kRole}}},
                        {"Batching", {{"Count", "1"}}}};
  out.update(extra);
  return out;
}

FakeAws::Answer echo(const aws::InvokeRequest& request) {
  auto document = nlohmann::json::parse(request.payload);
  nlohmann::json replies = nlohmann::json::array();
  for (const auto& message : document["Messages"]) {
    replies.push_back({{"Tag", message["Tag"]}, {"Data", message["Data"]}});
  }
  return aws::InvokeResponse{200, nlohmann::json{{"Replies", replies}}.dump(), "", "r"};
}

std::function<FakeAws::Answer(const aws::InvokeRequest&)> answering(std::string payload,
                                                                    std::string function_error) {
  return [payload, function_error](const aws::InvokeRequest&) {
    return FakeAws::Answer(aws::InvokeResponse{200, payload, function_error, "r"});
  };
}

std::string tag_in(const aws::InvokeRequest& request) {
  return nlohmann::json::parse(request.payload)["Messages"][0]["Tag"];
}

}  // namespace loopgate::gateway::testing

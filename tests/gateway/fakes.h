// The gateway's outside, in memory: sockets, AWS, names and ports, on simulated time.
#pragma once

#include <gmock/gmock.h>

#include <deque>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "gateway/deployment/resources.h"
#include "gateway/gateway.h"

namespace loopgate::gateway::testing {

struct Sent {
  Endpoint from;
  Endpoint to;
  std::string payload;
  bool operator==(const Sent&) const = default;
};

class FakeNetwork final : public Network {
 public:
  Result<std::unique_ptr<DatagramSocket>> open(const Endpoint& local,
                                               DatagramReceiver& receiver) override;
  bool is_local(const IpAddress& address) const override;
  // False when nobody listens there.
  bool deliver(const Endpoint& to, const Endpoint& from, std::string_view payload);

  std::map<Endpoint, DatagramReceiver*> receivers;
  std::size_t opened = 0;  // attempts, refused ones too
  std::set<Endpoint> taken;
  std::set<IpAddress> locals;
  std::vector<Sent> sent;
  bool full = false;  // takes nothing any more

 private:
  class Socket;
};

// Every port in one: each call is recorded and completes through the task queue.
class FakeAws final : public aws::StsPort,
                      public aws::LambdaPort,
                      public aws::SqsPort,
                      public aws::SnsPort,
                      public aws::LogsPort,
                      public aws::Api {
 public:
  struct Invocation {
    aws::InvokeRequest request;
    std::string role;
  };
  struct SentBatch {
    std::string queue;
    std::vector<aws::SendEntry> entries;
  };
  struct ApiCall {
    aws::Operation operation;
    nlohmann::json params;
    std::string role;
  };
  struct LogCall {
    std::string group;
    std::string stream;
    std::vector<std::string> lines;
  };
  using Answer = aws::Outcome<aws::InvokeResponse>;

  FakeAws(TaskQueue& tasks, Clock& clock);
  ~FakeAws();
  aws::Ports ports() { return {*this, *this, *this, *this, *this, *this}; }

  void assume_role(const std::string& role_arn, const std::string& principal,
                   const std::string& name, Duration duration,
                   aws::Completion<aws::SessionPtr> done) override;

  void invoke(aws::SessionPtr session, aws::InvokeRequest request,
              aws::Completion<aws::InvokeResponse> done) override;
  void invoke_streaming(aws::SessionPtr session, aws::InvokeRequest request,
                        std::function<void(std::string_view)> on_chunk,
                        aws::Completion<aws::InvokeResponse> done) override;

  void get_queue_url(aws::SessionPtr, const std::string& arn,
                     aws::Completion<std::string> done) override;
  void send_message_batch(aws::SessionPtr, const std::string& arn,
                          std::vector<aws::SendEntry> entries,
                          aws::Completion<aws::SendResult> done) override;
  void receive(aws::SessionPtr session, const std::string& arn, Duration wait,
               aws::Completion<std::vector<aws::ReceivedMessage>> done) override;
  void delete_messages(aws::SessionPtr, const std::string& arn, std::vector<std::string> handles,
                       aws::Completion<aws::Done> done) override;
  void create_queue(aws::SessionPtr, const std::string& region, const std::string& name,
                    const std::string& policy, aws::Completion<std::string> done) override;
  void delete_queue(aws::SessionPtr, const std::string& arn,
                    aws::Completion<aws::Done> done) override;

  void subscribe(aws::SessionPtr, const aws::QueueSubscription& wanted,
                 aws::Completion<std::string> done) override;
  void unsubscribe(aws::SessionPtr, const std::string& arn,
                   aws::Completion<aws::Done> done) override;
  void list_subscriptions_by_topic(aws::SessionPtr, const std::string&,
                                   aws::Completion<std::vector<std::string>> done) override;
  void put_log_events(aws::SessionPtr, const std::string& region, const std::string& group,
                      const std::string& stream, std::vector<aws::LogLine> lines,
                      aws::Completion<aws::Done> done) override;
  // Refused as `refusals` has it for "logs:PutLogEvents"; else answered with what `answers` has.
  void call(aws::SessionPtr session, aws::Operation operation, nlohmann::json params,
            aws::Completion<nlohmann::json> done) override;

  // A published message arrives in the delivery queue of `region`.
  void publish(const std::string& region, const std::string& body);
  void release_invocations();

  std::function<Answer(const aws::InvokeRequest&)> function;  // at first it answers null
  std::function<std::vector<std::string>(const aws::InvokeRequest&)> stream;
  Answer stream_end = aws::InvokeResponse{};
  aws::SendResult send_result;
  std::set<std::string> untrusted;                // roles
  std::set<std::string> denied_actions;           // "sqs:SendMessage"
  std::map<std::string, aws::AwsError> refusals;  // by action
  bool hold_invocations = false;

  std::map<std::string, int> assumed;
  std::string last_principal;
  std::vector<Invocation> invocations;
  std::deque<TaskQueue::Task> held;
  int queue_urls_asked = 0;
  std::vector<SentBatch> sent;
  std::map<std::string, std::pair<std::string, std::string>> subscriptions;  // arn → queue, policy
  std::map<std::string, std::string> queue_policies;                         // by ARN
  std::vector<LogCall> logs;
  std::map<std::string, nlohmann::json> answers;  // by operation; else an empty object
  std::vector<ApiCall> calls;

  struct Queue {
    std::deque<aws::ReceivedMessage> messages;
    std::vector<std::string> deleted;
    std::shared_ptr<aws::Completion<std::vector<aws::ReceivedMessage>>> waiting;
  };
  std::map<std::string, Queue> queues;

 private:
  template <class T>
  aws::Outcome<T> denied(const std::string& action, T otherwise);
  template <class T>
  void complete(aws::Completion<T> done, aws::Outcome<T> outcome);
  void feed(const std::string& arn, bool also_empty);

  TaskQueue& tasks_;
  Clock& clock_;
  int last_handle_ = 0;
};

class FakeResolver final : public Resolver {
 public:
  void reverse(const IpAddress& address, Done done) override;
  std::map<IpAddress, std::vector<std::string>> names;
  std::vector<TaskQueue::Task> waiting;
  bool later = false;
  int asked = 0;
};

class FakePortBook final : public PortBook {
 public:
  std::optional<std::uint16_t> find(const std::string& key) override;
  void remember(const std::string& key, std::uint16_t port) override { ports[key] = port; }
  std::map<std::string, std::uint16_t> ports;
};

class FakeKeyBook final : public KeyBook {
 public:
  std::optional<wireguard::SecretKey> find(const std::string& key) override;
  void remember(const std::string& key, const wireguard::SecretKey& secret) override;
  void forget(const std::string& key) override { keys.erase(key); }
  std::map<std::string, wireguard::SecretKey> keys;
};

inline constexpr const char* kFunction = "arn:aws:lambda:us-west-2:111122223333:function:echo";
inline constexpr const char* kQueue = "arn:aws:sqs:us-west-2:111122223333:queue";
inline constexpr const char* kFifo = "arn:aws:sqs:us-west-2:111122223333:queue.fifo";
inline constexpr const char* kTopic = "arn:aws:sns:us-west-2:111122223333:topic";
inline constexpr const char* kRole = "arn:aws:iam::111122223333:role/gateway";

inline const Endpoint kClient = *Endpoint::parse("127.0.0.1:40112");

// A gateway and its outside. 2026-11-02T09:15:30.204Z when the world begins.
class World {
 public:
  explicit World(GatewayOptions options = {});
  ~World();
  Context context();
  void make_types();

  void settle();
  void advance(Duration duration);

  cfn::ResourceRequest request(const std::string& kind, const std::string& logical_id,
                               nlohmann::json properties);
  GatewayResource& type_of(const std::string& kind);
  Result<cfn::ResourceState> create(const std::string& kind, const std::string& logical_id,
                                    nlohmann::json properties);
  Result<cfn::ResourceState> update(const std::string& kind, const std::string& logical_id,
                                    const std::string& physical_id, nlohmann::json properties,
                                    nlohmann::json old = nlohmann::json::object());
  Status restore(const std::string& kind, const std::string& logical_id, nlohmann::json properties,
                 const cfn::ResourceState& state);
  // What is told of it when everything was restored.
  std::vector<std::string> check_restored(const std::string& kind, const std::string& logical_id,
                                          nlohmann::json properties,
                                          const std::string& physical_id);
  Status remove(const std::string& kind, const std::string& logical_id,
                const std::string& physical_id);

  // A `udp` listener that admits IPv4, with these destinations.
  std::string listen(nlohmann::json destinations, nlohmann::json extra = nlohmann::json::object(),
                     const std::string& logical_id = "Udp");
  Endpoint address(std::size_t region = 0);
  void send(std::string_view payload, const Endpoint& from = kClient, std::size_t region = 0);

  std::vector<Event> events(EventKind kind);
  std::vector<std::string> discards();
  std::vector<std::string> warnings();

  Clock clock{*parse_iso8601("2026-11-02T09:15:30.204Z")};
  TaskQueue tasks;
  Random random = Random::from_seed(1);
  Journal journal{clock};
  FakeNetwork network;
  FakeResolver resolver;
  FakePortBook port_book;
  FakeKeyBook key_book;
  FakeAws aws;
  cfn::StackContext stack{"demo", "", "111122223333", "us-west-2", ".", false};
  std::vector<UnsentDatagram> captured;
  GatewayOptions options_;
  std::unique_ptr<Gateway> gateway;
  std::map<std::string, std::unique_ptr<GatewayResource>> types;
};

nlohmann::json lambda_destination(nlohmann::json extra = nlohmann::json::object());
nlohmann::json sqs_destination(nlohmann::json extra = nlohmann::json::object());

// A function that answers each packet with its own Data.
FakeAws::Answer echo(const aws::InvokeRequest& request);
// One that always answers this.
std::function<FakeAws::Answer(const aws::InvokeRequest&)> answering(
    std::string payload, std::string function_error = "");
// The tag of the first packet of an invocation.
std::string tag_in(const aws::InvokeRequest& request);

}  // namespace loopgate::gateway::testing

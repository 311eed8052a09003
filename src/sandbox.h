// The composition root: builds every part of the gateway and the account in order and wires them.
// The only place that knows every room; `loopgate up` runs one on real sockets and time, a scenario
// one in memory.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "aws/account_scope.h"
#include "base/clock.h"
#include "base/ip_address.h"
#include "base/journal.h"
#include "base/network.h"
#include "base/random.h"
#include "base/result.h"
#include "base/system_time.h"
#include "base/task_queue.h"

namespace loopgate::io {
class HttpSender;
class Loop;
}  // namespace loopgate::io
namespace loopgate::http {
struct Request;
class Exchange;
}  // namespace loopgate::http

namespace loopgate {

// The secret of long-term access keys, whichever they are.
inline constexpr const char* kSigningSecret = "test";

struct SandboxOptions {
  // Simulated: the clock stands still until told, randomness comes from `seed`, datagrams travel
  // through `network` (which must then be given). Live: the system's time and randomness, real
  // sockets.
  bool simulated = false;
  std::uint64_t seed = 1;
  Network* network = nullptr;
  io::HttpSender* http = nullptr;  // takes HTTP requests to outside; null: they are really sent

  std::string data_dir;     // empty: nothing is kept
  bool flush_disk = false;  // --durability full

  IpAddress bind = IpAddress::v4(127, 0, 0, 1);
  std::uint16_t port = 4566;  // 0 picks a free one
  // Who may come in by HTTP beside this machine's own names and the sandbox's own pages.
  std::vector<std::string> allow_hosts;    // "loopgate", "*.loopgate"
  std::vector<std::string> allow_origins;  // "http://localhost:3000"
  std::string account = "123456789012";
  std::vector<std::string> regions = {
      "us-west-2"};  // ingress regions; the first is the stacks' own
  bool regions_by_port = false;
  std::vector<Cidr> egress;                     // non-local networks that may really be sent to
  std::map<std::string, std::uint16_t> listen;  // logical id → fixed port
  bool allow_unsupported = false;
  bool enforce_iam = false;             // deny what AWS would deny; else it is told and passes
  bool verify_signatures = false;       // by kSigningSecret, and by those of temporary credentials
  bool allow_service_delivery = false;  // deliver without the resource's policy, with a warning
  std::string capture_file;             // pcapng of what listeners send and receive; empty: none
  bool redact_capture = false;          // keys that are `secrets` are left out of it
  // Values of {{resolve:…}}: "ssm:/path", "secretsmanager:name" → text.
  std::map<std::string, std::string> resolve;
  // Answers reverse DNS in scenarios: address → name. Live, the system's resolver is asked.
  std::map<std::string, std::string> reverse_dns;
  // How long (real time) a function may keep a clock that is moved waiting before it is left to
  // run.
  Duration function_guard = std::chrono::seconds(20);
  SystemTime system{};  // the system's clocks; read live
};

struct DeployOptions {
  std::string stack;          // empty: see stack_name
  std::string template_file;  // for places in messages, and the folder of CodeUri
  std::string template_text;  // empty: the file is read
  std::map<std::string, std::string> parameters;
  // Beside those of the sandbox.
  bool allow_unsupported = false;
  std::map<std::string, std::string> resolve;
  // Empty: the sandbox's own account, and its first region.
  std::string account{};
  std::string region{};
};

// `stack`, or the template's file name as far as stack names may have it:
// "packet-counter.template.json" → "packet-counter"; of "template.yaml" its folder's name.
std::string stack_name(const DeployOptions& options);

struct StackOutput {
  std::string key;
  std::string value;
  std::string local;  // the address here, where `value` names the vendor's production; else empty
};

struct DeployResult {
  std::string stack;
  std::vector<StackOutput> outputs;
  std::vector<std::string> warnings;
};

// A datagram for a client that was injected: kept for whoever injected it.
struct CapturedDatagram {
  std::uint64_t seq = 0;  // from 1
  WallTime at{};
  std::string listener;
  std::string region;
  Endpoint to;
  std::uint64_t tag = 0;
  Bytes payload;
};

class Sandbox {
 public:
  static Result<std::unique_ptr<Sandbox>> create(SandboxOptions options);
  ~Sandbox();
  Sandbox(const Sandbox&) = delete;

  Clock& clock();
  Journal& journal();
  io::Loop& loop();
  const SandboxOptions& options() const;
  std::string endpoint() const;  // "http://127.0.0.1:4566"
  // Where its files are; a temporary one goes with it, also when it is killed.
  const std::string& folder() const;
  // Values of what is deployed that are not to be shown: NoEcho parameters, resolved references.
  std::vector<std::string> secrets() const;

  // "cloudformation", "iam", …: what is emulated, by name.
  std::vector<std::string_view> service_names() const;

  // Creates or updates a stack. The error is the last line that the user reads.
  void deploy(DeployOptions options, std::function<void(Result<DeployResult>)> done);
  // Account and region as in DeployOptions.
  void remove_stack(const std::string& name, std::function<void(Status)> done,
                    const std::string& account = {}, const std::string& region = {});
  // Deletes everything of the accounts in scope: their stacks of all regions, and what was made by
  // API calls. When that is all accounts, the journal and captured datagrams go as well, and a live
  // clock shows the system's time again: those belong to everybody.
  void reset(const aws::AccountScope& scope, std::function<void(Status)> done);
  // Between two tests of these accounts: stacks, their resources, listeners with their sockets and
  // WireGuard sessions, and idle workers of functions stay as they are. Messages, logs, packets
  // under way and memories of deduplication go; functions that run are ended, polls that wait are
  // answered without messages. What arrives after `done` belongs to the next test, what arrived
  // before does not. What belongs to everybody goes as above.
  void reset_keeping_stacks(const aws::AccountScope& scope, std::function<void(Status)> done);

  // All that is in tables (stacks, roles, queues and their messages, topics, functions, logs,
  // executions) and how far the clock is ahead, by name, until the sandbox ends. What is under way
  // is not part of it.
  void snapshot(const std::string& name, std::function<void(Status)> done);
  // Puts that back. As `reset_keeping_stacks` it lets go what is under way, and the journal. While
  // no stack was changed since, listeners with their sockets and WireGuard sessions and warm
  // functions stay as they are; else listeners are opened anew, on their ports.
  void restore(const std::string& name, std::function<void(Status)> done);

  // The document of the ready file: endpoint, stacks with warnings, outputs and listeners.
  nlohmann::ordered_json describe() const;
  // One listener of it. `listener`, here and below, is a logical id, a name, a port, or
  // STACK/LOGICALID.
  Result<nlohmann::ordered_json> listener(const std::string& listener) const;

  // A datagram that no socket received. Same path from there. Gives its tag.
  Result<std::uint64_t> inject(const std::string& listener, const std::string& region,
                               const Endpoint& from, ByteSpan payload);
  // The same for what a replayed WireGuard session carried: `plaintext` is the peer's (base64
  // public key); 0 for a keep-alive, which goes nowhere.
  Result<std::uint64_t> inject_inner(const std::string& listener, const std::string& region,
                                     const Endpoint& from, const std::string& peer_key,
                                     ByteSpan plaintext);
  std::vector<CapturedDatagram> captured(std::uint64_t after, std::size_t limit) const;

  // Packets as the service bills them, since the start or the last reset: by listener, and in sum.
  // Of one listener if it is named, also of a deleted one by its name.
  Result<nlohmann::ordered_json> bill(const std::string& listener) const;
  // Whether packets wait or are under way, a function runs that is not itself waiting for the
  // clock, or a request to outside is out.
  bool busy() const;

  // The table of WireGuard sessions of a listener, or of all (empty).
  Result<nlohmann::ordered_json> peers(const std::string& listener) const;
  // What a client's configuration is made from: PublicKey, Endpoints by region, AllowUnknownPeers,
  // ….
  Result<nlohmann::ordered_json> wireguard(const std::string& listener) const;
  Status add_peer(const std::string& listener, const std::string& public_key,
                  const std::vector<std::string>& allowed_ips, const std::string& preshared_key);

  // Looks into a queue (name, URL or ARN) without receiving.
  Result<nlohmann::json> peek_queue(const std::string& queue) const;
  // The texts of a log group (name or ARN), oldest first; of one stream unless that is empty.
  Result<std::vector<std::string>> read_log(const std::string& group,
                                            const std::string& stream) const;
  // SNS Publish as a client would do it: any attributes, and for FIFO topics a group. Gives the
  // message id.
  Result<std::string> publish(const std::string& topic, const std::string& body,
                              const std::map<std::string, std::string>& attributes,
                              const std::string& group = {});

  // Who would get a message of a topic (name or ARN), and why. Attributes are texts, numbers and
  // lists of those.
  Result<nlohmann::ordered_json> explain(const std::string& topic, const std::string& body,
                                         const nlohmann::json& attributes) const;
  // Of one of the last publishes.
  Result<nlohmann::ordered_json> explain_published(const std::string& message_id) const;

  // Any operation of any service by its AWS name, on behalf of the account itself; settles. A call
  // that waits for the clock (a long poll) is abandoned.
  Result<nlohmann::json> call(const std::string& service, const std::string& operation,
                              nlohmann::json params, const std::string& region = {});

  // One HTTP request, as if the server had read it.
  void handle(http::Request request, std::shared_ptr<http::Exchange> exchange);
  // GET of one of the sandbox's own URLs, unsigned, as whoever got it in a message calls it. What
  // is answered is in the journal.
  void visit(const std::string& url);

  // Live.
  void run();  // until stop
  void stop();
  bool turn(Duration max_wait);  // one turn, for `exec` and the start
  // Whether what was asked for at the start is deployed: what health checks ask. True until said
  // otherwise.
  void set_ready(bool ready);
  bool is_ready() const;

  // Simulated: moves time, each deadline settled.
  void advance(Duration step);
  // The same for both; live it happens in turns of the loop (io/live_clock.h), one move after the
  // other. `done` is called when the clock has arrived, or with the reason why it will not. Gives
  // what abandons the move; may be null.
  std::function<void()> advance(Duration step, std::function<void(Status)> done);
  Duration clock_ahead() const;  // of the system's; simulated zero
  // Simulated: runs until nothing is ready and no function is busy (see function_guard).
  void settle();

 private:
  struct Impl;
  explicit Sandbox(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace loopgate

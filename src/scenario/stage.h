// Where the steps of one scenario act: the sandbox, its network, and who is called what.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "sandbox.h"
#include "scenario/limits.h"
#include "scenario/mail.h"
#include "scenario/scenario.h"
#include "scenario/sim_network.h"
#include "scenario/web_receivers.h"
#include "scenario/wireguard_client.h"

namespace loopgate::scenario {

class Stage {
 public:
  Stage(const Scenario& scenario, Sandbox& sandbox, SimNetwork& network, WebReceivers& web);

  Sandbox& sandbox() { return sandbox_; }
  SimNetwork& network() { return network_; }
  WebReceivers& web() { return web_; }
  const Setup& setup() const { return scenario_.setup; }
  const std::string& folder() const { return folder_; }

  // Until nothing is under way any more at this instant.
  void settle();
  void advance(Duration step);
  // To the next deadline, but not beyond `limit`. False when `limit` is reached.
  bool advance_towards(Instant limit);

  // A client's name, or address:port.
  Result<Endpoint> client(const std::string& name) const;
  // The name of the client there, else its address.
  std::string call(const Endpoint& endpoint) const;

  // The tunnel of the WireGuard client that is there now; null when there is none.
  WireguardClient* tunnel(const Endpoint& client) const;

  // The oldest that came at a client and no step took; of a client with a tunnel, through that.
  std::optional<Mail> peek_mail(const Endpoint& client) const;
  std::optional<Mail> take_mail(const Endpoint& client);
  std::size_t waiting(const Endpoint& client) const;
  // Everybody who has something waiting.
  std::vector<Endpoint> with_mail() const;

  // Of a listener by logical id, STACK/LOGICALID, name or port: where it is in `region` (empty: the
  // first).
  Result<Endpoint> listener(const std::string& id, const std::string& region) const;
  // What the journal calls it; `id` itself when there is no such listener (any more).
  std::string listener_name(const std::string& id) const;
  // The value of a stack's output of that name, else `text` itself.
  std::string output_or(const std::string& text) const;

  // What a step has kept of an answer under a name, for later ones.
  void keep(const std::string& name, nlohmann::json value) { kept_[name] = std::move(value); }
  // `document` with its texts "${NAME}" replaced by what was kept under the name, else by the
  // stack's output of that name.
  nlohmann::json filled_in(nlohmann::json document) const;

  Status deploy(const StackSetup& stack);
  Status delete_stack(const std::string& name);

  // What was captured for a client that has no wire, oldest first.
  std::optional<CapturedDatagram> take_captured(const Endpoint& client);

  // Expectations about the journal that no action parts look at the same stretch of it.
  std::uint64_t stretch() const { return stretch_; }
  void looked_at_journal() { looked_ = true; }
  void before_action();

  // When the first step began.
  Instant started() const { return started_; }
  void start() { started_ = sandbox_.clock().now(); }

  // False when that were more than a scenario may have.
  bool count_step() { return ++steps_run_ <= kMaxStepsRun; }
  bool enter_include() { return ++include_depth_ <= kMaxIncludeDepth || --include_depth_ < 0; }
  void leave_include() { --include_depth_; }

 private:
  // Where it is now.
  Endpoint place_of(const ClientSetup& client) const;
  Status await(const std::optional<Status>& done, std::string_view what);
  void collect_captured();

  const Scenario& scenario_;
  Sandbox& sandbox_;
  SimNetwork& network_;
  WebReceivers& web_;
  std::string folder_;
  std::map<std::string, std::unique_ptr<WireguardClient>> tunnels_;  // by the client's name
  std::map<Endpoint, std::deque<CapturedDatagram>> captured_;
  std::uint64_t captured_seq_ = 0;
  std::map<std::string, nlohmann::json> kept_;
  std::uint64_t stretch_ = 0;
  bool looked_ = false;
  Instant started_{};
  std::size_t steps_run_ = 0;
  int include_depth_ = 0;
};

}  // namespace loopgate::scenario

// The UDP gateway: the owner of all listeners and packet sources, and what the rest of the sandbox
// sees of them. The way of a packet: listener → restrictions → transport → destination → batcher →
// delivery → reply → listener; of a sourced one: packet_source → source_message → transport →
// listener.
//
// The gateway knows nothing of emulators or the kernel: sockets, AWS, time, randomness and names
// are handed in.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gateway/context.h"
#include "gateway/delivery_log.h"
#include "gateway/listener.h"
#include "gateway/role.h"
#include "gateway/sources/packet_source.h"

namespace loopgate::gateway {

class Gateway final : public SourceSink {
 public:
  // What `context` refers to outlives the gateway.
  explicit Gateway(Context context);
  ~Gateway() override;
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  std::vector<ListenerInfo> listeners() const;
  // `listener`, here and below, is a name, a logical id, a port, or "STACK/LOGICALID"; what fits
  // several is refused with their full ids.
  Result<ListenerInfo> listener(const std::string& listener) const;

  // A datagram that seems to have come from `from` into `region` (empty: the first). Everything
  // happens as if it had come from a socket, but what goes back is captured. Gives its tag.
  Result<std::uint64_t> inject(const std::string& listener, const std::string& region,
                               const Endpoint& from, ByteSpan payload);
  void set_capture_sink(CaptureSink sink) { context_.capture = std::move(sink); }
  // The same for a plaintext that a replayed WireGuard session carried for the peer with this
  // public key (base64); what goes back is captured before it is sealed. 0 for a keep-alive, which
  // goes nowhere.
  Result<std::uint64_t> inject_inner(const std::string& listener, const std::string& region,
                                     const Endpoint& from, std::string_view peer_key,
                                     ByteSpan plaintext);

  // For captures; null ends it. Costs nothing when not set.
  void set_datagram_observer(DatagramObserver observer) { context_.observe = std::move(observer); }
  void set_key_log_observer(KeyLogObserver observer);

  // Listeners with a tunnel (`wg`). The table of sessions of all of them: an empty name.
  Result<std::vector<PeerSession>> peers(const std::string& listener) const;
  Result<TunnelInfo> tunnel_info(const std::string& listener) const;
  // Adds a peer to a running listener, or changes it: until the sandbox ends, or the peer stands in
  // the template. Keys are base64; an empty `preshared_key` is none, no `allowed_ips` are any.
  Status add_peer(const std::string& listener, const std::string& public_key,
                  const std::vector<std::string>& allowed_ips, const std::string& preshared_key);

  // SNS accepted a message: says why no region will get it, if so. Topics without a packet source
  // are no business of ours.
  void on_published(const std::string& topic_arn, const std::string& message_id,
                    const std::vector<aws::MessageAttribute>& attributes, std::string_view body);

  // A function that was invoked asynchronously answered: nobody waits for replies in there, which
  // this says. Functions that no destination invokes so are no business of ours.
  void on_async_answer(const std::string& function_arn, std::string_view answer);

  // Since the start or the last `forget`; "name" of deleted listeners too.
  const Bill& bill() const { return context_.bill; }
  // No packet waits in a batch, is under way to a destination or could still be answered.
  bool is_idle() const;
  // Packets that wait, are under way or could still be answered are let go; listeners, sockets,
  // WireGuard sessions and packet sources stay. What comes back of them later is discarded. Of the
  // stacks alone whose title `covers` takes.
  void forget(const std::function<bool(std::string_view stack)>& covers);
  // As at the end of the process: listeners, sources and attached ARNs are no longer there, what
  // the account has for them stays, and so do ports and keys that are remembered.
  void clear();

  // What the resource types do (resources.h). Names are unique over all stacks.
  Result<ListenerInfo> create_listener(const std::string& stack, const std::string& logical_id,
                                       ListenerSpec spec);
  // Without a check of its destinations: after a restart, those of others that it names may be
  // there later, or never.
  Result<ListenerInfo> open_listener(const std::string& stack, const std::string& logical_id,
                                     ListenerSpec spec,
                                     std::optional<std::uint16_t> known_port = {});
  // A changed name renames the listener in place: it keeps its port.
  Result<ListenerInfo> update_listener(const std::string& name, ListenerSpec spec);
  void remove_listener(const std::string& name);
  bool has_listener(const std::string& name) const { return listeners_.contains(name); }
  bool has_destination(const std::string& name) const { return find_destination(name) != nullptr; }
  // The names in its Destinations that nobody declares (any more): its packets do not go there.
  std::vector<std::string> missing_destinations(const std::string& listener) const;
  // A sentence for each role of the stack's listeners that did not trust the gateway when they were
  // deployed.
  std::vector<std::string> role_problems(const std::string& stack) const;

  // `owner` is the resource: attaching again replaces what it attached before.
  Status attach_arn(const std::string& owner, const DestinationArnSpec& spec);
  // After a restart: the destination may be there later.
  void restore_arn(const std::string& owner, const DestinationArnSpec& spec);
  void detach_arn(const std::string& owner);

  std::string new_source_id() { return "udp-source-" + context_.random.hex(12); }
  void start_source(const std::string& id, PacketSourceSpec spec, RegionalDeliveries known,
                    PacketSource::Done done);
  void remove_source(const std::string& id, PacketSource::Done done);
  PacketSource* find_source(const std::string& id);

  Context& context() { return context_; }

  // SourceSink
  void sourced(const PacketSourceSpec& source, RegionIndex region,
               const aws::ReceivedMessage& message) override;

 private:
  using Specs = std::map<std::string, std::shared_ptr<const DestinationSpec>>;
  using AttachedArns = std::map<std::string, DestinationArnSpec>;  // by owner

  // Asks whether the roles of its own destinations trust the gateway.
  void check_roles(const Listener& listener);
  void role_refused(const std::string& name, const DestinationSpec& destination,
                    const aws::AwsError& error);
  // What stands against these destinations for a listener, which has been called `old_name`.
  Status check_destinations(const ListenerSpec& spec, const std::string& old_name = {}) const;
  RegionalArns arns_of(const DestinationSpec& spec) const;
  // What stands against a destination that declares its ARNs and has these; empty when nothing
  // does.
  static std::string refusal_of_arns(const DestinationSpec& spec, const AttachedArns& attached);
  std::shared_ptr<const DestinationSpec> find_destination(const std::string& name,
                                                          const std::string& but_of = {}) const;
  // Declares its destinations and configures it with them and those it names.
  void apply(Listener& listener, ListenerSpec spec);
  void configure(Listener& listener, ListenerSpec spec);
  std::vector<ResolvedDestination> resolve(const ListenerSpec& spec) const;
  // After a change of destinations: whoever names those of others.
  void reconfigure_referrers();
  // After a change of the ARNs of a destination: whoever has it.
  void reconfigure_with(const std::string& destination);
  Result<Listener*> find_listener(const std::string& wanted) const;
  Result<Listener*> find_tunnel(const std::string& wanted) const;
  Listener* listener_named(const std::string& name) const;
  std::optional<std::uint16_t> fixed_port(const std::string& stack,
                                          const std::string& logical_id) const;
  void tell(Symbol listener, std::string text);

  Context context_;
  RoleSessions roles_;
  DeliveryLog log_;
  std::map<std::string, std::unique_ptr<Listener>> listeners_;     // by name
  std::map<std::string, std::vector<std::string>> role_problems_;  // by listener
  std::map<std::string, Specs> declared_;                          // by listener, then destination
  AttachedArns attached_;
  Alive alive_;
  std::map<std::string, std::shared_ptr<PacketSource>> sources_;  // by id
  std::map<std::string, std::shared_ptr<PacketSource>> leaving_;  // being removed
  std::vector<std::shared_ptr<Destination>> draining_;            // of deleted listeners
};

}  // namespace loopgate::gateway

#include "gateway/gateway.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/check.h"

namespace loopgate::gateway {

Gateway::Gateway(Context context) : context_(std::move(context)), roles_(context_), log_(context_) {
  LOOPGATE_CHECK(check_ingress_regions(context_.options.regions).has_value());
  context_.roles = &roles_;
  for (const auto& region : context_.options.regions) {
    context_.region_symbols.push_back(context_.journal.intern(region));
  }
  // Eight digits for a long time, and no tag of another run.
  context_.last_tag = context_.random.below(std::uint64_t{1} << 32);
}

Gateway::~Gateway() {
  for (const auto& [id, source] : sources_) source->stop();
}

std::vector<ListenerInfo> Gateway::listeners() const {
  std::vector<ListenerInfo> out;
  for (const auto& [name, listener] : listeners_) out.push_back(listener->info());
  return out;
}

Result<ListenerInfo> Gateway::listener(const std::string& wanted) const {
  const auto found = find_listener(wanted);
  if (!found) return std::unexpected(found.error());
  return (*found)->info();
}

Result<std::uint64_t> Gateway::inject(const std::string& listener, const std::string& region,
                                      const Endpoint& from, ByteSpan payload) {
  const auto found = find_listener(listener);
  if (!found) return std::unexpected(found.error());
  const auto index = region.empty() ? RegionIndex{0} : context_.region_index(region);
  if (!index) return fail(fmt::format("{} is none of the ingress regions", region));
  if (payload.size() > kMaxDatagramV6) return fail("the payload does not fit a datagram");
  return (*found)->receive(*index, from, payload, true);
}

Result<ListenerInfo> Gateway::create_listener(const std::string& stack,
                                              const std::string& logical_id, ListenerSpec spec) {
  if (auto checked = check_destinations(spec); !checked) return std::unexpected(checked.error());
  const auto name = spec.name;
  auto opened = open_listener(stack, logical_id, std::move(spec));
  if (opened) check_roles(*listeners_.at(name));
  return opened;
}

Result<ListenerInfo> Gateway::open_listener(const std::string& stack, const std::string& logical_id,
                                            ListenerSpec spec,
                                            std::optional<std::uint16_t> known_port) {
  if (listeners_.contains(spec.name)) {
    return fail(fmt::format("Name: a listener named {} exists already, in stack {}", spec.name,
                            listeners_.at(spec.name)->stack()));
  }
  auto made = std::make_unique<Listener>(context_, stack, logical_id, spec.protocol);
  const std::string key = made->full_id();
  if (!known_port && context_.port_book != nullptr) known_port = context_.port_book->find(key);
  const auto fixed = fixed_port(stack, logical_id);
  if (auto opened = made->open(fixed, known_port); !opened) {
    return fail(fixed ? fmt::format("port {}: {}", *fixed, opened.error().message)
                      : opened.error().message);
  }
  if (context_.port_book != nullptr) context_.port_book->remember(key, made->port());
  Listener& listener = *(listeners_[spec.name] = std::move(made));
  apply(listener, std::move(spec));
  reconfigure_referrers();
  auto info = listener.info();
  tell(listener.symbol(), fmt::format("listens on {}", info.addresses[0].endpoint.to_string()));
  return info;
}

Result<ListenerInfo> Gateway::update_listener(const std::string& name, ListenerSpec spec) {
  const auto found = listeners_.find(name);
  if (found == listeners_.end()) return fail(fmt::format("there is no listener named {}", name));
  if (spec.name != name && listeners_.contains(spec.name)) {
    return fail(fmt::format("Name: a listener named {} exists already", spec.name));
  }
  if (spec.protocol != found->second->spec().protocol) {
    return fail("Protocols: cannot change on update; give the listener another logical id");
  }
  if (auto checked = check_destinations(spec, name); !checked) {
    return std::unexpected(checked.error());
  }
  Listener& listener = *found->second;
  auto node = listeners_.extract(found);
  node.key() = spec.name;
  listeners_.insert(std::move(node));
  log_.forget(listener.symbol());
  declared_.erase(name);
  role_problems_.erase(name);
  apply(listener, std::move(spec));
  reconfigure_referrers();
  tell(listener.symbol(), "updated");
  check_roles(listener);
  return listener.info();
}

// Roles are there before the listeners that name them; the first packet would be late to hear of
// it.
void Gateway::check_roles(const Listener& listener) {
  const auto name = listener.info().name;
  role_problems_.erase(name);
  for (const auto& [destination, spec] : declared_[name]) {
    if (spec->role.arn.empty()) continue;
    context_.ports.sts.assume_role(
        spec->role.arn, context_.options.service_role_arn, "proxylity-udp-gateway",
        spec->role.duration,
        [this, alive = alive_.token(), name, spec](const aws::Outcome<aws::SessionPtr>& session) {
          if (alive && !session) role_refused(name, *spec, session.error());
        });
  }
}

void Gateway::role_refused(const std::string& name, const DestinationSpec& destination,
                           const aws::AwsError& error) {
  const auto listener = listeners_.find(name);
  if (listener == listeners_.end()) return;
  auto problem = fmt::format(
      "{}: destination {}: its packets will be discarded, [role-not-assumable] {}: {}. {}",
      listener->second->info().logical_id, destination.name, destination.role.arn, error.message,
      describe(Reason::kRoleNotAssumable).remedy);
  context_.journal.warn(fmt::format("{}: {}", listener->second->stack(), problem));
  role_problems_[name].push_back(std::move(problem));
}

std::vector<std::string> Gateway::role_problems(const std::string& stack) const {
  std::vector<std::string> out;
  for (const auto& [name, problems] : role_problems_) {
    const auto listener = listeners_.find(name);
    if (listener == listeners_.end() || listener->second->stack() != stack) continue;
    out.insert(out.end(), problems.begin(), problems.end());
  }
  return out;
}

void Gateway::apply(Listener& listener, ListenerSpec spec) {
  auto& own = declared_[spec.name];
  for (const auto& entry : spec.destinations) {
    if (const auto* declared = std::get_if<DestinationSpec>(&entry)) {
      own[declared->name] = std::make_shared<const DestinationSpec>(*declared);
    }
  }
  configure(listener, std::move(spec));
}

void Gateway::configure(Listener& listener, ListenerSpec spec) {
  const auto destinations = resolve(spec);
  const std::string group = spec.log_group;
  const RoleSpec role = spec.role;
  listener.configure(std::move(spec), destinations);
  log_.set(listener.symbol(), Symbol::kNone, group, role);
  for (const auto& destination : destinations) {
    log_.set(listener.symbol(), context_.journal.intern(destination.spec->name),
             destination.spec->log_group, destination.spec->role);
  }
}

void Gateway::remove_listener(const std::string& name) {
  const auto found = listeners_.find(name);
  if (found == listeners_.end()) return;
  std::erase_if(draining_, [](const auto& destination) { return destination->is_idle(); });
  std::ranges::move(found->second->close(), std::back_inserter(draining_));
  const Symbol symbol = found->second->symbol();
  found->second->forget();
  listeners_.erase(found);
  declared_.erase(name);
  role_problems_.erase(name);
  log_.forget(symbol);
  reconfigure_referrers();
  tell(symbol, "deleted");
}

Status Gateway::check_destinations(const ListenerSpec& spec, const std::string& old_name) const {
  for (std::size_t i = 0; i < spec.destinations.size(); ++i) {
    if (const auto* name = std::get_if<std::string>(&spec.destinations[i])) {
      if (find_destination(*name, old_name) != nullptr) continue;
      return fail(fmt::format("Destinations[{}]: there is no destination named {}", i, *name));
    }
    const auto& own = std::get<DestinationSpec>(spec.destinations[i]);
    if (const auto refusal = refusal_of_arns(own, attached_); !refusal.empty()) {
      return fail(fmt::format("Destinations[{}].DestinationArn: {}", i, refusal));
    }
  }
  return {};
}

// Its own, and those that it names and others declare now.
std::vector<ResolvedDestination> Gateway::resolve(const ListenerSpec& spec) const {
  std::vector<ResolvedDestination> out;
  for (const auto& entry : spec.destinations) {
    const auto* name = std::get_if<std::string>(&entry);
    auto found = name != nullptr
                     ? find_destination(*name)
                     : declared_.at(spec.name).at(std::get<DestinationSpec>(entry).name);
    if (found == nullptr) continue;
    auto arns = arns_of(*found);
    out.push_back({std::move(found), std::move(arns)});
  }
  return out;
}

std::shared_ptr<const DestinationSpec> Gateway::find_destination(const std::string& name,
                                                                 const std::string& but_of) const {
  for (const auto& [listener, specs] : declared_) {
    if (listener == but_of) continue;
    if (const auto found = specs.find(name); found != specs.end()) return found->second;
  }
  return nullptr;
}

std::vector<std::string> Gateway::missing_destinations(const std::string& listener) const {
  std::vector<std::string> out;
  const auto found = listeners_.find(listener);
  if (found == listeners_.end()) return out;
  for (const auto& entry : found->second->spec().destinations) {
    const auto* name = std::get_if<std::string>(&entry);
    if (name != nullptr && !has_destination(*name)) out.push_back(*name);
  }
  return out;
}

// What was attached wins over what was declared for the same region.
RegionalArns Gateway::arns_of(const DestinationSpec& spec) const {
  RegionalArns out = spec.arns;
  for (const auto& [owner, attached] : attached_) {
    if (attached.destination == spec.name) out.insert_or_assign(attached.region_key, attached.arn);
  }
  return out;
}

// Of all ARNs, not only of those that serve a region now: what hides another one may be detached.
std::string Gateway::refusal_of_arns(const DestinationSpec& spec, const AttachedArns& attached) {
  std::vector<std::string> arns;
  for (const auto& [key, arn] : spec.arns) arns.push_back(arn);
  for (const auto& [owner, each] : attached) {
    if (each.destination == spec.name) arns.push_back(each.arn);
  }
  for (const auto& arn : arns) {
    if (service_of(arn) != service_of(arns.front())) {
      return fmt::format("all ARNs of {} must name the same service; {} and {} differ", spec.name,
                         arns.front(), arn);
    }
    if (auto refusal = refusal_of(arn, spec); !refusal.empty()) return refusal;
  }
  return {};
}

Status Gateway::attach_arn(const std::string& owner, const DestinationArnSpec& spec) {
  auto attached = attached_;
  attached[owner] = spec;
  const auto destination = find_destination(spec.destination);
  if (destination == nullptr) {
    return fail(fmt::format("Destination: there is no destination named {}", spec.destination));
  }
  if (const auto refusal = refusal_of_arns(*destination, attached); !refusal.empty()) {
    return fail("Arn: " + refusal);
  }
  restore_arn(owner, spec);
  return {};
}

void Gateway::restore_arn(const std::string& owner, const DestinationArnSpec& spec) {
  const auto old = std::exchange(attached_[owner], spec);
  reconfigure_with(spec.destination);
  if (old.destination != spec.destination) reconfigure_with(old.destination);
}

void Gateway::detach_arn(const std::string& owner) {
  const auto found = attached_.find(owner);
  if (found == attached_.end()) return;
  const std::string destination = found->second.destination;
  attached_.erase(found);
  reconfigure_with(destination);
}

void Gateway::reconfigure_with(const std::string& destination) {
  for (const auto& [name, listener] : listeners_) {
    if (listener->destination_spec(destination) != nullptr) configure(*listener, listener->spec());
  }
}

void Gateway::reconfigure_referrers() {
  for (const auto& [name, listener] : listeners_) {
    const bool refers = std::ranges::any_of(listener->spec().destinations, [](const auto& entry) {
      return std::holds_alternative<std::string>(entry);
    });
    if (!refers) continue;
    const auto before = listener->info().destinations;
    configure(*listener, listener->spec());
    for (const auto& missing : missing_destinations(name)) {
      if (std::ranges::find(before, missing) == before.end()) continue;
      context_.journal.warn(fmt::format(
          "{}: the destination {} of another listener is gone, no packets go there any more", name,
          missing));
    }
  }
}

// What people write. One that came with a property is a name, see below.
Result<Listener*> Gateway::find_listener(const std::string& wanted) const {
  std::vector<Listener*> found;
  std::vector<std::string> fitting;
  std::vector<std::string> all;
  for (const auto& [name, listener] : listeners_) {
    all.push_back(listener->full_id());
    if (wanted != name && wanted != listener->logical_id() && wanted != all.back() &&
        wanted != std::to_string(listener->port())) {
      continue;
    }
    found.push_back(listener.get());
    fitting.push_back(all.back());
  }
  if (found.size() == 1) return found.front();
  std::ranges::sort(fitting);
  std::ranges::sort(all);
  if (!found.empty()) {
    return fail(
        fmt::format("{} may be any of {}: write one of these", wanted, fmt::join(fitting, ", ")));
  }
  return fail(fmt::format(
      "there is no listener named {}; {}", wanted,
      all.empty() ? "none is deployed" : fmt::format("there are: {}", fmt::join(all, ", "))));
}

Listener* Gateway::listener_named(const std::string& name) const {
  const auto found = listeners_.find(name);
  return found == listeners_.end() ? nullptr : found->second.get();
}

std::optional<std::uint16_t> Gateway::fixed_port(const std::string& stack,
                                                 const std::string& logical_id) const {
  const auto& ports = context_.options.fixed_ports;
  for (const auto& key : {stack + "/" + logical_id, logical_id}) {
    if (const auto found = ports.find(key); found != ports.end()) return found->second;
  }
  return std::nullopt;
}

bool Gateway::is_idle() const {
  return std::ranges::all_of(listeners_, [](const auto& entry) { return entry.second->is_idle(); });
}

void Gateway::forget(const std::function<bool(std::string_view stack)>& covers) {
  for (const auto& [name, listener] : listeners_) {
    if (!covers(listener->stack())) continue;
    listener->forget_packets();
    configure(*listener, listener->spec());
    log_.forget_lines(listener->symbol());
  }
  // Those of deleted listeners are nobody's any more.
  std::erase_if(context_.bill, [&](const auto& line) {
    const auto* const listener = listener_named(context_.journal.name(line.first));
    return listener == nullptr || covers(listener->stack());
  });
}

void Gateway::clear() {
  for (const auto& [id, source] : sources_) source->stop();
  sources_.clear();
  for (const auto& [name, listener] : listeners_) {
    std::ranges::move(listener->close(), std::back_inserter(draining_));
    log_.forget(listener->symbol());
  }
  listeners_.clear();
  declared_.clear();
  attached_.clear();
}

void Gateway::tell(Symbol listener, std::string text) {
  Event out;
  out.kind = EventKind::kListener;
  out.listener = listener;
  out.text = std::move(text);
  context_.journal.append(std::move(out));
}

}  // namespace loopgate::gateway

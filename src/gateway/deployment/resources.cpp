#include "gateway/deployment/resources.h"

#include <fmt/format.h>

#include <algorithm>

namespace loopgate::gateway {

using nlohmann::json;

std::string Home::title(std::string_view of_account, std::string_view of_region,
                        std::string_view name) const {
  if (of_account != account) return fmt::format("{}/{}/{}", of_account, of_region, name);
  return of_region == region ? std::string(name) : fmt::format("{}/{}", of_region, name);
}

std::string_view Home::account_of(std::string_view title) const {
  const auto slash = title.find('/');
  const auto second = slash == std::string_view::npos ? slash : title.find('/', slash + 1);
  return second != std::string_view::npos ? title.substr(0, slash) : std::string_view(account);
}

std::string GatewayResource::stack_title(const cfn::ResourceRequest& request) const {
  return home_.title(request.stack->account, request.stack->region, request.stack->name);
}

// Generated names are made of the title; a resource that an earlier version made keeps those
// without the region.
ResourceOwner GatewayResource::owner_of(const cfn::ResourceRequest& request) const {
  auto title = stack_title(request);
  std::ranges::replace(title, '/', '-');
  const auto& name = request.stack->name;
  if (request.physical_id == fmt::format("lstn-{}-{}", name, request.logical_id)) title = name;
  return {std::move(title), request.logical_id, gateway_.context().options.api_key,
          request.stack->allow_unsupported};
}

namespace {

std::unexpected<Error> refuse(const cfn::ResourceRequest& request, const ConfigError& error) {
  return cfn::fail_at(request, error.pointer, error.message);
}

std::unexpected<Error> refuse(const cfn::ResourceRequest& request, std::string_view message) {
  return fail(std::string(message), request.place);
}

template <class T>
Status check(const cfn::ResourceRequest& request, Parsed<T> parsed,
             std::vector<std::string>& warnings) {
  if (parsed.notes.error) return refuse(request, *parsed.notes.error);
  for (const auto& warning : parsed.notes.warnings) {
    warnings.push_back(fmt::format("{}: {}", request.logical_id, warning));
  }
  return {};
}

cfn::ResourceState state_of(const ListenerInfo& info) {
  cfn::ResourceState out;
  out.physical_id = info.name;
  out.attributes = {{"Id", info.name},
                    {"Domain", info.domain},
                    {"Port", std::to_string(info.port)},
                    {"DestinationNames", info.destinations}};
  for (const auto& [name, value] : info.attributes) out.attributes[name] = value;
  return out;
}

// Earlier versions kept keys by "STACK/LOGICALID", whatever the region.
void keep_key(KeyBook* book, const std::string& then, const std::string& now) {
  if (book == nullptr || then == now || book->find(now)) return;
  if (const auto secret = book->find(then)) book->remember(now, *secret);
}

// A service that is not emulated is refused where it is written; what a Ref gave is only known by
// now.
std::optional<std::string> unsupported(const cfn::ResourceRequest& request,
                                       const std::string& arn) {
  const auto* service = service_of(arn);
  if (service == nullptr || service->is_emulated || request.stack->allow_unsupported)
    return std::nullopt;
  return fmt::format(
      "the service {} is not emulated (--allow-unsupported deploys it and discards its packets)",
      service->name);
}

}  // namespace

std::vector<std::string_view> ListenerResource::attributes(std::string_view) const {
  return {"Id", "Domain", "Port", "DestinationNames", "WireGuardPublicKey"};
}

Status ListenerResource::validate(const cfn::ResourceRequest& request,
                                  std::vector<std::string>& warnings) {
  return check(request, parse_listener(request.properties, owner_of(request)), warnings);
}

void ListenerResource::create(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  auto parsed = parse_listener(request.properties, owner_of(request));
  if (parsed.notes.error) return done(refuse(request, *parsed.notes.error));
  const auto made =
      gateway_.create_listener(stack_title(request), request.logical_id, std::move(parsed.value));
  if (!made) return done(refuse(request, made.error().message));
  done(state_of(*made));
}

void ListenerResource::update(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  auto parsed = parse_listener(request.properties, owner_of(request));
  if (parsed.notes.error) return done(refuse(request, *parsed.notes.error));
  const auto changed = gateway_.update_listener(request.physical_id, std::move(parsed.value));
  if (!changed) return done(refuse(request, changed.error().message));
  auto state = state_of(*changed);
  state.renamed = state.physical_id != request.physical_id;
  done(std::move(state));
}

void ListenerResource::remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) {
  gateway_.remove_listener(request.physical_id);
  done({});
}

Status ListenerResource::restore(const cfn::ResourceRequest& request,
                                 const cfn::ResourceState& state) {
  auto parsed = parse_listener(request.properties, owner_of(request));
  if (parsed.notes.error) return refuse(request, *parsed.notes.error);
  parsed.value.name = request.physical_id;
  const auto title = stack_title(request);
  keep_key(gateway_.context().key_book,
           fmt::format("{}/{}", request.stack->name, request.logical_id),
           fmt::format("{}/{}", title, request.logical_id));
  std::optional<std::uint16_t> port;
  if (const auto text = state.attributes.find("Port");
      text != state.attributes.end() && text->is_string()) {
    // A persisted port is a number from 1 to 65535 or not ours.
    const auto endpoint = Endpoint::parse("127.0.0.1:" + text->get<std::string>());
    if (endpoint && endpoint->port != 0) port = endpoint->port;
  }
  const auto made =
      gateway_.open_listener(title, request.logical_id, std::move(parsed.value), port);
  if (!made) return refuse(request, made.error().message);
  return {};
}

void ListenerResource::check_restored(const cfn::ResourceRequest& request,
                                      std::vector<std::string>& warnings) {
  for (const auto& name : gateway_.missing_destinations(request.physical_id)) {
    warnings.push_back(fmt::format(
        "{}: Destinations: there is no destination named {} any more, no packets go there",
        request.logical_id, name));
  }
}

std::vector<std::string_view> DestinationArnResource::attributes(std::string_view) const {
  return {"Destination", "IngressRegionKey", "Arn"};
}

Status DestinationArnResource::validate(const cfn::ResourceRequest& request,
                                        std::vector<std::string>& warnings) {
  return check(request, parse_destination_arn(request.properties, owner_of(request)), warnings);
}

// Not the physical id, which held no region in earlier versions.
std::string DestinationArnResource::owner(const cfn::ResourceRequest& request) const {
  return fmt::format("{}/{}", stack_title(request), request.logical_id);
}

Result<cfn::ResourceState> DestinationArnResource::attach(const cfn::ResourceRequest& request,
                                                          std::string id) {
  const auto parsed = parse_destination_arn(request.properties, owner_of(request));
  if (parsed.notes.error) return refuse(request, *parsed.notes.error);
  if (const auto problem = unsupported(request, parsed.value.arn)) return refuse(request, *problem);
  if (auto attached = gateway_.attach_arn(owner(request), parsed.value); !attached) {
    return refuse(request, attached.error().message);
  }
  cfn::ResourceState out;
  out.physical_id = std::move(id);
  out.attributes = {{"Destination", parsed.value.destination},
                    {"IngressRegionKey", parsed.value.region_key},
                    {"Arn", parsed.value.arn}};
  return out;
}

void DestinationArnResource::create(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  done(attach(request, owner(request)));
}

void DestinationArnResource::update(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  done(attach(request, request.physical_id));
}

void DestinationArnResource::remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) {
  gateway_.detach_arn(owner(request));
  done({});
}

Status DestinationArnResource::restore(const cfn::ResourceRequest& request,
                                       const cfn::ResourceState&) {
  const auto parsed = parse_destination_arn(request.properties, owner_of(request));
  if (parsed.notes.error) return refuse(request, *parsed.notes.error);
  gateway_.restore_arn(owner(request), parsed.value);
  return {};
}

void DestinationArnResource::check_restored(const cfn::ResourceRequest& request,
                                            std::vector<std::string>& warnings) {
  const auto destination =
      parse_destination_arn(request.properties, owner_of(request)).value.destination;
  if (gateway_.has_destination(destination)) return;
  warnings.push_back(fmt::format("{}: Destination: there is no destination named {} any more",
                                 request.logical_id, destination));
}

std::vector<std::unique_ptr<GatewayResource>> make_resource_types(Gateway& gateway, Home home) {
  std::vector<std::unique_ptr<GatewayResource>> out;
  out.push_back(std::make_unique<ListenerResource>(gateway, home));
  out.push_back(std::make_unique<DestinationArnResource>(gateway, home));
  out.push_back(std::make_unique<PacketSourceResource>(gateway, std::move(home)));
  return out;
}

}  // namespace loopgate::gateway

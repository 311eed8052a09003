#include "gateway/deployment/resources.h"

#include <fmt/format.h>

namespace loopgate::gateway {

using nlohmann::json;

namespace {

Deployer deployer_of(Gateway& gateway, const cfn::ResourceRequest& request) {
  return {request.stack->name, request.logical_id, gateway.context().options.api_key,
          request.stack->allow_unsupported};
}

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
  return check(request, parse_listener(request.properties, deployer_of(gateway_, request)),
               warnings);
}

void ListenerResource::create(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  auto parsed = parse_listener(request.properties, deployer_of(gateway_, request));
  if (parsed.notes.error) return done(refuse(request, *parsed.notes.error));
  const auto made =
      gateway_.create_listener(request.stack->name, request.logical_id, std::move(parsed.value));
  if (!made) return done(refuse(request, made.error().message));
  done(state_of(*made));
}

void ListenerResource::update(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  auto parsed = parse_listener(request.properties, deployer_of(gateway_, request));
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
  auto parsed = parse_listener(request.properties, deployer_of(gateway_, request));
  if (parsed.notes.error) return refuse(request, *parsed.notes.error);
  std::optional<std::uint16_t> port;
  if (const auto text = state.attributes.find("Port");
      text != state.attributes.end() && text->is_string()) {
    // A persisted port is a number from 1 to 65535 or not ours.
    const auto endpoint = Endpoint::parse("127.0.0.1:" + text->get<std::string>());
    if (endpoint && endpoint->port != 0) port = endpoint->port;
  }
  const auto made = gateway_.open_listener(request.stack->name, request.logical_id,
                                           std::move(parsed.value), port);
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
  return check(request, parse_destination_arn(request.properties, deployer_of(gateway_, request)),
               warnings);
}

Result<cfn::ResourceState> DestinationArnResource::attach(const cfn::ResourceRequest& request,
                                                          std::string id) {
  const auto parsed = parse_destination_arn(request.properties, deployer_of(gateway_, request));
  if (parsed.notes.error) return refuse(request, *parsed.notes.error);
  if (const auto problem = unsupported(request, parsed.value.arn)) return refuse(request, *problem);
  if (auto attached = gateway_.attach_arn(id, parsed.value); !attached) {
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
  done(attach(request, fmt::format("{}/{}", request.stack->name, request.logical_id)));
}

void DestinationArnResource::update(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  done(attach(request, request.physical_id));
}

void DestinationArnResource::remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) {
  gateway_.detach_arn(request.physical_id);
  done({});
}

Status DestinationArnResource::restore(const cfn::ResourceRequest& request,
                                       const cfn::ResourceState& state) {
  const auto parsed = parse_destination_arn(request.properties, deployer_of(gateway_, request));
  if (parsed.notes.error) return refuse(request, *parsed.notes.error);
  gateway_.restore_arn(state.physical_id, parsed.value);
  return {};
}

void DestinationArnResource::check_restored(const cfn::ResourceRequest& request,
                                            std::vector<std::string>& warnings) {
  const auto destination =
      parse_destination_arn(request.properties, deployer_of(gateway_, request)).value.destination;
  if (gateway_.has_destination(destination)) return;
  warnings.push_back(fmt::format("{}: Destination: there is no destination named {} any more",
                                 request.logical_id, destination));
}

std::vector<std::unique_ptr<GatewayResource>> make_resource_types(Gateway& gateway) {
  std::vector<std::unique_ptr<GatewayResource>> out;
  out.push_back(std::make_unique<ListenerResource>(gateway));
  out.push_back(std::make_unique<DestinationArnResource>(gateway));
  out.push_back(std::make_unique<PacketSourceResource>(gateway));
  return out;
}

}  // namespace loopgate::gateway

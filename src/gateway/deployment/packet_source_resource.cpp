#include <fmt/format.h>

#include "gateway/deployment/resources.h"

namespace loopgate::gateway {

using nlohmann::json;

namespace {

// What a packet source made, beside its id: no attribute that a template can read.
constexpr const char* kDeliveries = "Deliveries";

std::unexpected<Error> refuse(const cfn::ResourceRequest& request, const ConfigError& error) {
  return cfn::fail_at(request, error.pointer, error.message);
}

// A flat list, as attributes are: region, queue, subscription, region, …
json to_attribute(const RegionalDeliveries& deliveries) {
  json out = json::array();
  for (const auto& [region, delivery] : deliveries) {
    out.push_back(region);
    out.push_back(delivery.queue_arn);
    out.push_back(delivery.subscription_arn);
  }
  return out;
}

RegionalDeliveries from_attributes(const json& attributes) {
  RegionalDeliveries out;
  const auto list = attributes.find(kDeliveries);
  if (list == attributes.end() || !list->is_array()) return out;
  for (std::size_t i = 0; i + 2 < list->size(); i += 3) {
    const auto text = [&](std::size_t k) {
      return (*list)[i + k].is_string() ? (*list)[i + k].get<std::string>() : "";
    };
    out[text(0)] = {text(1), text(2)};
  }
  return out;
}

std::string old_listener(const cfn::ResourceRequest& request) {
  const auto found = request.old_properties.find("ListenerName");
  return found != request.old_properties.end() && found->is_string() ? found->get<std::string>()
                                                                     : "";
}

}  // namespace

Status PacketSourceResource::validate(const cfn::ResourceRequest& request,
                                      std::vector<std::string>& warnings) {
  auto parsed = parse_packet_source(request.properties, owner_of(request));
  if (parsed.notes.error) return refuse(request, *parsed.notes.error);
  for (const auto& warning : parsed.notes.warnings) {
    warnings.push_back(fmt::format("{}: {}", request.logical_id, warning));
  }
  return {};
}

void PacketSourceResource::create(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  auto parsed = parse_packet_source(request.properties, owner_of(request));
  if (parsed.notes.error) return done(refuse(request, *parsed.notes.error));
  if (!gateway_.has_listener(parsed.value.listener)) {
    return done(refuse(
        request,
        ConfigError{"/ListenerName", fmt::format("ListenerName: there is no listener named {}",
                                                 parsed.value.listener)}));
  }
  auto named = [place = request.place, id = request.logical_id,
                done = std::move(done)](Result<cfn::ResourceState> state) mutable {
    if (state) return done(std::move(state));
    done(fail(fmt::format("{}: {}", id, state.error().message), place));
  };
  auto id = gateway_.new_source_id();
  announce(request, id);
  start(std::move(id), std::move(parsed.value), {}, std::move(named));
}

void PacketSourceResource::start(std::string id, PacketSourceSpec spec, RegionalDeliveries known,
                                 cfn::ResourceDone done) {
  gateway_.start_source(id, std::move(spec), std::move(known),
                        [this, id, done = std::move(done)](Status status) mutable {
                          if (!status) return done(std::unexpected(std::move(status.error())));
                          cfn::ResourceState state;
                          state.physical_id = id;
                          state.attributes[kDeliveries] =
                              to_attribute(gateway_.find_source(id)->deliveries());
                          done(std::move(state));
                        });
}

// Another topic or role is another source: the engine removes the old one when all is done.
void PacketSourceResource::update(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  auto parsed = parse_packet_source(request.properties, owner_of(request));
  if (parsed.notes.error) return done(refuse(request, *parsed.notes.error));
  if (parsed.value.listener != old_listener(request)) {
    return done(
        refuse(request, ConfigError{"/ListenerName",
                                    "ListenerName: cannot change on update; give the packet source "
                                    "another logical id"}));
  }
  PacketSource* const source = gateway_.find_source(request.physical_id);
  const bool same = source != nullptr && source->spec().topic_arn == parsed.value.topic_arn &&
                    source->spec().role_arn == parsed.value.role_arn;
  if (!same) return create(request, std::move(done));
  source->set_description(parsed.value.description);
  cfn::ResourceState state;
  state.physical_id = request.physical_id;
  state.attributes[kDeliveries] = to_attribute(source->deliveries());
  done(std::move(state));
}

void PacketSourceResource::remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) {
  gateway_.remove_source(request.physical_id, std::move(done));
}

// Its queues and subscriptions are there already, for the regions that were served before.
Status PacketSourceResource::restore(const cfn::ResourceRequest& request,
                                     const cfn::ResourceState& state) {
  auto parsed = parse_packet_source(request.properties, owner_of(request));
  if (parsed.notes.error) return refuse(request, *parsed.notes.error);
  start(state.physical_id, std::move(parsed.value), from_attributes(state.attributes),
        [this, stack = request.stack->name, id = request.logical_id](const auto& restored) {
          if (restored) return;
          gateway_.context().journal.warn(fmt::format("{}: {} could not be brought back: {}", stack,
                                                      id, restored.error().message));
        });
  return {};
}

}  // namespace loopgate::gateway

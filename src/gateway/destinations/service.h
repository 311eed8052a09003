// The services that a destination can name, one row each. What a service is to a destination stands
// in one file pair beside this one: the arguments that it takes, what it refuses, the keys that it
// reads out of packets, its limits, and its call. A new service is such a pair and its row in
// service.cpp.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "codec/formatter.h"
#include "gateway/deployment/properties.h"
#include "gateway/destinations/delivery.h"

namespace loopgate::gateway {

// What a destination's `Arguments` say to one service, and so how packets get there.
class ServiceArguments {
 public:
  virtual ~ServiceArguments() = default;
  // What stands against delivering to `arn`; empty when nothing does.
  virtual std::string refusal_of(const std::string& arn) const {
    (void)arn;
    return {};
  }
  // Nobody waits for what the service answers, although it does.
  virtual bool leaves_answers() const { return false; }
  // Null: the service is not emulated.
  virtual std::shared_ptr<Delivery> connect(Context& context, Delivery::Owner owner,
                                            const DestinationIdentity& identity) const {
    (void)context, (void)owner, (void)identity;
    return nullptr;
  }
};
using ServiceArgumentsPtr = std::shared_ptr<const ServiceArguments>;

struct DestinationService {
  std::string_view name;  // in its ARNs: "sqs"
  // Reads what concerns this service. The arguments of all services are read, because the ARN may
  // be attached later: a name that two of them take means the same to both.
  ServiceArgumentsPtr (*read)(Properties& arguments);
  // Of destinations that name none.
  codec::Formatter formatter = codec::Formatter::kBase64;
  bool is_emulated = true;
};

// All of them, emulated or not.
std::vector<const DestinationService*> destination_services();
// The one of this ARN; null when it is no ARN, or of no service that destinations know.
const DestinationService* service_of(std::string_view arn);

}  // namespace loopgate::gateway

// A destination as a listener's properties declare it.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "codec/brex.h"
#include "codec/formatter.h"
#include "gateway/batcher.h"
#include "gateway/deployment/properties.h"
#include "gateway/destinations/service.h"
#include "gateway/regions.h"

namespace loopgate::gateway {

// What declares a resource of the gateway, and what it may.
struct ResourceOwner {
  std::string stack;
  std::string logical_id;
  std::string api_key;             // the account's; empty: any is accepted
  bool allow_unsupported = false;  // destinations of services that are not emulated
};

struct RoleSpec {
  std::string arn;                            // empty: none
  Duration duration = std::chrono::hours(1);  // within what sts:AssumeRole takes
};

struct DestinationSpec {
  std::string name;
  std::string description;
  RoleSpec role;
  Batching batching;
  RegionalArns arns;  // as declared
  std::optional<codec::Formatter> formatter;
  std::optional<codec::brex::Expression> filter;
  bool metrics = false;
  std::string log_group;
  std::map<std::string_view, ServiceArgumentsPtr> arguments;  // by service, of all of them
  std::string source;  // the properties as text: equal text, equal destination

  const ServiceArguments& arguments_for(const DestinationService& service) const {
    return *arguments.at(service.name);
  }
};
DestinationSpec parse_destination(const nlohmann::json& value, const std::string& pointer,
                                  const ResourceOwner& owner, std::size_t index,
                                  ConfigNotes& notes);
// What stands against delivering to `arn` with its arguments; empty when nothing does.
std::string refusal_of(const std::string& arn, const DestinationSpec& spec);

// What listeners have too.
// `Role` in both forms: an object with Arn and Duration, or a plain ARN.
RoleSpec parse_role(Properties& properties, std::string_view name);
std::string parse_log_group(Properties& properties);

}  // namespace loopgate::gateway

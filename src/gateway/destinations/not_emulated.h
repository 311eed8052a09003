// Services that the vendor delivers to and the sandbox does not have. What is wrong with their
// arguments is told all the same; their packets are discarded with a reason.
#pragma once

#include <span>

#include "gateway/destinations/service.h"

namespace loopgate::gateway {

std::span<const DestinationService> services_not_emulated();

}  // namespace loopgate::gateway

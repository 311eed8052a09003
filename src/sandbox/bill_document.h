// What the route, the verb and scenarios are told of the bill.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/journal.h"
#include "gateway/bill.h"
#include "gateway/listener.h"

namespace loopgate {

// Of the listener with this name, or of all (empty); those that exist have stack and logical id.
nlohmann::ordered_json describe_bill(const gateway::Bill& bill,
                                     const std::vector<gateway::ListenerInfo>& listeners,
                                     const Journal& journal, const std::string& only);

}  // namespace loopgate

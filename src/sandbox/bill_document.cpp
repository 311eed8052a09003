#include "sandbox/bill_document.h"

#include <algorithm>

namespace loopgate {

namespace {

using nlohmann::ordered_json;

void add_counts(ordered_json& out, const gateway::BillLine& line) {
  const auto add = [&](const char* name, const gateway::BilledPackets& counted) {
    out[name] = {{"packets", counted.packets}, {"billed", counted.billed}};
  };
  add("delivered", line.delivered);
  add("replied", line.replied);
  add("sourced", line.sourced);
  out["billed"] = line.billed();
}

}  // namespace

ordered_json describe_bill(const gateway::Bill& bill,
                           const std::vector<gateway::ListenerInfo>& listeners,
                           const Journal& journal, const std::string& only) {
  gateway::BillLine sum;
  ordered_json rows = ordered_json::array();
  for (const auto& [symbol, line] : bill) {
    const auto& name = journal.name(symbol);
    if (!only.empty() && name != only) continue;
    ordered_json row = {{"listener", name}};
    const auto known = std::ranges::find(listeners, name, &gateway::ListenerInfo::name);
    if (known != listeners.end()) {
      row["stack"] = known->stack;
      row["logical_id"] = known->logical_id;
    }
    add_counts(row, line);
    rows.push_back(std::move(row));
    sum += line;
  }
  ordered_json out = {{"listeners", std::move(rows)}};
  add_counts(out, sum);
  return out;
}

}  // namespace loopgate

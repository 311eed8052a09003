#include "emulators/dynamodb/capacity.h"

#include <algorithm>

#include "emulators/dynamodb/keys.h"

namespace loopgate::dynamodb {

namespace {

double units_of(std::size_t bytes, std::size_t unit) {
  return static_cast<double>(std::max<std::size_t>((bytes + unit - 1) / unit, 1));
}

}  // namespace

double read_units(std::size_t bytes, bool consistent) {
  return units_of(bytes, 4096) * (consistent ? 1 : 0.5);
}

double write_units(std::size_t bytes) {
  return units_of(bytes, 1024);
}

json projected(const Table& table, const Index& index, const json& item) {
  if (index.has_all()) return item;
  json out = key_attributes(table.keys, item);
  out.update(key_attributes(index.keys, item));
  for (const auto& name : index.included) {
    if (const auto found = item.find(name); found != item.end()) out[name] = *found;
  }
  return out;
}

void Capacity::write(const json* old, const json* item) {
  const auto size = [](const json* each) { return each != nullptr ? item_size(*each) : 0; };
  table_units_ += write_units(std::max(size(old), size(item))) * factor_;
  for (const auto& index : table_->indexes) {
    const auto from = old != nullptr ? index_key(index, *old) : std::nullopt;
    const auto to = item != nullptr ? index_key(index, *item) : std::nullopt;
    if (!from && !to) continue;
    const auto before = from ? projected(*table_, index, *old) : json::object();
    const auto now = to ? projected(*table_, index, *item) : json::object();
    if (before == now) continue;
    double units = 0;
    if (from == to) {
      units = write_units(std::max(item_size(before), item_size(now)));
    } else {
      if (from) units += write_units(item_size(before));
      if (to) units += write_units(item_size(now));
    }
    (index.is_global ? global_ : local_)[index.name] += units * factor_;
  }
}

json Capacity::units(double units) const {
  json out = {{"CapacityUnits", units}};
  if (transactional_) out[reads_ ? "ReadCapacityUnits" : "WriteCapacityUnits"] = units;
  return out;
}

json Capacity::shown(std::string_view detail) const {
  double sum = table_units_;
  for (const auto* each : {&global_, &local_}) {
    for (const auto& [name, consumed] : *each) sum += consumed;
  }
  json out = units(sum);
  out["TableName"] = table_->name;
  if (detail != "INDEXES") return out;
  out["Table"] = units(table_units_);
  const auto put = [&](const char* name, const Units& consumed) {
    for (const auto& [index, each] : consumed) out[name][index] = units(each);
  };
  put("GlobalSecondaryIndexes", global_);
  put("LocalSecondaryIndexes", local_);
  return out;
}

}  // namespace loopgate::dynamodb

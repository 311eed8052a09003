#include "sandbox/query.h"

#include "codec/percent.h"

namespace loopgate {

std::string query_parameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const auto field = codec::next_query_field(query);
    if (field.name != name) continue;
    return codec::percent_decode(field.value, codec::Plus::kBlank)
        .value_or(std::string(field.value));
  }
  return {};
}

}  // namespace loopgate

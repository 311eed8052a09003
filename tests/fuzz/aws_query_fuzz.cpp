// Parameters of AWS calls from foreign bytes: the first byte chooses the protocol, the rest is the
// body. What was accepted must be of the shape that was asked for, and must be writable again in
// both protocols.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

#include "emulators/http/protocol.h"

namespace {

using namespace loopgate::http;

const OperationModel& operation() {
  static const auto kInner = structure({
      required("Id", string_shape()),
      optional("Count", integer_shape()),
      optional("Data", blob_shape()),
      optional("Names", list_of(string_shape())),
  });
  static const auto kShape = structure({
      required("Text", string_shape()),
      optional("Ratio", double_shape()),
      optional("Flag", boolean_shape()),
      optional("At", timestamp_shape()),
      optional("Entries", flat_list_of(kInner), "Entry"),
      optional("Attributes", flat_map_of(string_shape(), "Name", "Value"), "Attribute"),
      optional("Tags", map_of(kInner)),
  });
  static const OperationModel kOperation{"Fuzz", kShape, kShape};
  return kOperation;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  (void)form_value(body, "Action");
  const auto params = data[0] == '{' ? decode_json_params(operation(), body)
                                     : decode_query_params(operation(), body);
  if (!params) return 0;
  if (!params->is_object() || !params->contains("Text")) std::abort();
  static const ServiceModel kService{"fuzz", "2012-11-05", "urn:fuzz", "Fuzz", "fuzz#", "1.0", {}};
  (void)encode_query_result(kService, operation(), *params, "id");
  const auto again = encode_json_result(kService, operation(), *params, "id");
  if (!decode_json_params(operation(), again.body)) std::abort();
  return 0;
}

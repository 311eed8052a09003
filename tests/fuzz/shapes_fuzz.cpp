// Every service's shapes against foreign bytes: the first bytes choose service, operation, protocol
// and side, the rest is what came. What was read must be writable in that protocol, and what a
// caller writes must be readable by the service as what it was.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

#include "aws/protocol/protocol.h"
#include "aws/protocol/route.h"
#include "aws/protocol/validate.h"
#include "aws/shapes/services.h"

namespace {

using namespace loopgate::aws;

struct Choice {
  std::uint8_t service = 0;
  std::uint8_t operation = 0;
  std::uint8_t way = 0;
};

OperationModel chosen(const Choice& choice) {
  const auto& service = *shapes::kServices[choice.service % std::size(shapes::kServices)];
  return {service, service.operations[choice.operation % service.operations.size()]};
}

// "PATH\nQUERY\nHEADER\nBODY": of a REST request.
struct Lines {
  std::string_view path, query, header, body;
};
Lines split(std::string_view text) {
  Lines out;
  for (auto* part : {&out.path, &out.query, &out.header}) {
    *part = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), part->size() + 1));
  }
  out.body = text;
  return out;
}

Outcome<Document> read_rest(const OperationModel& operation, std::string_view text) {
  const auto lines = split(text);
  const Header headers[] = {{"Content-Type", std::string(lines.header)},
                            {"X-Amz-Invocation-Type", std::string(lines.header)}};
  const RequestView request{operation.method(), lines.path, lines.query, headers, lines.body};
  (void)route_rest(operation.service(), request);
  Labels labels;
  (void)fit_uri(operation.uri(), lines.path, lines.query, &labels);
  return decode_rest_params(operation, labels, request);
}

void serve(const OperationModel& operation, Protocol protocol, std::string_view body) {
  static Validator validator;
  auto params = protocol == Protocol::kQuery  ? decode_query_params(operation, body)
                : protocol == Protocol::kJson ? decode_json_params(operation, body)
                                              : read_rest(operation, body);
  const Rendering rendering{.service = operation.service(), .protocol = protocol};
  if (!params) {
    (void)rendering.error(params.error());
    return;
  }
  if (!params->is_object()) std::abort();
  const auto valid = validator.check(operation, protocol, *params);
  if (!valid) (void)rendering.error(valid.error());
  fill_idempotency_tokens(operation, *params, [] { return "token"; });
  (void)rendering.result(operation, *params);
  const auto request = encode_request(operation, *params);
  if (!request || protocol != operation.service().protocol) return;
  // A document that came in as JSON and goes out as JSON is the same document.
  if (protocol == Protocol::kJson && decode_json_params(operation, request->body) != *params) {
    std::abort();
  }
}

void ask(const OperationModel& operation, std::uint8_t way, std::string_view body) {
  HttpResponse response;
  response.status = (way & 8) != 0 ? 400 : 200;
  response.headers = {{"x-amzn-ErrorType", std::string(body.substr(0, 20))}};
  response.body = body;
  (void)decode_response(operation, response);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const Choice choice{data[0], data[1], data[2]};
  const std::string_view body(reinterpret_cast<const char*>(data) + 3, size - 3);
  const auto operation = chosen(choice);
  (void)form_value(body, "Action");
  if ((choice.way & 4) != 0) {
    ask(operation, choice.way, body);
  } else {
    constexpr Protocol kProtocols[] = {Protocol::kQuery, Protocol::kJson, Protocol::kRestJson,
                                       Protocol::kRestXml};
    serve(operation, kProtocols[choice.way & 3], body);
  }
  return 0;
}

#include "emulators/http/unknown_service.h"

#include <fmt/format.h>

#include "aws/protocol/protocol.h"
#include "aws/protocol/route.h"
#include "aws/shapes/known_services.h"
#include "emulators/http/api.h"

namespace loopgate::http {

namespace {

using aws::shapes::KnownService;

std::optional<KnownService> find_known(const WantedService& wanted) {
  const auto& all = aws::shapes::kKnownServices;
  if (const auto found = all.by_target(wanted.target_prefix)) return found;
  if (const auto found = all.by_name(wanted.signed_for, wanted.version)) return found;
  // "/service/GraniteServiceVersion20100801/operation/PutMetricData": CBOR names it in the path.
  constexpr std::string_view kService = "/service/";
  if (!wanted.path.starts_with(kService)) return std::nullopt;
  const auto name = wanted.path.substr(kService.size());
  return all.by_target(name.substr(0, name.find('/')));
}

// The name of the operation that method and path say, or both as they are.
std::string operation_by_path(const KnownService& service, const WantedService& wanted) {
  constexpr std::string_view kOperation = "/operation/";
  if (const auto at = wanted.path.find(kOperation);
      service.protocol == aws::Protocol::kCbor && at != std::string_view::npos) {
    return std::string(wanted.path.substr(at + kOperation.size()).substr(0, kMaxShown));
  }
  std::string_view best;
  aws::UriFit best_fit;
  for (auto routes = service.routes; !routes.empty();) {
    const auto line = routes.substr(0, routes.find('\n'));
    routes.remove_prefix(line.size() + 1);
    const auto blank = line.find(' ');
    const auto last = line.rfind(' ');
    if (line.substr(0, blank) != wanted.method) continue;
    const auto fit =
        aws::fit_uri(line.substr(blank + 1, last - blank - 1), wanted.path, wanted.query, nullptr);
    if (!fit || (!best.empty() && !(*fit > best_fit))) continue;
    best = line.substr(last + 1);
    best_fit = *fit;
  }
  if (!best.empty()) return std::string(best);
  return fmt::format("{} {}", wanted.method, wanted.path.substr(0, kMaxShown));
}

}  // namespace

Response refuse_unknown_service(const WantedService& wanted, std::string_view service_names,
                                std::string_view request_id) {
  const auto known = find_known(wanted);
  const auto wanted_name = wanted.signed_for.empty() ? wanted.target_prefix : wanted.signed_for;
  const std::string service(known ? known->id : wanted_name.substr(0, kMaxShown));
  const auto operation = !wanted.operation.empty()
                             ? std::string(wanted.operation.substr(0, kMaxShown))
                         : known ? operation_by_path(*known, wanted)
                                 : "";
  const auto what = service.empty() && operation.empty()
                        ? std::string("No service is named, so that nothing")
                        : fmt::format("{}{}{}", service,
                                      service.empty() || operation.empty() ? "" : " ", operation);
  const auto message =
      fmt::format("{} is not emulated here. Emulated are: {}.", what, service_names);
  const auto protocol = wanted.is_json                                    ? aws::Protocol::kJson
                        : known && wanted.operation.empty()               ? known->protocol
                        : known && known->protocol == aws::Protocol::kEc2 ? aws::Protocol::kEc2
                                                                          : aws::Protocol::kQuery;
  aws::ServiceModel model{.id = known ? known->id : "",
                          .name = known ? known->signing_name : "",
                          .version = "",
                          .xml_namespace = known ? known->xml_namespace : "",
                          .target_prefix = "",
                          .json_version = known ? known->json_version : "1.0",
                          .error_prefix = "",
                          .protocol = protocol,
                          .validation_code = ""};
  return aws::Rendering{
      .service = model, .protocol = protocol, .request_id = std::string(request_id)}
      .error(aws::unknown_operation(protocol, message));
}

}  // namespace loopgate::http

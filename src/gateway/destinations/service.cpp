#include "gateway/destinations/service.h"

#include <algorithm>
#include <array>

#include "aws/arn.h"
#include "gateway/destinations/dynamodb.h"
#include "gateway/destinations/lambda.h"
#include "gateway/destinations/logs.h"
#include "gateway/destinations/not_emulated.h"
#include "gateway/destinations/sns.h"
#include "gateway/destinations/sqs.h"
#include "gateway/destinations/states.h"

namespace loopgate::gateway {

namespace {

constexpr auto kEmulated = std::to_array<DestinationService>({
    {.name = "lambda", .read = read_lambda_arguments},
    {.name = "sqs", .read = read_sqs_arguments},
    {.name = "sns", .read = read_sns_arguments},
    {.name = "states", .read = read_states_arguments},
    {.name = "dynamodb", .read = read_dynamodb_arguments},
    {.name = "logs", .read = read_logs_arguments, .formatter = codec::Formatter::kUtf8},
});

const DestinationService* find(std::span<const DestinationService> services,
                               std::string_view name) {
  const auto found = std::ranges::find(services, name, &DestinationService::name);
  return found == services.end() ? nullptr : &*found;
}

}  // namespace

std::vector<const DestinationService*> destination_services() {
  std::vector<const DestinationService*> out;
  for (const auto& service : kEmulated) out.push_back(&service);
  for (const auto& service : services_not_emulated()) out.push_back(&service);
  return out;
}

const DestinationService* service_of(std::string_view text) {
  const auto arn = aws::Arn::parse(text);
  if (!arn) return nullptr;
  const auto* emulated = find(kEmulated, arn->service);
  return emulated != nullptr ? emulated : find(services_not_emulated(), arn->service);
}

}  // namespace loopgate::gateway

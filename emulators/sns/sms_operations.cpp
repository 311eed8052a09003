// Text messages: settings, opt-outs, the SMS sandbox.
// https://docs.aws.amazon.com/sns/latest/api/API_SetSMSAttributes.html
// https://docs.aws.amazon.com/sns/latest/api/API_CheckIfPhoneNumberIsOptedOut.html
// https://docs.aws.amazon.com/sns/latest/api/API_CreateSMSSandboxPhoneNumber.html
#include "emulators/sns/errors.h"
#include "emulators/sns/limits.h"
#include "emulators/sns/operations.h"
#include "emulators/sns/page.h"
#include "emulators/sns/phone_number.h"

namespace loopgate::sns {
namespace {

using nlohmann::json;

constexpr char kOptedOut = 'o';
constexpr char kNumbers = 'n';

Sms::Place place_of(const http::ApiCall& call) {
  return {call.caller.account, call.caller.region};
}

http::ApiResult nothing_or(const aws::Outcome<void>& outcome) {
  if (!outcome) return aws::refuse(outcome.error());
  return json::object();
}

aws::Outcome<std::string> number_param(const json& params) {
  auto number = text_param(params, "phoneNumber");
  if (is_e164(number)) return number;
  return aws::refuse(invalid_parameter("PhoneNumber Reason: input incorrectly formatted"));
}

}  // namespace

http::ApiResult set_sms_attributes(Topics& topics, const http::ApiCall& call) {
  return nothing_or(
      topics.sms().set_attributes(place_of(call), map_param(call.params, "attributes")));
}

http::ApiResult get_sms_attributes(Topics& topics, const http::ApiCall& call) {
  auto attributes = topics.sms().attributes(place_of(call));
  const auto wanted = call.params.find("attributes");
  if (wanted != call.params.end() && wanted->is_array() && !wanted->empty()) {
    std::erase_if(attributes, [&](const auto& each) {
      return std::ranges::find(*wanted, json(each.first)) == wanted->end();
    });
  }
  return json{{"attributes", attributes}};
}

http::ApiResult check_if_phone_number_is_opted_out(Topics& topics, const http::ApiCall& call) {
  const auto number = number_param(call.params);
  if (!number) return aws::refuse(number.error());
  return json{{"isOptedOut", topics.sms().is_opted_out(place_of(call), *number)}};
}

http::ApiResult opt_in_phone_number(Topics& topics, const http::ApiCall& call) {
  const auto number = number_param(call.params);
  if (!number) return aws::refuse(number.error());
  topics.sms().opt_in(place_of(call), *number);
  return json::object();
}

http::ApiResult list_phone_numbers_opted_out(Topics& topics, const http::ApiCall& call) {
  const auto after = read_page_token(kOptedOut, call.params, "nextToken");
  if (!after) return aws::refuse(after.error());
  auto numbers = topics.sms().opted_out(place_of(call), *after, kPageSize + 1);
  json result = json::object();
  if (numbers.size() > kPageSize) {
    numbers.pop_back();
    result["nextToken"] = page_token(kOptedOut, numbers.back());
  }
  result["phoneNumbers"] = numbers;
  return result;
}

// New accounts are in it. Nothing is held back here for that.
http::ApiResult get_sms_sandbox_account_status(Topics&, const http::ApiCall&) {
  return json{{"IsInSandbox", true}};
}

http::ApiResult create_sms_sandbox_phone_number(Topics& topics, const http::ApiCall& call) {
  return nothing_or(
      topics.sms().add_number(place_of(call), text_param(call.params, "PhoneNumber")));
}

http::ApiResult verify_sms_sandbox_phone_number(Topics& topics, const http::ApiCall& call) {
  return nothing_or(topics.sms().verify_number(place_of(call),
                                               text_param(call.params, "PhoneNumber"),
                                               text_param(call.params, "OneTimePassword")));
}

http::ApiResult delete_sms_sandbox_phone_number(Topics& topics, const http::ApiCall& call) {
  return nothing_or(
      topics.sms().remove_number(place_of(call), text_param(call.params, "PhoneNumber")));
}

http::ApiResult list_sms_sandbox_phone_numbers(Topics& topics, const http::ApiCall& call) {
  const auto after = read_page_token(kNumbers, call.params);
  if (!after) return aws::refuse(after.error());
  const auto limit = call.params.value("MaxResults", kPageSize);
  auto numbers = topics.sms().numbers(place_of(call), *after, limit + 1);
  json result = {{"PhoneNumbers", json::array()}};
  if (numbers.size() > limit) {
    numbers.pop_back();
    result["NextToken"] = page_token(kNumbers, numbers.back().number);
  }
  for (const auto& each : numbers) {
    result["PhoneNumbers"].push_back(
        {{"PhoneNumber", each.number}, {"Status", each.verified ? "Verified" : "Pending"}});
  }
  return result;
}

// An account has none until it buys one, which the sandbox does not do.
http::ApiResult list_origination_numbers(Topics&, const http::ApiCall&) {
  return json{{"PhoneNumbers", json::array()}};
}

}  // namespace loopgate::sns

#include "emulators/sns/routes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "codec/percent.h"
#include "emulators/http/caller.h"
#include "emulators/sns/arns.h"
#include "emulators/sns/phone_number.h"

namespace loopgate::sns {
namespace {

using nlohmann::json;

// What was kept of one kind, and how a request and its answer name it.
struct Shelf {
  std::string_view path;
  const char* kind;
  std::string_view recipient;  // parameter
  const char* member;          // of the answer
};
constexpr std::array<Shelf, 3> kShelves = {{
    {"sms-messages", "sms", "phoneNumber", "sms_messages"},
    {"platform-endpoint-messages", "application", "endpointArn", "platform_endpoint_messages"},
    {"email-messages", "email", "address", "email_messages"},
}};

std::string decoded(std::string_view text, codec::Plus plus) {
  return codec::percent_decode(text, plus).value_or(std::string(text));
}

// '+' stands for itself: telephone numbers are written so, encoded or not.
std::string parameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const auto field = codec::next_query_field(query);
    if (field.name == name) return decoded(field.value, codec::Plus::kItself);
  }
  return {};
}

http::Response answer_json(int status, const json& body) {
  return http::Response::json(status, write_json(body) + "\n");
}

http::Response refuse(int status, std::string sentence) {
  return answer_json(status, {{"error", std::move(sentence)}});
}

http::Response read_shelf(Captured& captured, const Shelf& shelf, const Captured::Filter& filter,
                          const std::string& region) {
  json messages = json::object();
  if (!filter.recipient.empty()) messages[filter.recipient] = json::array();
  for (auto& each : captured.read(filter)) {
    auto& of_recipient = messages[each.recipient];
    if (of_recipient.is_null()) of_recipient = json::array();
    of_recipient.push_back(std::move(each.document));
  }
  return answer_json(200, {{shelf.member, std::move(messages)}, {"region", region}});
}

}  // namespace

void Routes::add_to(http::FrontDoor& door) {
  door.add_path(
      std::string(Signer::kPath),
      [this](const http::Request& request, auto exchange) { exchange->respond(answer(request)); },
      {.is_page = true});
}

http::Response Routes::answer(const http::Request& request) {
  const auto path = std::string_view(request.path).substr(Signer::kPath.size());
  const bool reads = request.method == "GET" || request.method == "HEAD";
  const auto* const shelf = std::ranges::find(kShelves, path, &Shelf::path);
  if (shelf != kShelves.end()) {
    const Captured::Filter filter{.kind = shelf->kind,
                                  .account = parameter(request.query, "accountId"),
                                  .region = parameter(request.query, "region"),
                                  .recipient = parameter(request.query, shelf->recipient)};
    if (reads) {
      return read_shelf(topics_.captured(), *shelf, filter,
                        filter.region.empty() ? region_ : filter.region);
    }
    if (request.method != "DELETE") return refuse(405, "use GET or DELETE");
    topics_.captured().remove(filter);
    return {.status = 204};
  }
  constexpr std::string_view kOptedOut = "opted-out/";
  if (path.starts_with(kOptedOut) && !reads) {
    return opt(request, decoded(path.substr(kOptedOut.size()), codec::Plus::kItself));
  }
  if (!reads) return refuse(405, "use GET");
  constexpr std::string_view kTokens = "subscription-tokens/";
  if (path.starts_with(kTokens)) return token(path.substr(kTokens.size()));
  if (path.ends_with(".pem")) return certificate(path);
  return refuse(404, fmt::format("there is no {}", request.path));
}

http::Response Routes::opt(const http::Request& request, const std::string& number) {
  if (!is_e164(number)) return refuse(400, number + " is not a telephone number like +15551234567");
  auto account = parameter(request.query, "accountId");
  auto region = parameter(request.query, "region");
  const Sms::Place place{account.empty() ? http::CallerDefaults().account : std::move(account),
                         region.empty() ? region_ : std::move(region)};
  if (request.method == "PUT") {
    topics_.sms().opt_out(place, number);
  } else if (request.method == "DELETE") {
    topics_.sms().opt_in(place, number);
  } else {
    return refuse(405, "use PUT or DELETE");
  }
  return {.status = 204};
}

http::Response Routes::certificate(std::string_view name) {
  if (name != topics_.signer().certificate_name()) {
    return refuse(404, fmt::format("there is no certificate {} (any more): the sandbox's data is "
                                   "another one",
                                   name));
  }
  return {.status = 200,
          .headers = {{"Content-Type", "application/x-pem-file"}},
          .body = topics_.signer().certificate()};
}

http::Response Routes::token(std::string_view encoded_arn) const {
  const auto arn = decoded(encoded_arn, codec::Plus::kItself);
  const auto refused = [&](int status, const char* sentence) {
    return answer_json(status, {{"error", sentence}, {"subscription_arn", arn}});
  };
  if (!read_subscription_arn(arn)) return refused(400, "The provided SubscriptionARN is invalid");
  const auto* subscription = topics_.table().subscription(arn);
  if (subscription == nullptr) return refused(404, "The provided SubscriptionARN is not found");
  return answer_json(
      200, {{"subscription_token", subscription->token}, {"subscription_arn", subscription->arn}});
}

}  // namespace loopgate::sns

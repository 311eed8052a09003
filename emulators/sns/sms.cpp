#include "emulators/sns/sms.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "emulators/sns/errors.h"
#include "emulators/sns/limits.h"
#include "emulators/sns/phone_number.h"

namespace loopgate::sns {
namespace {

using nlohmann::json;

// Attributes by their names; "" for those who opted out; of numbers in the sandbox a document.
constexpr std::string_view kTable =
    "CREATE TABLE sns_sms (account TEXT NOT NULL, region TEXT NOT NULL, kind TEXT NOT NULL,"
    " key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (account, region, kind, key))"
    " WITHOUT ROWID";
constexpr const char* kAttribute = "attribute";
constexpr const char* kOptedOut = "opted-out";
constexpr const char* kNumber = "number";

constexpr std::array<std::string_view, 6> kAttributes = {
    "MonthlySpendLimit", "DeliveryStatusIAMRole", "DeliveryStatusSuccessSamplingRate",
    "DefaultSenderID",   "DefaultSMSType",        "UsageReportS3Bucket"};

bool is_number_up_to(const std::string& text, int most) {
  return !text.empty() && text.size() <= 6 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; }) &&
         std::stoi(text) <= most;
}

aws::Outcome<void> check_attribute(const std::string& name, const std::string& value) {
  if (std::ranges::find(kAttributes, name) == kAttributes.end()) {
    return aws::refuse(invalid_parameter_sentence(name + " is not a valid attribute"));
  }
  if (name == "DefaultSMSType" && value != "Promotional" && value != "Transactional") {
    return aws::refuse(invalid_parameter_sentence("DefaultSMSType is invalid"));
  }
  constexpr int kPercent = 100, kDollars = 999'999;
  if (name == "DeliveryStatusSuccessSamplingRate" && !is_number_up_to(value, kPercent)) {
    return aws::refuse(invalid_parameter_sentence("DeliveryStatusSuccessSamplingRate is invalid"));
  }
  if (name == "MonthlySpendLimit" && !is_number_up_to(value, kDollars)) {
    return aws::refuse(invalid_parameter_sentence("MonthlySpendLimit is invalid"));
  }
  return {};
}

aws::AwsError no_such_number() {
  return resource_not_found();
}

}  // namespace

Sms::Sms(store::Store& store, Random& random, Captured& captured)
    : store_(store), random_(random), captured_(captured) {
  (void)store_.migrate("sns_sms", {kTable});
}

std::optional<std::string> Sms::get(const Place& place, const char* kind, const std::string& key) {
  auto find = store_.prepare(
      "SELECT value FROM sns_sms WHERE account = ?1 AND region = ?2 AND kind = ?3 AND key = ?4");
  find.bind(1, std::string_view(place.account))
      .bind(2, std::string_view(place.region))
      .bind(3, std::string_view(kind))
      .bind(4, std::string_view(key));
  if (!find.step()) return std::nullopt;
  return std::string(find.text(0));
}

void Sms::put(const Place& place, const char* kind, const std::string& key,
              const std::string& value) {
  store_.prepare("INSERT OR REPLACE INTO sns_sms VALUES (?1,?2,?3,?4,?5)")
      .bind(1, std::string_view(place.account))
      .bind(2, std::string_view(place.region))
      .bind(3, std::string_view(kind))
      .bind(4, std::string_view(key))
      .bind(5, std::string_view(value))
      .run();
}

void Sms::remove(const Place& place, const char* kind, const std::string& key) {
  store_
      .prepare("DELETE FROM sns_sms WHERE account = ?1 AND region = ?2 AND kind = ?3 AND key = ?4")
      .bind(1, std::string_view(place.account))
      .bind(2, std::string_view(place.region))
      .bind(3, std::string_view(kind))
      .bind(4, std::string_view(key))
      .run();
}

std::vector<std::pair<std::string, std::string>> Sms::list(const Place& place, const char* kind,
                                                           const std::string& after,
                                                           std::size_t limit) {
  auto rows = store_.prepare(
      "SELECT key, value FROM sns_sms WHERE account = ?1 AND region = ?2 AND kind = ?3 AND key > ?4"
      " ORDER BY key LIMIT ?5");
  rows.bind(1, std::string_view(place.account))
      .bind(2, std::string_view(place.region))
      .bind(3, std::string_view(kind))
      .bind(4, std::string_view(after))
      .bind(5, static_cast<std::int64_t>(limit));
  std::vector<std::pair<std::string, std::string>> out;
  while (rows.step()) out.emplace_back(rows.text(0), rows.text(1));
  return out;
}

aws::Outcome<void> Sms::set_attributes(const Place& place, const AttributeMap& attributes) {
  for (const auto& [name, value] : attributes) {
    if (auto checked = check_attribute(name, value); !checked) return checked;
  }
  for (const auto& [name, value] : attributes) put(place, kAttribute, name, value);
  return {};
}

AttributeMap Sms::attributes(const Place& place) {
  AttributeMap out = {{"MonthlySpendLimit", "1"}};
  for (auto& [name, value] : list(place, kAttribute, "", kAttributes.size())) {
    out[name] = std::move(value);
  }
  return out;
}

bool Sms::is_opted_out(const Place& place, const std::string& number) {
  return get(place, kOptedOut, number).has_value();
}

void Sms::opt_out(const Place& place, const std::string& number) {
  put(place, kOptedOut, number, "");
}

void Sms::opt_in(const Place& place, const std::string& number) {
  remove(place, kOptedOut, number);
}

std::vector<std::string> Sms::opted_out(const Place& place, const std::string& after,
                                        std::size_t limit) {
  std::vector<std::string> out;
  for (auto& [number, empty] : list(place, kOptedOut, after, limit)) {
    out.push_back(std::move(number));
  }
  return out;
}

// https://docs.aws.amazon.com/sns/latest/dg/sns-sms-sandbox-verifying-phone-numbers.html
aws::Outcome<void> Sms::add_number(const Place& place, const std::string& number) {
  if (is_opted_out(place, number)) {
    return aws::refuse({"OptedOut", "The phone number " + number + " has opted out.", 400, {}});
  }
  if (!get(place, kNumber, number) &&
      list(place, kNumber, "", kMaxSandboxNumbers).size() >= kMaxSandboxNumbers) {
    return aws::refuse(
        {"UserError",
         fmt::format("The account has {} destination phone numbers in the SMS sandbox already.",
                     kMaxSandboxNumbers),
         400,
         {}});
  }
  const auto password = fmt::format("{:06}", random_.below(1'000'000));
  put(place, kNumber, number, write_json(json{{"verified", false}, {"password", password}}));
  const auto message_id = random_.uuid();
  captured_.add(
      {.kind = "sms",
       .account = place.account,
       .region = place.region,
       .recipient = number,
       .message_id = message_id,
       .document = {{"PhoneNumber", number},
                    {"MessageId", message_id},
                    {"Message", "Your verification code for Amazon SNS is " + password + "."}}});
  return {};
}

aws::Outcome<void> Sms::verify_number(const Place& place, const std::string& number,
                                      const std::string& password) {
  const auto found = get(place, kNumber, number);
  if (!found) return aws::refuse(no_such_number());
  auto document = read_json(*found).value_or(json::object());
  if (document.value("password", "") != password) {
    return aws::refuse({"VerificationException",
                        "The one-time password is not that of the phone number.",
                        400,
                        {}});
  }
  document["verified"] = true;
  put(place, kNumber, number, write_json(document));
  return {};
}

aws::Outcome<void> Sms::remove_number(const Place& place, const std::string& number) {
  if (!get(place, kNumber, number)) return aws::refuse(no_such_number());
  remove(place, kNumber, number);
  return {};
}

std::vector<Sms::SandboxNumber> Sms::numbers(const Place& place, const std::string& after,
                                             std::size_t limit) {
  std::vector<SandboxNumber> out;
  for (const auto& [number, text] : list(place, kNumber, after, limit)) {
    const auto document = read_json(text).value_or(json::object());
    out.push_back({number, document.value("verified", false)});
  }
  return out;
}

void Sms::reset(const aws::AccountScope& scope) {
  store_.delete_rows("sns_sms", "account", scope.account);
}

}  // namespace loopgate::sns

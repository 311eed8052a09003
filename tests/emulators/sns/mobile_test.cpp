// Telephones, mobile devices and e-mail: what would leave the machine is kept.
#include <gmock/gmock.h>

#include "base/json.h"
#include "emulators/sns/routes.h"
#include "tests/emulators/sns/account.h"

namespace loopgate::sns {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::SizeIs;

class Mobile : public Account {
 protected:
  json request(const std::string& method, const std::string& path, const std::string& query = "") {
    Routes routes(topics, "us-west-2");
    http::Request request;
    request.method = method;
    request.path = "/_aws/sns/" + path;
    request.query = query;
    const auto answer = routes.answer(request);
    status = answer.status;
    return answer.body.empty() ? json() : read_json(answer.body).value();
  }
  std::string application(const std::string& platform = "GCM") {
    const auto result =
        call("CreatePlatformApplication",
             {{"Name", "app"},
              {"Platform", platform},
              {"Attributes", {{"PlatformCredential", "secret"}, {"PlatformPrincipal", "p"}}}});
    return result ? (*result)["PlatformApplicationArn"].get<std::string>() : "";
  }
  std::string endpoint(const std::string& application_arn, const std::string& token = "t1") {
    const auto result = call("CreatePlatformEndpoint",
                             {{"PlatformApplicationArn", application_arn}, {"Token", token}});
    return result ? (*result)["EndpointArn"].get<std::string>() : "";
  }

  std::vector<CapturedMessage> kept(const std::string& kind) {
    Captured::Filter filter;
    filter.kind = kind;
    return topics.captured().read(filter);
  }

  int status = 0;
};

TEST_F(Mobile, ApplicationsAreKeptWithoutTheirCredentials) {
  const auto arn = application();
  EXPECT_EQ(arn, "arn:aws:sns:us-west-2:123456789012:app/GCM/app");
  EXPECT_EQ(application(), arn);
  const auto shown = call("GetPlatformApplicationAttributes", {{"PlatformApplicationArn", arn}});
  EXPECT_EQ((*shown)["Attributes"], json({{"Enabled", "true"}}));
  call("SetPlatformApplicationAttributes",
       {{"PlatformApplicationArn", arn},
        {"Attributes", {{"EventEndpointCreated", "x"}, {"PlatformCredential", "new"}}}});
  const auto listed = call("ListPlatformApplications", json::object());
  ASSERT_THAT((*listed)["PlatformApplications"], SizeIs(1));
  EXPECT_EQ((*listed)["PlatformApplications"][0]["Attributes"],
            json({{"Enabled", "true"}, {"EventEndpointCreated", "x"}}));
  EXPECT_THAT(
      (*call("ListPlatformApplications", json::object(), "eu-west-1"))["PlatformApplications"],
      SizeIs(0));
  endpoint(arn);
  call("DeletePlatformApplication", {{"PlatformApplicationArn", arn}});
  EXPECT_EQ(refusal("GetPlatformApplicationAttributes", {{"PlatformApplicationArn", arn}}),
            "NotFound: PlatformApplication does not exist");
  EXPECT_EQ(refusal("ListEndpointsByPlatformApplication", {{"PlatformApplicationArn", arn}}),
            "NotFound: PlatformApplication does not exist");
}

TEST_F(Mobile, RefusesApplicationsInTheWordsOfAws) {
  const auto refused = [&](const std::string& name, const std::string& platform,
                           const json& attributes) {
    return refusal("CreatePlatformApplication",
                   {{"Name", name}, {"Platform", platform}, {"Attributes", attributes}});
  };
  const json both = {{"PlatformCredential", "c"}, {"PlatformPrincipal", "p"}};
  const std::string invalid = "InvalidParameter: Invalid parameter: ";
  EXPECT_EQ(refused("", "GCM", both), invalid + " Reason: cannot be empty");
  EXPECT_EQ(refused("a b", "GCM", both),
            invalid +
                "a b Reason: must contain only characters 'a'-'z', 'A'-'Z', '0'-'9', '_', "
                "'-', and '.'");
  EXPECT_EQ(refused(std::string(257, 'a'), "GCM", both),
            invalid + std::string(257, 'a') + " Reason: must be at most 256 characters long");
  EXPECT_EQ(refused("a", "NOKIA", both), invalid + "Platform Reason: NOKIA is not supported");
  EXPECT_EQ(refused("a", "APNS", {{"PlatformPrincipal", "p"}}),
            invalid +
                "Attributes Reason: PlatformPrincipal attribute provided without "
                "PlatformCredential");
  EXPECT_EQ(refused("a", "APNS", {{"PlatformCredential", "c"}}),
            invalid +
                "Attributes Reason: PlatformCredential attribute provided without "
                "PlatformPrincipal");
  EXPECT_EQ(refused("a", "GCM", {{"PlatformCredential", "c"}}).substr(0, 9), "accepted:");
  EXPECT_EQ(refusal("GetPlatformApplicationAttributes", {{"PlatformApplicationArn", "x"}}),
            invalid + "PlatformApplicationArn Reason: An ARN must have at least 6 elements, not 1");
}

TEST_F(Mobile, EndpointsAreFoundByTheirToken) {
  const auto app = application();
  const auto arn = endpoint(app);
  EXPECT_THAT(arn, HasSubstr("arn:aws:sns:us-west-2:123456789012:endpoint/GCM/app/"));
  EXPECT_EQ(endpoint(app), arn);
  EXPECT_EQ(refusal("CreatePlatformEndpoint",
                    {{"PlatformApplicationArn", app}, {"Token", "t1"}, {"CustomUserData", "mine"}}),
            "InvalidParameter: Invalid parameter: Token Reason: Endpoint " + arn +
                " already exists with the same Token, but different attributes.");
  call("SetEndpointAttributes",
       {{"EndpointArn", arn}, {"Attributes", {{"Enabled", "false"}, {"Token", "t2"}}}});
  EXPECT_EQ((*call("GetEndpointAttributes", {{"EndpointArn", arn}}))["Attributes"],
            json({{"Enabled", "false"}, {"Token", "t2"}}));
  EXPECT_NE(endpoint(app), arn) << "its token is another one now";
  EXPECT_THAT(
      (*call("ListEndpointsByPlatformApplication", {{"PlatformApplicationArn", app}}))["Endpoints"],
      SizeIs(2));
  EXPECT_EQ(
      refusal("SetEndpointAttributes", {{"EndpointArn", arn}, {"Attributes", {{"Colour", "red"}}}}),
      "InvalidParameter: Invalid parameter: Attributes Reason: Invalid attribute name: "
      "Colour");
  call("DeleteEndpoint", {{"EndpointArn", arn}});
  EXPECT_EQ(refusal("GetEndpointAttributes", {{"EndpointArn", arn}}),
            "NotFound: Endpoint does not exist");
  EXPECT_EQ(refusal("GetEndpointAttributes", {{"EndpointArn", app}}),
            "InvalidParameter: Invalid parameter: EndpointArn Reason: Wrong number of slashes in "
            "relative portion of the ARN.");
}

TEST_F(Mobile, PublishingToADeviceIsKept) {
  const auto arn = endpoint(application());
  const auto sent = call("Publish", {{"TargetArn", arn},
                                     {"MessageStructure", "json"},
                                     {"Message", R"({"default":"d","GCM":"for it"})"}});
  ASSERT_TRUE(sent.has_value()) << sent.error().message;
  const auto kept = request("GET", "platform-endpoint-messages");
  const auto& message = kept["platform_endpoint_messages"][arn][0];
  EXPECT_EQ(message["Message"], "for it");
  EXPECT_EQ(message["MessageId"], (*sent)["MessageId"]);
  EXPECT_EQ(message["TargetArn"], arn);
  EXPECT_EQ(message["MessageStructure"], "json");
  EXPECT_THAT(told(EventKind::kCaptured), SizeIs(1));
  request("DELETE", "platform-endpoint-messages", "endpointArn=" + arn);
  EXPECT_EQ(status, 204);
  EXPECT_THAT(topics.captured().read({}), SizeIs(0));

  call("SetEndpointAttributes", {{"EndpointArn", arn}, {"Attributes", {{"Enabled", "false"}}}});
  EXPECT_EQ(refusal("Publish", {{"TargetArn", arn}, {"Message", "m"}}),
            "EndpointDisabled: Endpoint is disabled");
  EXPECT_EQ(refusal("Publish", {{"TargetArn", arn + "x"}, {"Message", "m"}}),
            "InvalidParameter: Invalid parameter: TargetArn Reason: No endpoint found for the "
            "target arn specified");
}

TEST_F(Mobile, ATopicReachesDevicesTelephonesAndMailboxes) {
  const auto arn = topic();
  const auto device = endpoint(application("APNS"));
  call("Subscribe", {{"TopicArn", arn}, {"Protocol", "application"}, {"Endpoint", device}});
  call("Subscribe", {{"TopicArn", arn}, {"Protocol", "sms"}, {"Endpoint", "+15551234567"}});
  const auto mail = call("Subscribe", {{"TopicArn", arn},
                                       {"Protocol", "email"},
                                       {"Endpoint", "a@example.com"},
                                       {"ReturnSubscriptionArn", true}});
  const auto subscription = (*mail)["SubscriptionArn"].get<std::string>();
  const auto token = request("GET", "subscription-tokens/" + subscription);
  EXPECT_EQ(token["subscription_arn"], subscription);
  call("ConfirmSubscription", {{"TopicArn", arn}, {"Token", token["subscription_token"]}});
  call("Publish", {{"TopicArn", arn},
                   {"Subject", "news"},
                   {"MessageStructure", "json"},
                   {"Message", R"({"default":"d","APNS":"a","sms":"s","email":"e"})"}});
  EXPECT_EQ(
      request("GET",
              "platform-endpoint-messages")["platform_endpoint_messages"][device][0]["Message"],
      "a");
  const auto sms = request("GET", "sms-messages", "phoneNumber=%2B15551234567");
  EXPECT_EQ(sms["region"], "us-west-2");
  EXPECT_EQ(sms["sms_messages"]["+15551234567"][0]["Message"], "s");
  EXPECT_EQ(sms["sms_messages"]["+15551234567"][0]["TopicArn"], arn);
  const auto letters = request("GET", "email-messages")["email_messages"]["a@example.com"];
  ASSERT_THAT(letters, SizeIs(2)) << "the confirmation, and the message";
  EXPECT_EQ(letters[1]["Subject"], "news");
  EXPECT_EQ(letters[1]["Message"], "e");
  request("GET", "subscription-tokens/x");
  EXPECT_EQ(status, 400);
  request("GET", "subscription-tokens/" + arn + ":x");
  EXPECT_EQ(status, 404);
  request("GET", "nothing");
  EXPECT_EQ(status, 404);
}

TEST_F(Mobile, ADeviceThatIsGoneHasADeadLetter) {
  const auto arn = topic();
  const auto device = endpoint(application());
  call("Subscribe",
       {{"TopicArn", arn},
        {"Protocol", "application"},
        {"Endpoint", device},
        {"Attributes", {{"RedrivePolicy", json{{"deadLetterTargetArn", kDeadLetters}}.dump()}}}});
  call("DeleteEndpoint", {{"EndpointArn", device}});
  call("Publish", {{"TopicArn", arn}, {"Message", "m"}});
  EXPECT_THAT(queues.messages[kDeadLetters], SizeIs(1));
}

TEST_F(Mobile, TextMessagesAreKept) {
  const auto sent = call(
      "Publish",
      {{"PhoneNumber", "+15551234567"},
       {"Message", "hello"},
       {"MessageAttributes",
        {{"AWS.SNS.SMS.SMSType", {{"DataType", "String"}, {"StringValue", "Transactional"}}}}}});
  ASSERT_TRUE(sent.has_value()) << sent.error().message;
  const auto message = request("GET", "sms-messages")["sms_messages"]["+15551234567"][0];
  EXPECT_EQ(message["Message"], "hello");
  EXPECT_EQ(message["MessageAttributes"]["AWS.SNS.SMS.SMSType"]["StringValue"], "Transactional");
  // Recorded on AWS, 2023-08-25.
  EXPECT_EQ(refusal("Publish", {{"PhoneNumber", "NAA+15551234567"}, {"Message", "m"}}),
            "InvalidParameter: Invalid parameter: PhoneNumber Reason: NAA+15551234567 is not valid "
            "to publish to");
}

TEST_F(Mobile, WhoOptedOutGetsNothing) {
  const auto is_out = [&] {
    return (*call("CheckIfPhoneNumberIsOptedOut", {{"phoneNumber", "+15551234567"}}))["isOptedOut"];
  };
  EXPECT_EQ(is_out(), false);
  request("PUT", "opted-out/+15551234567");
  EXPECT_EQ(status, 204);
  EXPECT_EQ(is_out(), true);
  EXPECT_EQ((*call("ListPhoneNumbersOptedOut", json::object()))["phoneNumbers"],
            json({"+15551234567"}));
  EXPECT_TRUE(call("Publish", {{"PhoneNumber", "+15551234567"}, {"Message", "m"}}).has_value());
  EXPECT_THAT(topics.captured().read({}), SizeIs(0));
  call("OptInPhoneNumber", {{"phoneNumber", "+15551234567"}});
  EXPECT_EQ(is_out(), false);
  EXPECT_EQ(refusal("CheckIfPhoneNumberIsOptedOut", {{"phoneNumber", "+notanumber"}}),
            "InvalidParameter: Invalid parameter: PhoneNumber Reason: input incorrectly formatted");
}

TEST_F(Mobile, SettingsOfTextMessages) {
  EXPECT_EQ((*call("GetSMSAttributes", json::object()))["attributes"],
            json({{"MonthlySpendLimit", "1"}}));
  call("SetSMSAttributes", {{"attributes", {{"DefaultSMSType", "Transactional"}}}});
  EXPECT_EQ((*call("GetSMSAttributes", {{"attributes", {"DefaultSMSType"}}}))["attributes"],
            json({{"DefaultSMSType", "Transactional"}}));
  EXPECT_EQ(refusal("SetSMSAttributes", {{"attributes", {{"Colour", "red"}}}}),
            "InvalidParameter: Colour is not a valid attribute");
  EXPECT_EQ(refusal("SetSMSAttributes", {{"attributes", {{"DefaultSMSType", "Loud"}}}}),
            "InvalidParameter: DefaultSMSType is invalid");
  EXPECT_EQ((*call("ListOriginationNumbers", json::object()))["PhoneNumbers"], json::array());
}

TEST_F(Mobile, NumbersOfTheSandboxAreVerifiedByTheirPassword) {
  const json number = {{"PhoneNumber", "+15551234567"}};
  EXPECT_EQ((*call("GetSMSSandboxAccountStatus", json::object()))["IsInSandbox"], true);
  call("CreateSMSSandboxPhoneNumber", number);
  const auto text = kept("sms").at(0).document["Message"].get<std::string>();
  const auto password = text.substr(text.rfind(' ') + 1, 6);
  EXPECT_THAT(refusal("VerifySMSSandboxPhoneNumber",
                      {{"PhoneNumber", "+15551234567"}, {"OneTimePassword", password + "0"}}),
              HasSubstr("VerificationException"));
  EXPECT_EQ((*call("ListSMSSandboxPhoneNumbers", json::object()))["PhoneNumbers"],
            json({{{"PhoneNumber", "+15551234567"}, {"Status", "Pending"}}}));
  call("VerifySMSSandboxPhoneNumber",
       {{"PhoneNumber", "+15551234567"}, {"OneTimePassword", password}});
  EXPECT_EQ((*call("ListSMSSandboxPhoneNumbers", json::object()))["PhoneNumbers"],
            json({{{"PhoneNumber", "+15551234567"}, {"Status", "Verified"}}}));
  call("DeleteSMSSandboxPhoneNumber", number);
  EXPECT_EQ(refusal("DeleteSMSSandboxPhoneNumber", number),
            "ResourceNotFound: Resource does not exist");
}

TEST_F(Mobile, KeepsOnlySoMany) {
  for (int i = 0; i < 400; ++i) {
    call("Publish", {{"PhoneNumber", "+15551234567"}, {"Message", std::string(250'000, 'x')}});
  }
  const auto kept = topics.captured().read({}).size();
  EXPECT_LT(kept, 300);
  EXPECT_GT(kept, 200);
}

TEST_F(Mobile, DataProtectionPoliciesComeBack) {
  const auto arn = topic();
  const std::string policy = R"({"Name":"p","Version":"2021-06-01","Statement":[]})";
  const auto get = [&] {
    return (*call("GetDataProtectionPolicy", {{"ResourceArn", arn}}))["DataProtectionPolicy"];
  };
  EXPECT_EQ(get(), "");
  call("PutDataProtectionPolicy", {{"ResourceArn", arn}, {"DataProtectionPolicy", policy}});
  EXPECT_EQ(get(), policy);
  EXPECT_THAT(
      refusal("PutDataProtectionPolicy", {{"ResourceArn", arn}, {"DataProtectionPolicy", "{}"}}),
      HasSubstr("it has no Name"));
  EXPECT_EQ(refusal("GetDataProtectionPolicy", {{"ResourceArn", arn + "x"}}),
            "NotFound: Topic does not exist");
}

TEST_F(Mobile, TwoHundredFilterPoliciesATopic) {
  const auto arn = topic();
  const auto queue = [](int i) { return std::string(kQueue) + std::to_string(i); };
  for (int i = 0; i < 200; ++i) subscribe(arn, queue(i), {{"FilterPolicy", R"({"a":["b"]})"}});
  EXPECT_THAT(refusal("Subscribe", {{"TopicArn", arn},
                                    {"Protocol", "sqs"},
                                    {"Endpoint", queue(200)},
                                    {"Attributes", {{"FilterPolicy", R"({"a":["b"]})"}}}}),
              HasSubstr("FilterPolicyLimitExceeded"));
  const auto without = subscribe(arn, queue(201));
  EXPECT_THAT(refusal("SetSubscriptionAttributes", {{"SubscriptionArn", without},
                                                    {"AttributeName", "FilterPolicy"},
                                                    {"AttributeValue", R"({"a":["b"]})"}}),
              HasSubstr("FilterPolicyLimitExceeded"));
}

}  // namespace
}  // namespace loopgate::sns

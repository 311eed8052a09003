// What AWS was recorded to accept and refuse, and in which words: sections C to F.
#include <gmock/gmock.h>

#include "aws/protocol/validate.h"
#include "codec/base64.h"
#include "emulators/http/protocol.h"
#include "emulators/sns/errors.h"
#include "tests/emulators/sns/recorded.h"

namespace loopgate::sns {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

// --- C: accepted or refused ----------------------------------------------------------------------

TEST_F(Recorded, C1_SubscribingAgainWithDefaultsFindsTheSubscription) {
  const auto arn = topic();
  const auto first = subscribe(arn, kQueue);
  const json same[] = {
      json::object(),
      {{"FilterPolicyScope", "MessageAttributes"}},  // 2025-10-06
      {{"RawMessageDelivery", "false"}},
  };
  for (const auto& attributes : same) EXPECT_EQ(subscribe(arn, kQueue, attributes), first);
  const json others[] = {
      {{"FilterPolicyScope", "MessageBody"}},
      {{"RawMessageDelivery", "true"}},
      {{"FilterPolicy", R"({"a":["b"]})"}},
      {{"RedrivePolicy", redrive_to(kDeadLetters)}},
  };
  for (const auto& attributes : others) {
    EXPECT_EQ(refusal("Subscribe", {{"TopicArn", arn},
                                    {"Protocol", "sqs"},
                                    {"Endpoint", kQueue},
                                    {"Attributes", attributes}}),
              "InvalidParameter: Invalid parameter: Attributes Reason: Subscription already exists "
              "with different attributes")
        << attributes;
  }
}

TEST_F(Recorded, C1_CreatingATopicAgainWithSomeOfItsTagsFindsIt) {
  const auto with = [&](json tags) {
    return refusal("CreateTopic", {{"Name", "tagged"}, {"Tags", std::move(tags)}});
  };
  const json a = {{"Key", "a"}, {"Value", "1"}}, b = {{"Key", "b"}, {"Value", "2"}};
  const auto found = with({a, b});
  EXPECT_THAT(found, HasSubstr(":tagged"));
  EXPECT_EQ(with({a, b}), found);
  EXPECT_EQ(with({b}), found) << "2025-10-13";
  EXPECT_EQ(with(json::array()), found) << "2023-08-24";
  const std::string different =
      "InvalidParameter: Invalid parameter: Tags Reason: Topic already exists with different tags";
  EXPECT_EQ(with({a, b, {{"Key", "c"}, {"Value", "3"}}}), different) << "2023-08-24 more tags";
  EXPECT_EQ(with({{{"Key", "a"}, {"Value", "2"}}}), different);
}

TEST_F(Recorded, C2_OnlyAFifoSubscriptionNeedsAFifoDeadLetterQueue) {
  const auto arn = fifo_topic(true);
  const std::string must =
      "RedrivePolicy: must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic.";
  const auto standard = subscribe(arn, kQueue, {{"RedrivePolicy", redrive_to(kDeadLetters)}});
  const auto fifo = subscribe(arn, kFifoQueue);
  const auto set = [&](const std::string& subscription, const std::string& queue) {
    return refusal("SetSubscriptionAttributes", {{"SubscriptionArn", subscription},
                                                 {"AttributeName", "RedrivePolicy"},
                                                 {"AttributeValue", redrive_to(queue)}});
  };
  // 2025-08-18 regular-queue-for-dlq-of-fifo-topic
  EXPECT_EQ(set(fifo, kDeadLetters), "InvalidParameter: Invalid parameter: " + must);
  EXPECT_EQ(set(fifo, kFifoLetters), "accepted: {}");
  EXPECT_EQ(set(standard, kDeadLetters), "accepted: {}");
  EXPECT_EQ(refusal("Subscribe", {{"TopicArn", arn},
                                  {"Protocol", "sqs"},
                                  {"Endpoint", "arn:aws:sqs:us-west-2:123456789012:b.fifo"},
                                  {"Attributes", {{"RedrivePolicy", redrive_to(kDeadLetters)}}}}),
            "InvalidParameter: Invalid parameter: Attributes Reason: " + must);
}

TEST_F(Recorded, C2_LettersKeepTheirGroupWhereTheDeadLetterQueueIsFifo) {
  const auto arn = fifo_topic(true);
  subscribe(arn, "arn:aws:sqs:us-west-2:123456789012:missing",
            {{"RedrivePolicy", redrive_to(kFifoLetters)}});
  call("Publish", {{"TopicArn", arn}, {"Message", "m"}, {"MessageGroupId", "g"}});
  ASSERT_THAT(queues.messages[kFifoLetters], SizeIs(1));
  EXPECT_EQ(queues.messages[kFifoLetters][0].group_id, "g");
}

TEST_F(Recorded, C3_NamesAndNumbersOfMessageAttributes) {
  const std::string digits(38, '7');
  const auto no_number =
      "ParameterValueInvalid: Could not cast message attribute 'n' value to number.";
  const auto out_of_range = [](const std::string& number) {
    return "ParameterValueInvalid: Message attribute 'n' number value [" + number +
           "] scale must be 10^-128 and 10^126.";
  };
  const auto named = [](const std::string& name) { return json{{name, attribute("String", "x")}}; };
  const auto number = [](const std::string& text) {
    return json{{"n", attribute("Number", text)}};
  };
  const auto reserved =
      "ParameterValueInvalid: Message attribute name can not start with 'AWS.' or 'Amazon.' in any "
      "casing.";
  const auto strange = [](const std::string& hex) {
    return "ParameterValueInvalid: Invalid non-alphanumeric character '#x" + hex +
           "' was found in the message attribute name. Can only include alphanumeric characters, "
           "hyphens, underscores, or dots.";
  };
  const Case cases[] = {
      {"letters", named("gr\u00f6\u00dfe-\u0436_1.x"), ""},
      {"2024-11-15 invalid_name", named("attr^1"), strange("5E")},
      {"a sign", named("a\u20ac"), strange("20AC")},
      {"not UTF-8", named("a\xff"), strange("FFFD")},
      {"2024-11-15 invalid_name_4", named("a..b"),
       "ParameterValueInvalid: Message attribute name can not have successive '.' character."},
      {"aws.", named("aws.x"), reserved},
      {"AWS.", named("AWS.x"), reserved},
      {"aMaZoN.", named("aMaZoN.x"), reserved},
      {"no dot", named("AWSx"), ""},
      {"no dot either", named("amazon"), ""},
      {"abc", number("abc"), no_number},
      {"two points", number("1.5.2"), no_number},
      {"hexadecimal", number("0x10"), no_number},
      {"NaN", number("NaN"), no_number},
      {"infinity", number("Infinity"), no_number},
      {"a blank", number(" 1"), no_number},
      {"a sign alone", number("-"), no_number},
      {"a point alone", number("."), no_number},
      {"an exponent alone", number("e5"), no_number},
      {"no exponent", number("1e"), no_number},
      {"of a type of ones own", json{{"n", attribute("Number.int", "abc")}}, no_number},
      {"whole", number("-12"), ""},
      {"2023-08-24", number("99.12"), ""},
      {"a point before", number("+.5"), ""},
      {"a point behind", number("5."), ""},
      {"zeros", number("0000.000"), ""},
      {"zero of any size", number("0e999999999999"), ""},
      {"38 digits", number(digits), ""},
      {"39 digits", number(digits + "7"),
       "ParameterValueInvalid: Message attribute 'n' number value [" + digits +
           "7] must have less than 38 precision digits."},
      {"zeros do not count", number("000" + digits + "000"), ""},
      {"large", number("1e126"), ""},
      {"too large", number("1e127"), out_of_range("1e127")},
      {"small", number("1E-128"), ""},
      {"too small", number("0.1E-128"), out_of_range("0.1E-128")},
      {"far", number("1e99999999999999999999"), out_of_range("1e99999999999999999999")},
  };
  const auto arn = topic();
  for (const auto& c : cases) {
    const auto answer =
        refusal("Publish", {{"TopicArn", arn}, {"Message", "m"}, {"MessageAttributes", c.given}});
    if (c.answer.empty()) {
      EXPECT_THAT(answer, testing::StartsWith("accepted")) << c.name;
    } else {
      EXPECT_EQ(answer, c.answer) << c.name;
    }
  }
}

// --- D: codes ------------------------------------------------------------------------------------

TEST_F(Recorded, D3_PublishingToWhatIsNotThere) {
  const auto arn = topic();
  const Case cases[] = {
      {"2023-08-24 non-existent-endpoint",
       {{"TargetArn", "arn:aws:sns:us-west-2:123456789012:endpoint/APNS/app/id"}},
       "InvalidParameter: Invalid parameter: TargetArn Reason: No endpoint found for the target "
       "arn "
       "specified"},
      {"of another region",
       {{"TargetArn", "arn:aws:sns:eu-west-1:123456789012:endpoint/GCM/app/id"}},
       "InvalidParameter: Invalid parameter: TargetArn Reason: No endpoint found for the target "
       "arn "
       "specified"},
      {"a topic", {{"TargetArn", arn + "x"}}, "NotFound: Topic does not exist"},
      {"2024-03-11 empty-topic",
       {{"TopicArn", ""}},
       "InvalidParameter: Invalid parameter: TopicArn Reason: An ARN must have at least 6 "
       "elements, "
       "not 1"},
      {"2023-08-25 invalid-number",
       {{"PhoneNumber", "+1a234"}},
       "InvalidParameter: Invalid parameter: PhoneNumber Reason: +1a234 is not valid to publish "
       "to"},
      {"2023-08-25 wrong-format",
       {{"PhoneNumber", "NAA+15551234567"}},
       "InvalidParameter: Invalid parameter: PhoneNumber Reason: NAA+15551234567 is not valid to "
       "publish to"},
  };
  for (const auto& c : cases) {
    json params = {{"Message", "m"}};
    params.update(c.given);
    EXPECT_EQ(refusal("Publish", params), c.answer) << c.name;
  }
  EXPECT_TRUE(call("Publish", {{"Message", "m"}, {"TargetArn", arn}})) << "2023-08-24";
}

TEST_F(Recorded, D3_ConfirmingWithAWrongTokenOrTopic) {
  const auto arn = topic();
  call("Subscribe",
       {{"TopicArn", arn}, {"Protocol", "https"}, {"Endpoint", "https://example.com/hook"}});
  const auto token = topics.table().subscriptions().begin()->second.token;
  const std::string stranger(288, '5');
  const Case cases[] = {
      {"2025-10-06 topic-not-exists",
       {{"TopicArn", arn + "i"}, {"Token", stranger}},
       "InvalidParameter: Invalid parameter: Token"},
      {"2025-10-06 invalid-token",
       {{"TopicArn", arn}, {"Token", "randomtoken"}},
       "InvalidParameter: Invalid token"},
      {"2025-10-06 token-not-exists",
       {{"TopicArn", arn}, {"Token", stranger}},
       "InvalidParameter: Invalid parameter: Token"},
      {"2023-10-12 broken-token-confirm",
       {{"TopicArn", arn}, {"Token", "abc123"}},
       "InvalidParameter: Invalid parameter: Token"},
      {"2023-10-12 broken-topic-arn-confirm",
       {{"TopicArn", "not-an-arn"}, {"Token", token}},
       "InvalidParameter: Invalid parameter: Topic"},
      {"2023-10-12 different-region-arn-confirm",
       {{"TopicArn", "arn:aws:sns:eu-central-1:123456789012:events"}, {"Token", token}},
       "InvalidParameter: Invalid parameter: Topic"},
      {"empty", {{"TopicArn", arn}, {"Token", ""}}, "InvalidParameter: Invalid token"},
  };
  for (const auto& c : cases)
    EXPECT_EQ(refusal("ConfirmSubscription", c.given), c.answer) << c.name;
  // 2023-10-12 nonexistent-token-confirm: another topic of the region
  EXPECT_THAT(refusal("ConfirmSubscription", {{"TopicArn", arn + "a"}, {"Token", token}}),
              HasSubstr(arn + ":"));
}

TEST_F(Recorded, D3_UnsubscribingReadsTheArn) {
  const auto subscription = subscribe(topic(), kQueue);
  const std::string reason = "InvalidParameter: Invalid parameter: SubscriptionArn Reason: ";
  const Case cases[] = {
      {"2025-10-06 invalid-unsubscribe-arn-1", "randomstring",
       reason + "An ARN must have at least 6 elements, not 1"},
      {"2025-10-06 invalid-unsubscribe-arn-2", "arn:aws:sns:us-east-1:random",
       reason + "An ARN must have at least 6 elements, not 5"},
      {"2025-10-06 invalid-unsubscribe-arn-3", topic(),
       "InvalidParameter: Invalid parameter: SubscriptionId"},
      {"2025-10-06 unsubscribe-1", subscription, "accepted: {}"},
      {"2025-10-06 unsubscribe-2", subscription, "accepted: {}"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(refusal("Unsubscribe", {{"SubscriptionArn", c.given}}), c.answer) << c.name;
  }
}

TEST_F(Recorded, D3_WhatIsMissingIsNamed) {
  // 2025-10-06 invalid-unsubscribe-arn-4
  const auto model = *service.model().find("Unsubscribe");
  aws::Validator validator;
  const auto checked = validator.check(model, aws::Protocol::kQuery, json::object());
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, "InvalidParameter");
  EXPECT_EQ(checked.error().message,
            "Invalid parameter: SubscriptionArn Reason: no value for required parameter");
}

TEST_F(Recorded, D4_ErrorsOfSnsHaveNoDetail) {
  const auto body = http::encode_query_error(service.model(), topic_not_found(), "r1").body;
  EXPECT_THAT(body, HasSubstr("<Error><Type>Sender</Type><Code>NotFound</Code><Message>Topic does "
                              "not exist</Message></Error>"));
}

// --- E: words ------------------------------------------------------------------------------------

TEST_F(Recorded, E_AShortArnIsCounted) {
  const auto subscription = subscribe(topic(), kQueue);
  struct Parameter {
    const char* operation;
    const char* name;
    json others;
  };
  const Parameter parameters[] = {
      {"GetTopicAttributes", "TopicArn", {}},  // 2023-10-06 get-attrs-malformed-topic
      {"SetTopicAttributes", "TopicArn", {{"AttributeName", "DisplayName"}}},
      {"DeleteTopic", "TopicArn", {}},
      {"Subscribe", "TopicArn", {{"Protocol", "sqs"}, {"Endpoint", kQueue}}},  // 2025-10-06
      {"Publish", "TopicArn", {{"Message", "m"}}},                             // 2024-03-11
      {"Publish", "TargetArn", {{"Message", "m"}}},
      {"PublishBatch",
       "TopicArn",
       {{"PublishBatchRequestEntries", {{{"Id", "a"}, {"Message", "m"}}}}}},
      {"ListSubscriptionsByTopic", "TopicArn", {}},
      {"AddPermission", "TopicArn", {{"Label", "l"}}},
      {"RemovePermission", "TopicArn", {{"Label", "l"}}},
      {"GetSubscriptionAttributes", "SubscriptionArn", {}},  // 2025-10-06
      {"SetSubscriptionAttributes", "SubscriptionArn", {{"AttributeName", "RawMessageDelivery"}}},
      {"Unsubscribe", "SubscriptionArn", {}},  // 2025-10-06
      {"TagResource", "ResourceArn", {{"Tags", json::array()}}},
      {"UntagResource", "ResourceArn", {{"TagKeys", json::array()}}},
      {"ListTagsForResource", "ResourceArn", {}},
  };
  for (const auto& parameter : parameters) {
    for (const auto& [arn, count] : {std::pair{"randomstring", "1"}, std::pair{"a:b", "2"},
                                     std::pair{"arn:aws:sns:us-east-1:random", "5"}}) {
      json params = parameter.others.is_null() ? json::object() : parameter.others;
      params[parameter.name] = arn;
      EXPECT_EQ(refusal(parameter.operation, params),
                std::string("InvalidParameter: Invalid parameter: ") + parameter.name +
                    " Reason: An ARN must have at least 6 elements, not " + count)
          << parameter.operation;
    }
  }
}

TEST_F(Recorded, E_AFifoTopicsNameEndsWithFifo) {
  const auto named = [&](const std::string& name, const char* fifo) {
    return refusal("CreateTopic", {{"Name", name}, {"Attributes", {{"FifoTopic", fifo}}}});
  };
  EXPECT_EQ(named("orders", "true"), "InvalidParameter: Invalid parameter: Topic Name")
      << "2026-02-06";
  EXPECT_EQ(named("orders.fifo", "false"), "InvalidParameter: Invalid parameter: Topic Name");
  for (const char strange : std::string(":;!@|^% ")) {  // 2025-09-29 name-invalid-char
    EXPECT_EQ(named(std::string("bad") + strange, "false"),
              "InvalidParameter: Invalid parameter: Topic Name")
        << strange;
  }
}

TEST_F(Recorded, E_ABatchIdIsTooLongOrHasAStrangeCharacter) {
  const auto arn = topic();
  const auto with = [&](const std::string& id) {
    return batch_refusal(arn, {{{"Id", "good"}, {"Message", "m"}}, {{"Id", id}, {"Message", "m"}}});
  };
  const std::string of = "InvalidBatchEntryId: The Id of a batch entry in the batch request ";
  const std::string long_id(81, 'a');
  EXPECT_EQ(with(long_id), of + "is too long: " + long_id);
  EXPECT_EQ(with(std::string(81, '!')), of + "is too long: " + std::string(81, '!'));
  EXPECT_EQ(with("a b"), of + "contains an impermissible character: a b");
  EXPECT_EQ(with(""), of + "contains an impermissible character: ");
  EXPECT_THAT(with(std::string(80, 'a')), testing::StartsWith("accepted"));
}

TEST_F(Recorded, E_NumbersForTextMessages) {
  const auto arn = topic();
  const auto with = [&](const std::string& endpoint) {
    return refusal("Subscribe", {{"TopicArn", arn}, {"Protocol", "sms"}, {"Endpoint", endpoint}});
  };
  for (const auto* good : {"+123123123", "+15551234567", "+15/551/234.567", "1-555-1234567"}) {
    EXPECT_THAT(with(good), testing::StartsWith("accepted")) << good;  // 2024-05-14, 2025-10-06
  }
  for (const auto* bad : {"invalid-number", "NAA+15551234567", "+15--551", "/15551", "+15551.",
                          "+0123", "+1234567890123456"}) {
    EXPECT_EQ(with(bad), std::string("InvalidParameter: Invalid SMS endpoint: ") + bad);
  }
}

// --- F: surface ----------------------------------------------------------------------------------

TEST_F(Recorded, F_ADeliveryPolicyIsShownAndInForce) {
  // 2024-10-03 test_topic_delivery_policy_crud
  const auto request_policy = [](const char* type) { return json{{"headerContentType", type}}; };
  const auto arn =
      topic("delivered",
            {{"DeliveryPolicy",
              R"({"http":{"defaultRequestPolicy":{"headerContentType":"application/json"}}})"}});
  const auto shown = [&](const char* name) {
    const auto attributes = call("GetTopicAttributes", {{"TopicArn", arn}}).value()["Attributes"];
    return attributes.contains(name) ? json::parse(attributes[name].get<std::string>()) : json();
  };
  const auto set = [&](const std::string& policy) {
    call("SetTopicAttributes",
         {{"TopicArn", arn}, {"AttributeName", "DeliveryPolicy"}, {"AttributeValue", policy}});
  };
  const json defaults = {
      {"minDelayTarget", 20},       {"maxDelayTarget", 20},   {"numRetries", 3},
      {"numMaxDelayRetries", 0},    {"numNoDelayRetries", 0}, {"numMinDelayRetries", 0},
      {"backoffFunction", "linear"}};
  const auto in_force = [](json retries, json request) {
    return json{{"http",
                 {{"defaultHealthyRetryPolicy", std::move(retries)},
                  {"disableSubscriptionOverrides", false},
                  {"defaultRequestPolicy", std::move(request)}}}};
  };
  EXPECT_EQ(shown("DeliveryPolicy"),
            json({{"http",
                   {{"disableSubscriptionOverrides", false},
                    {"defaultRequestPolicy", request_policy("application/json")}}}}));
  EXPECT_EQ(shown("EffectiveDeliveryPolicy"),
            in_force(defaults, request_policy("application/json")));

  const json given = {{"minDelayTarget", 5}, {"maxDelayTarget", 6}, {"numRetries", 1}};
  set(json{{"http", {{"defaultHealthyRetryPolicy", given}}}}.dump());
  EXPECT_EQ(
      shown("DeliveryPolicy"),
      json({{"http",
             {{"disableSubscriptionOverrides", false}, {"defaultHealthyRetryPolicy", given}}}}));
  auto mixed = defaults;
  mixed.update(given);
  EXPECT_EQ(shown("EffectiveDeliveryPolicy"),
            in_force(mixed, request_policy("text/plain; charset=UTF-8")));

  set(R"({"http":{"defaultHealthyRetryPolicy":null}})");
  EXPECT_EQ(shown("DeliveryPolicy"), json({{"http", {{"disableSubscriptionOverrides", false}}}}));
  set("");
  EXPECT_TRUE(shown("DeliveryPolicy").is_null());
  EXPECT_EQ(shown("EffectiveDeliveryPolicy"),
            in_force(defaults, request_policy("text/plain; charset=UTF-8")));
  set("no policy");
  EXPECT_EQ(shown("EffectiveDeliveryPolicy"),
            in_force(defaults, request_policy("text/plain; charset=UTF-8")));
}

TEST_F(Recorded, F_TokensOfListsAreOpaque) {
  // 2025-10-06 subscription-paging-first-page: base64
  const auto arn = topic();
  for (int i = 0; i < 150; ++i) {
    call(
        "Subscribe",
        {{"TopicArn", arn}, {"Protocol", "sms"}, {"Endpoint", "+1555" + std::to_string(1000 + i)}});
    topic("t" + std::to_string(i));
  }
  struct List {
    const char* operation;
    const char* items;
    std::size_t total;
  };
  const List lists[] = {{"ListSubscriptions", "Subscriptions", 150},
                        {"ListSubscriptionsByTopic", "Subscriptions", 150},
                        {"ListTopics", "Topics", 151}};
  for (const auto& list : lists) {
    const auto page = [&](json params) {
      params["TopicArn"] = arn;
      return call(list.operation, std::move(params));
    };
    const auto first = page(json::object()).value();
    ASSERT_THAT(first[list.items], SizeIs(100)) << list.operation;
    const auto token = first["NextToken"].get<std::string>();
    EXPECT_TRUE(codec::base64_decode(token)) << token;
    EXPECT_THAT(token, Not(HasSubstr("arn:")));
    const auto second = page({{"NextToken", token}}).value();
    EXPECT_THAT(second[list.items], SizeIs(list.total - 100)) << list.operation;
    EXPECT_FALSE(second.contains("NextToken"));
    EXPECT_NE(first[list.items][99], second[list.items][0]);
    for (const auto* bad : {"100", "x", "AAAA", "===="}) {
      EXPECT_EQ(page({{"NextToken", bad}}).error().message, "Invalid parameter: NextToken") << bad;
    }
  }
}

TEST_F(Recorded, F_APageGoesOnWhereItWasWhateverWentMeanwhile) {
  const auto arn = topic();
  std::vector<std::string> subscriptions;
  for (int i = 0; i < 120; ++i) {
    subscriptions.push_back(call("Subscribe", {{"TopicArn", arn},
                                               {"Protocol", "sms"},
                                               {"Endpoint", "+1555" + std::to_string(1000 + i)}})
                                .value()["SubscriptionArn"]);
  }
  const auto first = call("ListSubscriptionsByTopic", {{"TopicArn", arn}}).value();
  for (const auto i : {0, 50, 99}) {
    call("Unsubscribe", {{"SubscriptionArn", subscriptions[static_cast<std::size_t>(i)]}});
  }
  const auto second =
      call("ListSubscriptionsByTopic", {{"TopicArn", arn}, {"NextToken", first["NextToken"]}})
          .value();
  ASSERT_THAT(second["Subscriptions"], SizeIs(20));
  EXPECT_EQ(second["Subscriptions"][0]["SubscriptionArn"], subscriptions[100]);
}

}  // namespace
}  // namespace loopgate::sns

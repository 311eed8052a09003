// Subscriptions of HTTP endpoints: how they are confirmed, what they get, when it is tried again.
#include <gmock/gmock.h>

#include "base/json.h"
#include "tests/emulators/sns/account.h"

namespace loopgate::sns {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;
using namespace std::chrono_literals;
using Answer = Endpoints::Answer;

constexpr const char* kUrl = "http://hooks.example/orders";

class Http : public Account {
 protected:
  Http() { topics.set_public_url("http://127.0.0.1:4566"); }

  json document(std::size_t post) { return read_json(endpoints.posts.at(post).body).value(); }

  std::string subscribe_http(const std::string& topic_arn, json attributes = json::object(),
                             const std::string& url = kUrl) {
    const auto result = call("Subscribe", {{"TopicArn", topic_arn},
                                           {"Protocol", "http"},
                                           {"Endpoint", url},
                                           {"ReturnSubscriptionArn", true},
                                           {"Attributes", std::move(attributes)}});
    EXPECT_TRUE(result.has_value()) << result.error().message;
    settle();
    return result ? (*result)["SubscriptionArn"].get<std::string>() : "";
  }
  // Subscribed and confirmed; the message of that is forgotten.
  std::string confirmed(const std::string& topic_arn, json attributes = json::object(),
                        const std::string& url = kUrl) {
    const auto arn = subscribe_http(topic_arn, std::move(attributes), url);
    const auto result =
        call("ConfirmSubscription",
             {{"TopicArn", topic_arn}, {"Token", topics.table().subscription(arn)->token}});
    EXPECT_TRUE(result.has_value());
    settle();
    endpoints.posts.clear();
    return arn;
  }
  std::string publish(const std::string& topic_arn, const std::string& message = "m") {
    const auto result = call("Publish", {{"TopicArn", topic_arn}, {"Message", message}});
    EXPECT_TRUE(result.has_value()) << result.error().message;
    settle();
    return result ? (*result)["MessageId"].get<std::string>() : "";
  }
  // Seconds since the first of all attempts.
  std::vector<std::int64_t> attempts() {
    std::vector<std::int64_t> out;
    for (const auto& post : endpoints.posts) {
      out.push_back(
          std::chrono::round<std::chrono::seconds>(post.at - endpoints.posts.front().at).count());
    }
    return out;
  }
};

// Recorded on AWS, 2024-10-03: test_subscribe_external_http_endpoint_content_type.
TEST_F(Http, ASubscriptionIsToBeConfirmed) {
  const auto arn = topic();
  const auto subscription = subscribe_http(arn);
  ASSERT_THAT(endpoints.posts, SizeIs(1));
  const auto& post = endpoints.posts[0];
  EXPECT_EQ(post.url, kUrl);
  const auto body = document(0);
  const auto token = body["Token"].get<std::string>();
  EXPECT_EQ(body["Type"], "SubscriptionConfirmation");
  EXPECT_EQ(body["TopicArn"], arn);
  EXPECT_EQ(body["Message"], "You have chosen to subscribe to the topic " + arn +
                                 ".\nTo confirm the subscription, visit the SubscribeURL included "
                                 "in this message.");
  EXPECT_EQ(body["SubscribeURL"], "http://127.0.0.1:4566/?Action=ConfirmSubscription&TopicArn=" +
                                      arn + "&Token=" + token);
  EXPECT_EQ(body["SignatureVersion"], "1");
  EXPECT_EQ(body["Timestamp"], "2021-02-16T21:41:19.978Z");
  EXPECT_THAT(body["SigningCertURL"].get<std::string>(),
              StartsWith("http://127.0.0.1:4566/_aws/sns/SimpleNotificationService-"));
  const std::map<std::string, std::string> headers = {
      {"Accept-Encoding", "gzip,deflate"},
      {"Content-Type", "text/plain; charset=UTF-8"},
      {"User-Agent", "Amazon Simple Notification Service Agent"},
      {"x-amz-sns-message-id", body["MessageId"]},
      {"x-amz-sns-message-type", "SubscriptionConfirmation"},
      {"x-amz-sns-topic-arn", arn}};
  EXPECT_EQ(post.headers, headers);

  const auto attributes = call("GetSubscriptionAttributes", {{"SubscriptionArn", subscription}});
  EXPECT_EQ((*attributes)["Attributes"]["PendingConfirmation"], "true");
  EXPECT_EQ((*attributes)["Attributes"]["ConfirmationWasAuthenticated"], "false");
  publish(arn);
  EXPECT_THAT(endpoints.posts, SizeIs(1)) << "nothing before it is confirmed";
}

TEST_F(Http, WhoVisitsTheSubscribeUrlConfirms) {
  const auto arn = topic();
  const auto subscription = subscribe_http(arn);
  const auto token = document(0)["Token"];
  // As an unsigned request comes in: in the sandbox's first region, which need not be the topic's.
  http::ApiCall visit{"ConfirmSubscription",
                      {{"TopicArn", arn}, {"Token", token}},
                      {"123456789012", "eu-west-1", "", "http://127.0.0.1:4566"}};
  http::ApiResult answer;
  service.call(visit, [&](http::ApiResult result) { answer = std::move(result); });
  ASSERT_TRUE(answer.has_value()) << answer.error().message;
  EXPECT_EQ((*answer)["SubscriptionArn"], subscription);
  const auto attributes = call("GetSubscriptionAttributes", {{"SubscriptionArn", subscription}});
  EXPECT_EQ((*attributes)["Attributes"]["PendingConfirmation"], "false");
  EXPECT_EQ((*attributes)["Attributes"]["ConfirmationWasAuthenticated"], "false");
}

// The same recording, and test_subscribe_external_http_endpoint.
TEST_F(Http, ANotificationHasItsHeadersAndItsEnvelope) {
  const auto arn =
      topic("events", {{"DeliveryPolicy", R"({"http":{"defaultRequestPolicy":)"
                                          R"({"headerContentType":"application/json"}}})"}});
  const auto subscription = confirmed(arn);
  const auto id = publish(arn, "hello");
  ASSERT_THAT(endpoints.posts, SizeIs(1));
  const std::map<std::string, std::string> headers = {
      {"Accept-Encoding", "gzip,deflate"},
      {"Content-Type", "application/json"},
      {"User-Agent", "Amazon Simple Notification Service Agent"},
      {"x-amz-sns-message-id", id},
      {"x-amz-sns-message-type", "Notification"},
      {"x-amz-sns-subscription-arn", subscription},
      {"x-amz-sns-topic-arn", arn}};
  EXPECT_EQ(endpoints.posts[0].headers, headers);
  const auto body = document(0);
  EXPECT_EQ(body["Message"], "hello");
  EXPECT_EQ(body["UnsubscribeURL"],
            "http://127.0.0.1:4566/?Action=Unsubscribe&SubscriptionArn=" + subscription);
}

TEST_F(Http, RawDeliveryIsTheMessageAlone) {
  const auto arn = topic();
  const json attributes = {
      {"RawMessageDelivery", "true"},
      {"DeliveryPolicy", R"({"requestPolicy":{"headerContentType":"text/csv"}})"}};
  confirmed(arn, attributes);
  publish(arn, "a,b");
  ASSERT_THAT(endpoints.posts, SizeIs(1));
  EXPECT_EQ(endpoints.posts[0].body, "a,b");
  EXPECT_EQ(endpoints.posts[0].headers["Content-Type"], "text/csv");
  EXPECT_EQ(endpoints.posts[0].headers["x-amz-sns-rawdelivery"], "true");
}

TEST_F(Http, RetriesByDefaultThreeTimesAfterTwentySeconds) {
  const auto arn = topic();
  confirmed(arn);
  endpoints.answers[kUrl] = {Answer::kUnavailable};
  publish(arn);
  advance(1h);
  EXPECT_THAT(attempts(), ElementsAre(0, 20, 40, 60));
  EXPECT_THAT(told(EventKind::kDispatched), SizeIs(1 + 4)) << "and one of the confirmation";
  EXPECT_THAT(told(EventKind::kWarning).back(), HasSubstr("The message is lost"));
}

TEST_F(Http, RetriesInFourPhasesOfItsOwnPolicy) {
  const auto arn = topic();
  const json policy = {{"healthyRetryPolicy",
                        {{"minDelayTarget", 10},
                         {"maxDelayTarget", 100},
                         {"numRetries", 10},
                         {"numNoDelayRetries", 2},
                         {"numMinDelayRetries", 2},
                         {"numMaxDelayRetries", 3},
                         {"backoffFunction", "linear"}}}};
  confirmed(arn, {{"DeliveryPolicy", policy.dump()}});
  endpoints.answers[kUrl] = {Answer::kUnavailable};
  publish(arn);
  advance(2h);
  EXPECT_THAT(attempts(), ElementsAre(0, 0, 0, 10, 20, 30, 85, 185, 285, 385, 485));
}

TEST_F(Http, StopsWhenItHasArrived) {
  const auto arn = topic();
  confirmed(arn);
  endpoints.answers[kUrl] = {Answer::kUnavailable, Answer::kGood};
  publish(arn);
  advance(1h);
  EXPECT_THAT(attempts(), ElementsAre(0, 20));
  EXPECT_THAT(told(EventKind::kDelivered).back(), HasSubstr("at attempt 2"));
}

// https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html
TEST_F(Http, WhatIsRefusedForGoodGoesToTheDeadLetterQueueAtOnce) {
  const auto arn = topic();
  confirmed(arn, {{"RedrivePolicy", json{{"deadLetterTargetArn", kDeadLetters}}.dump()}});
  endpoints.answers[kUrl] = {Answer::kRefused};
  const auto id = publish(arn);
  ASSERT_THAT(endpoints.posts, SizeIs(1));
  ASSERT_THAT(queues.messages[kDeadLetters], SizeIs(1));
  const auto letter = read_json(queues.messages[kDeadLetters][0].body).value();
  EXPECT_EQ(letter["MessageId"], id);
  EXPECT_THAT(queues.messages[kDeadLetters][0].attributes, IsEmpty());
}

TEST_F(Http, ARawDeadLetterKeepsItsAttributes) {
  const auto arn = topic();
  confirmed(arn, {{"RedrivePolicy", json{{"deadLetterTargetArn", kDeadLetters}}.dump()},
                  {"RawMessageDelivery", "true"}});
  endpoints.answers[kUrl] = {Answer::kUnavailable};
  call("Publish", {{"TopicArn", arn},
                   {"Message", "m"},
                   {"MessageAttributes",
                    {{"colour", {{"DataType", "String"}, {"StringValue", "red"}}},
                     {"blob", {{"DataType", "Binary"}, {"BinaryValue", "AP8="}}}}}});
  advance(1h);
  ASSERT_THAT(queues.messages[kDeadLetters], SizeIs(1));
  const auto& letter = queues.messages[kDeadLetters][0];
  EXPECT_EQ(letter.body, "m");
  ASSERT_THAT(letter.attributes, SizeIs(2));
  EXPECT_EQ(letter.attributes[0].value, std::string("\0\xFF", 2));
  EXPECT_EQ(letter.attributes[1].value, "red");
}

TEST_F(Http, AThrottleSpreadsWhatComesAtOnce) {
  const auto arn = topic();
  confirmed(arn, {{"DeliveryPolicy", R"({"throttlePolicy":{"maxReceivesPerSecond":1}})"}});
  for (int i = 0; i < 4; ++i) publish(arn);
  advance(10s);
  EXPECT_THAT(attempts(), ElementsAre(0, 1, 2, 3));
}

TEST_F(Http, OneSlowEndpointHoldsUpNoOther) {
  const auto arn = topic();
  confirmed(arn);
  const std::string other = "http://other.example/";
  confirmed(arn, json::object(), other);
  endpoints.answers[kUrl] = {Answer::kSilent};
  for (int i = 0; i < 100; ++i) publish(arn);
  const auto to = [&](const std::string& url) {
    return std::ranges::count(endpoints.posts, url, &Endpoints::Post::url);
  };
  EXPECT_EQ(to(other), 100);
  EXPECT_EQ(to(kUrl), 8) << "under way at once";
  auto waiting = std::move(endpoints.unanswered);
  for (auto& done : waiting) done(aws::Done{});
  settle();
  EXPECT_EQ(to(kUrl), 16);
}

TEST_F(Http, WhatWaitsOutlivesTheProcess) {
  const auto arn = topic();
  confirmed(arn);
  endpoints.answers[kUrl] = {Answer::kUnavailable, Answer::kUnavailable, Answer::kGood};
  publish(arn);
  advance(20s);
  ASSERT_THAT(attempts(), ElementsAre(0, 20));
  // Another process on the same data.
  Clock later(clock.wall() + 10min);
  Journal its_journal(later);
  Endpoints its_endpoints(later);
  targets::Dispatcher its_dispatcher(later, its_journal, {});
  its_dispatcher.add(its_endpoints.target());
  Topics again(*store, later, random, its_journal, its_dispatcher);
  later.advance_to(later.now() + 1s, [this] { settle(); });
  ASSERT_THAT(its_endpoints.posts, SizeIs(1));
  EXPECT_EQ(its_endpoints.posts[0].body, endpoints.posts[0].body);
  later.advance_to(later.now() + 1h, [this] { settle(); });
  EXPECT_THAT(its_endpoints.posts, SizeIs(1)) << "it has arrived";
}

TEST_F(Http, AnEndIsTold) {
  const auto arn = topic();
  const auto subscription = confirmed(arn);
  call("Unsubscribe", {{"SubscriptionArn", subscription}});
  settle();
  ASSERT_THAT(endpoints.posts, SizeIs(1));
  const auto body = document(0);
  EXPECT_EQ(body["Type"], "UnsubscribeConfirmation");
  EXPECT_EQ(body["Message"], "You have chosen to deactivate subscription " + subscription +
                                 ".\nTo cancel this operation and restore the subscription, visit "
                                 "the SubscribeURL included in this message.");
  EXPECT_EQ(endpoints.posts[0].headers["x-amz-sns-message-type"], "UnsubscribeConfirmation");
  EXPECT_EQ(endpoints.posts[0].headers["x-amz-sns-subscription-arn"], subscription);
  publish(arn);
  EXPECT_THAT(endpoints.posts, SizeIs(1));

  const auto taken_up = call("ConfirmSubscription", {{"TopicArn", arn}, {"Token", body["Token"]}});
  ASSERT_TRUE(taken_up.has_value()) << taken_up.error().message;
  EXPECT_EQ((*taken_up)["SubscriptionArn"], subscription);
  publish(arn);
  EXPECT_THAT(endpoints.posts, SizeIs(2));
}

TEST_F(Http, OnlyOwnersEndWhatWasConfirmedSo) {
  const auto arn = topic();
  const auto subscription = subscribe_http(arn);
  call("ConfirmSubscription",
       {{"TopicArn", arn}, {"Token", document(0)["Token"]}, {"AuthenticateOnUnsubscribe", "true"}});
  const auto unsubscribe = [&](const std::string& account, const std::string& key) {
    http::ApiCall visit{"Unsubscribe",
                        {{"SubscriptionArn", subscription}},
                        {account, "us-west-2", key, "http://127.0.0.1:4566"}};
    http::ApiResult answer;
    service.call(visit, [&](http::ApiResult result) { answer = std::move(result); });
    return answer ? std::string("done") : answer.error().code;
  };
  EXPECT_EQ(unsubscribe("123456789012", ""), "AuthorizationError");
  EXPECT_EQ(unsubscribe("999999999999", "AKIA1"), "AuthorizationError");
  EXPECT_EQ(unsubscribe("123456789012", "AKIA1"), "done");
}

// https://docs.aws.amazon.com/sns/latest/dg/sns-delete-subscription-topic.html
TEST_F(Http, WhoDoesNotConfirmWithinTwoDaysIsForgotten) {
  const auto arn = topic();
  const auto subscription = subscribe_http(arn);
  advance(47h);
  EXPECT_NE(topics.table().subscription(subscription), nullptr);
  advance(2h);
  EXPECT_EQ(topics.table().subscription(subscription), nullptr);
  EXPECT_EQ(refusal("ConfirmSubscription", {{"TopicArn", arn}, {"Token", document(0)["Token"]}}),
            "InvalidParameter: Invalid parameter: Token");
}

TEST_F(Http, SubscribingAgainSendsTheConfirmationAgain) {
  const auto arn = topic();
  EXPECT_EQ(subscribe_http(arn), subscribe_http(arn));
  ASSERT_THAT(endpoints.posts, SizeIs(2));
  EXPECT_EQ(document(0)["Token"], document(1)["Token"]);
}

TEST_F(Http, WhatIsUnderWayEndsWithItsSubscription) {
  const auto arn = topic();
  const auto subscription = confirmed(arn);
  endpoints.answers[kUrl] = {Answer::kUnavailable};
  publish(arn);
  call("DeleteTopic", {{"TopicArn", arn}});
  advance(1h);
  EXPECT_THAT(endpoints.posts, SizeIs(1));
  EXPECT_THAT(told(EventKind::kWarning).back(), HasSubstr("the subscription has ended"));
}

TEST_F(Http, AResetThatKeepsStacksLetsGoOfWhatWaits) {
  const auto arn = topic();
  confirmed(arn);
  endpoints.answers[kUrl] = {Answer::kUnavailable};
  publish(arn);
  topics.forget({});
  advance(1h);
  EXPECT_THAT(endpoints.posts, SizeIs(1));
}

TEST_F(Http, NothingLeavesOfATurnThatWasUndone) {
  const auto arn = topic();
  confirmed(arn);
  {
    store::Store::Savepoint savepoint(*store);
    EXPECT_TRUE(call("Publish", {{"TopicArn", arn}, {"Message", "m"}}).has_value());
  }
  advance(1h);
  EXPECT_THAT(endpoints.posts, IsEmpty());
}

// Recorded on AWS, 2024-10-03.
TEST_F(Http, ShowsItsPolicies) {
  const auto arn =
      topic("events", {{"DeliveryPolicy", R"({"http":{"defaultRequestPolicy":)"
                                          R"({"headerContentType":"application/json"}}})"}});
  const auto shown = [&](const json& attributes) {
    const auto subscription = subscribe_http(
        arn, attributes, "http://hooks.example/" + std::to_string(endpoints.posts.size()));
    const auto result = call("GetSubscriptionAttributes", {{"SubscriptionArn", subscription}});
    return (*result)["Attributes"];
  };
  const std::string retry =
      R"({"minDelayTarget":1,"maxDelayTarget":1,"numRetries":0,"numMaxDelayRetries":0,)"
      R"("numNoDelayRetries":0,"numMinDelayRetries":0,"backoffFunction":"linear"})";
  const auto own =
      shown({{"DeliveryPolicy", R"({"healthyRetryPolicy":)" + retry +
                                    R"(,"throttlePolicy":{"maxReceivesPerSecond":1000}})"}});
  EXPECT_EQ(own["DeliveryPolicy"],
            R"({"healthyRetryPolicy":)" + retry +
                R"(,"sicklyRetryPolicy":null,"throttlePolicy":{"maxReceivesPerSecond":1000},)"
                R"("requestPolicy":null,"guaranteed":false})");
  EXPECT_EQ(own["EffectiveDeliveryPolicy"],
            R"({"healthyRetryPolicy":)" + retry +
                R"(,"sicklyRetryPolicy":null,"throttlePolicy":{"maxReceivesPerSecond":1000},)"
                R"("requestPolicy":{"headerContentType":"application/json"},"guaranteed":false})");
  const auto none = shown(json::object());
  EXPECT_FALSE(none.contains("DeliveryPolicy"));
  EXPECT_THAT(none["EffectiveDeliveryPolicy"].get<std::string>(), HasSubstr(R"("numRetries":3)"));
}

TEST_F(Http, RefusesPoliciesThatCannotBe) {
  const auto arn = topic();
  const auto answer = [&](const std::string& policy) {
    return refusal("Subscribe", {{"TopicArn", arn},
                                 {"Protocol", "http"},
                                 {"Endpoint", kUrl},
                                 {"Attributes", {{"DeliveryPolicy", policy}}}});
  };
  struct Case {
    const char* name;
    const char* policy;
    const char* said;
  };
  const Case cases[] = {
      {"no JSON", "x", "failed to parse JSON"},
      {"a list", "[]", "not a JSON object"},
      {"a topic's", R"({"http":{}})", "http is not a member"},
      {"too many", R"({"healthyRetryPolicy":{"numRetries":101}})", "from 0 to 100"},
      {"no number", R"({"healthyRetryPolicy":{"numRetries":"3"}})", "from 0 to 100"},
      {"too long", R"({"healthyRetryPolicy":{"maxDelayTarget":3601}})", "from 1 to 3600"},
      {"reversed", R"({"healthyRetryPolicy":{"minDelayTarget":30}})", "greater than or equal"},
      {"phases", R"({"healthyRetryPolicy":{"numRetries":2,"numNoDelayRetries":3}})", "the sum of"},
      {"an hour",
       R"({"healthyRetryPolicy":{"maxDelayTarget":600,"numRetries":90,)"
       R"("numMaxDelayRetries":90}})",
       "3600 seconds"},
      {"a function", R"({"healthyRetryPolicy":{"backoffFunction":"cubic"}})", "one of linear"},
      {"no throttle", R"({"throttlePolicy":{"maxReceivesPerSecond":0}})", "from 1 to"},
      {"a type", R"({"requestPolicy":{"headerContentType":"image/png"}})", "not a content type"},
      {"a header", R"({"requestPolicy":{"headerContentType":"text/csv\r\nX: y"}})",
       "not a content type"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(answer(c.policy), HasSubstr(c.said)) << c.name;
    EXPECT_THAT(
        answer(c.policy),
        StartsWith("InvalidParameter: Invalid parameter: Attributes Reason: DeliveryPolicy"))
        << c.name;
  }
  EXPECT_THAT(refusal("Subscribe",
                      {{"TopicArn", arn}, {"Protocol", "http"}, {"Endpoint", "http://user@host/"}}),
              HasSubstr("user name"));
}

}  // namespace
}  // namespace loopgate::sns

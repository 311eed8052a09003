// The operations as the front door calls them, the embedded port, and the stack's resources.
#include "emulators/sqs/service.h"

#include "emulators/sqs/resources.h"
#include "emulators/sqs/sqs_port.h"
#include "tests/emulators/sqs/sqs_api.h"

namespace loopgate::sqs {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

TEST_F(SqsApi, EchoesTheAddressByWhichTheCallerCame) {
  EXPECT_EQ(url("q"), "http://127.0.0.1:4566/123456789012/q");
  EXPECT_EQ((*call("GetQueueUrl", {{"QueueName", "q"}}))["QueueUrl"], url("q"));
  EXPECT_EQ(call("GetQueueUrl", {{"QueueName", "none"}}).error().code_for_query(),
            "AWS.SimpleQueueService.NonExistentQueue");
}

TEST_F(SqsApi, ReceivesWhatWasAskedFor) {
  const auto queue = url("q");
  EXPECT_EQ(*call("ReceiveMessage", {{"QueueUrl", queue}}), json::object())
      << "no Messages when empty";
  const json attributes = {{"foo.a", {{"DataType", "String"}, {"StringValue", "1"}}},
                           {"bar", {{"DataType", "Binary"}, {"BinaryValue", "AAE="}}}};
  ASSERT_TRUE(call("SendMessage",
                   {{"QueueUrl", queue}, {"MessageBody", "x"}, {"MessageAttributes", attributes}}));
  const auto received =
      call("ReceiveMessage", {{"QueueUrl", queue},
                              {"VisibilityTimeout", 0},
                              {"MessageAttributeNames", {"foo.*"}},
                              {"MessageSystemAttributeNames", {"SentTimestamp"}}});
  ASSERT_TRUE(received);
  const auto& message = (*received)["Messages"][0];
  EXPECT_EQ(message["MessageAttributes"].size(), 1u);
  EXPECT_TRUE(message["MessageAttributes"].contains("foo.a"));
  EXPECT_EQ(message["Attributes"], (json{{"SentTimestamp", "1793610930000"}}));
  const auto all =
      call("ReceiveMessage", {{"QueueUrl", queue}, {"MessageAttributeNames", {"All"}}});
  EXPECT_EQ((*all)["Messages"][0]["MessageAttributes"], attributes);
  EXPECT_EQ(
      call("ReceiveMessage", {{"QueueUrl", queue}, {"AttributeNames", {"Nope"}}}).error().code,
      "InvalidAttributeName");
}

TEST_F(SqsApi, KeepsTheErrorsOfBatchEntriesInFailed) {
  const auto queue = url("q");
  const auto entry = [](const char* id, const char* body) {
    return json{{"Id", id}, {"MessageBody", body}};
  };
  const auto sent = call("SendMessageBatch",
                         {{"QueueUrl", queue}, {"Entries", {entry("a", "x"), entry("b", "")}}});
  ASSERT_TRUE(sent);
  EXPECT_EQ((*sent)["Successful"][0]["Id"], "a");
  EXPECT_EQ((*sent)["Failed"][0]["Id"], "b");
  EXPECT_EQ((*sent)["Failed"][0]["SenderFault"], true);
  EXPECT_EQ(
      call("SendMessageBatch", {{"QueueUrl", queue}, {"Entries", json::array()}}).error().code,
      "EmptyBatchRequest");
  EXPECT_EQ(call("SendMessageBatch",
                 {{"QueueUrl", queue}, {"Entries", {entry("a", "x"), entry("a", "y")}}})
                .error()
                .code,
            "BatchEntryIdsNotDistinct");
  EXPECT_EQ(call("SendMessageBatch", {{"QueueUrl", queue}, {"Entries", {entry("a b", "x")}}})
                .error()
                .code,
            "InvalidBatchEntryId");
}

TEST_F(SqsApi, ReadsTheQueryProtocolToo) {
  url("q");
  SqsService service(*queues_);
  const auto model = service.model().find("SendMessage");
  const auto params = http::decode_query_params(
      *model,
      "Action=SendMessage&QueueUrl=http%3A%2F%2Flocalhost%2F123456789012%2Fq&MessageBody=hi&"
      "MessageAttribute.1.Name=n&MessageAttribute.1.Value.DataType=String&"
      "MessageAttribute.1.Value.StringValue=v");
  ASSERT_TRUE(params) << params.error().message;
  http::ApiResult out;
  service.call({"SendMessage", *params, caller_},
               [&](http::ApiResult result) { out = std::move(result); });
  ASSERT_TRUE(out);
  EXPECT_THAT(http::encode_query_result(service.model(), *model, *out, "r").body,
              HasSubstr("<SendMessageResult><MD5OfMessageBody>49f68a5c8493ec2c0bf489821c21fc3b</"
                        "MD5OfMessageBody>"));
}

// The connection of a client: there or gone, and what it was asked to be told of.
struct TestClient final : http::Exchange {
  void respond(http::Response) override {}
  void begin_stream(http::Response) override {}
  bool write(std::string_view) override { return true; }
  void end_stream() override {}
  void on_drained(std::function<void()>) override {}
  void on_closed(std::function<void()>) override {}
  bool is_awaited() const override { return is_there; }
  void on_unread(std::function<void()> callback) override { unread = std::move(callback); }
  bool is_there = true;
  std::function<void()> unread;
};

TEST_F(SqsApi, APollGivesToClientsThatAreThere) {
  const auto queue = url("q");
  const auto gone = std::make_shared<TestClient>();
  const auto there = std::make_shared<TestClient>();
  int to_gone = 0;
  json got;
  SqsService service(*queues_);
  http::ApiCall poll{"ReceiveMessage", {{"QueueUrl", queue}, {"WaitTimeSeconds", 20}}, caller_};
  poll.exchange = gone;
  service.call(poll, [&](auto) { ++to_gone; });
  poll.exchange = there;
  service.call(poll, [&](auto answer) { got = *answer; });
  gone->is_there = false;
  ASSERT_TRUE(call("SendMessage", {{"QueueUrl", queue}, {"MessageBody", "a"}}));
  settle();
  EXPECT_EQ(to_gone, 0);
  EXPECT_EQ(got["Messages"][0]["Body"], "a");
  ASSERT_TRUE(there->unread);
  there->unread();
  const auto told = journal_.read(journal_.last_seq() - 1, 1);
  EXPECT_EQ(told[0].kind, EventKind::kMessageMoved);
  EXPECT_EQ(told[0].count, 1u);
  EXPECT_THAT(told[0].text, HasSubstr("without reading the answer"));
}

TEST_F(SqsApi, RefusesPermissionsThatCannotBe) {
  const auto queue = url("q");
  const auto refusal_of = [&](const char* name, const json& value) {
    json params = {{"QueueUrl", queue},
                   {"Label", "l"},
                   {"AWSAccountIds", {"111122223333"}},
                   {"Actions", {"SendMessage"}}};
    params[name] = value;
    return refusal("AddPermission", params);
  };
  const std::string words =
      " for parameter Label is invalid. Reason: Can only include alphanumeric characters, hyphens, "
      "or underscores. 1 to 80 in length";
  for (const std::string label : {"a b", "a\x01", "\xc3\xa4", "a.b"}) {
    EXPECT_EQ(refusal_of("Label", label), "InvalidParameterValue: Value " + label + words);
  }
  EXPECT_EQ(refusal_of("Label", std::string(81, 'a')),
            "InvalidParameterValue: Value " + std::string(81, 'a') + words);
  EXPECT_EQ(refusal_of("Label", std::string(80, 'a')), "");
  EXPECT_EQ(refusal_of("AWSAccountIds", {"alice"}),
            "InvalidParameterValue: Value [alice] for parameter PrincipalId is invalid. Reason: "
            "Unable to verify.");
  EXPECT_EQ(refusal_of("Actions", {"SetQueueAttributes"}),
            "InvalidParameterValue: Value SQS:SetQueueAttributes for parameter ActionName is "
            "invalid. Reason: Only the queue owner is allowed to invoke this action.");
  EXPECT_EQ(refusal_of("Actions", {"*"}), "");
}

TEST_F(SqsApi, AddsAndRemovesPermissionsAndTags) {
  const auto queue = url("q");
  ASSERT_TRUE(call("AddPermission", {{"QueueUrl", queue},
                                     {"Label", "l"},
                                     {"AWSAccountIds", {"111122223333"}},
                                     {"Actions", {"SendMessage"}}}));
  const auto policy = json::parse(*queues_->policy({"123456789012", "us-west-2", "q"}));
  EXPECT_EQ(policy["Statement"][0]["Principal"]["AWS"], "arn:aws:iam::111122223333:root");
  ASSERT_TRUE(call("RemovePermission", {{"QueueUrl", queue}, {"Label", "l"}}));
  EXPECT_EQ(queues_->policy({"123456789012", "us-west-2", "q"}), "");
  EXPECT_FALSE(call("RemovePermission", {{"QueueUrl", queue}, {"Label", "l"}}));
  ASSERT_TRUE(call("TagQueue", {{"QueueUrl", queue}, {"Tags", {{"a", "1"}, {"b", "2"}}}}));
  ASSERT_TRUE(call("UntagQueue", {{"QueueUrl", queue}, {"TagKeys", {"a"}}}));
  EXPECT_EQ((*call("ListQueueTags", {{"QueueUrl", queue}}))["Tags"], (json{{"b", "2"}}));
}

TEST_F(SqsApi, PortCompletesFromTheTaskQueueAndAsksForPermission) {
  const auto key = make("q");
  std::vector<std::string> asked;
  EmbeddedSqs port(*queues_, tasks_,
                   [&](const aws::Session&, std::string_view action,
                       const std::string& arn) -> aws::Outcome<void> {
                     asked.push_back(std::string(action) + " " + arn);
                     if (action == "sqs:DeleteQueue") return aws::refuse(aws::access_denied("no"));
                     return {};
                   });
  const auto session =
      std::make_shared<aws::Session>(aws::Session{"123456789012", "role", "s", {}});
  std::vector<aws::ReceivedMessage> received;
  port.receive(session, key.arn(), std::chrono::seconds(20),
               [&](auto r) { received = std::move(*r); });
  std::optional<aws::SendResult> sent;
  port.send_message_batch(session, key.arn(), {{"one", {}, {}, {}}, {"", {}, {}, {}}},
                          [&](auto r) { sent = std::move(*r); });
  EXPECT_FALSE(sent) << "not inside the call";
  settle();
  ASSERT_TRUE(sent);
  ASSERT_EQ(sent->failed.size(), 1u);
  EXPECT_EQ(sent->failed[0].index, 1u);
  ASSERT_EQ(received.size(), 1u);
  EXPECT_EQ(received[0].body, "one");
  port.delete_messages(session, key.arn(), {received[0].receipt_handle},
                       [](auto r) { EXPECT_TRUE(r); });
  std::string refused;
  port.delete_queue(session, key.arn(), [&](auto r) { refused = r.error().code; });
  settle();
  EXPECT_EQ(queues_->counts(key)->in_flight, 0u);
  EXPECT_EQ(refused, "AccessDenied");
  EXPECT_THAT(asked, ::testing::Contains("sqs:SendMessage " + key.arn()));
}

TEST_F(SqsApi, PortTellsOnlyWhatIsStored) {
  const auto key = make("q");
  EmbeddedSqs port(*queues_, tasks_, [](const auto&...) -> aws::Outcome<void> { return {}; });
  const auto session =
      std::make_shared<aws::Session>(aws::Session{"123456789012", "role", "s", {}});
  std::vector<std::string> told;
  const auto tell = [&](std::string what) {
    return [&told, what](const auto& outcome) {
      told.push_back(what + " " + (outcome ? "done" : outcome.error().code));
    };
  };
  port.send_message_batch(session, key.arn(), {{"one", {}, {}, {}}}, tell("small"));
  settle();
  store_->execute("PRAGMA max_page_count=1");  // as many as there are, in truth
  const std::string large(200'000, 'x');
  port.send_message_batch(session, key.arn(), {{large, {}, {}, {}}}, tell("large"));
  // A neighbour of the turn that is rolled back, which could have been stored.
  port.receive(session, key.arn(), Duration{}, tell("receive"));
  settle();
  EXPECT_THAT(told,
              ::testing::ElementsAre("small done", "large StorageFull", "receive StorageFull"));
  EXPECT_EQ(queues_->counts(key)->ready, 1u);
  EXPECT_EQ(queues_->counts(key)->in_flight, 0u);
  told.clear();
  port.receive(session, key.arn(), Duration{}, tell("receive"));
  settle();
  EXPECT_THAT(told, ::testing::ElementsAre("receive done"));
}

TEST_F(SqsApi, QueueResourceNamesUpdatesAndReplaces) {
  QueueResource resource(*queues_, [] { return std::string("http://h"); });
  const cfn::StackContext stack{"stack", "id", "123456789012", "us-west-2", "", false};
  cfn::ResourceRequest request;
  request.stack = &stack;
  request.logical_id = "Jobs";
  request.properties = {{"FifoQueue", true}, {"VisibilityTimeout", 7}};
  cfn::ResourceState made;
  resource.create(request, [&](auto r) { made = std::move(*r); });
  const std::string name = made.attributes["QueueName"];
  EXPECT_THAT(name, ::testing::MatchesRegex("stack-Jobs-[A-Z0-9]{12}\\.fifo"));
  EXPECT_EQ(made.physical_id, "http://h/123456789012/" + name);
  const auto key = *QueueKey::from_arn(made.attributes["Arn"].get<std::string>());
  EXPECT_EQ((*queues_->attributes(key))["VisibilityTimeout"], "7");

  request.physical_id = made.physical_id;
  request.old_properties = request.properties;
  request.properties = {{"FifoQueue", "true"}};
  resource.update(request, [&](auto r) { EXPECT_EQ(r->physical_id, made.physical_id); });
  EXPECT_EQ((*queues_->attributes(key))["VisibilityTimeout"], "30");
  request.old_properties = request.properties;
  request.properties["QueueName"] = "named.fifo";
  resource.update(request,
                  [&](auto r) { EXPECT_EQ(r->physical_id, "http://h/123456789012/named.fifo"); });
  resource.remove(request, [](auto r) { EXPECT_TRUE(r); });
  EXPECT_FALSE(queues_->exists(key));
}

TEST_F(SqsApi, AFailedUpdateOfAQueuePolicyLeavesItAsItWas) {
  const QueueKey key{"123456789012", "us-west-2", "jobs"};
  ASSERT_TRUE(queues_->create(key, {}));
  QueuePolicyResource resource(*queues_);
  const cfn::StackContext stack{"stack", "id", "123456789012", "us-west-2", "", false};
  cfn::ResourceRequest request;
  request.stack = &stack;
  request.logical_id = "Policy";
  request.properties = {{"Queues", {key.arn()}},
                        {"PolicyDocument", {{"Statement", nlohmann::json::array()}}}};
  resource.create(request, [&](auto made) { request.physical_id = made.value().physical_id; });
  const auto policy = queues_->policy(key).value();
  EXPECT_NE(policy, "");
  request.old_properties = request.properties;
  request.properties["Queues"] = {key.arn(), "arn:aws:sqs:us-west-2:123456789012:none"};
  request.properties["PolicyDocument"]["Version"] = "2012-10-17";
  resource.update(request, [](auto changed) { EXPECT_FALSE(changed); });
  EXPECT_EQ(queues_->policy(key).value(), policy);
}

}  // namespace
}  // namespace loopgate::sqs

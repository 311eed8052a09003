// Destinations: what is delivered, to whom, and why something is not.
#include "tests/gateway/fakes.h"

namespace loopgate::gateway::testing {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

aws::AwsError error(std::string code, std::string message = "no") {
  return {std::move(code), std::move(message), 400, {}};
}

struct FailureCase {
  const char* name;
  std::function<FakeAws::Answer(const aws::InvokeRequest&)> function;
  Reason reason;
};

class LambdaFailures : public ::testing::TestWithParam<FailureCase> {};

TEST_P(LambdaFailures, DiscardEveryPacketOfTheBatchWithTheirReason) {
  World world;
  world.aws.function = GetParam().function;
  world.listen({lambda_destination({{"Batching", {{"Count", "2"}}}})});
  world.send("a");
  world.send("b");
  const std::string code(describe(GetParam().reason).code);
  EXPECT_THAT(world.discards(), ElementsAre(code, code));
  EXPECT_THAT(world.events(EventKind::kDelivered), IsEmpty());
  EXPECT_NE(world.events(EventKind::kDiscarded)[0].tag, world.events(EventKind::kDiscarded)[1].tag);
}

TEST(LambdaFailure, NamesTheInnermostPlace) {
  struct Case {
    const char* name;
    const char* document;
    const char* text;
  };
  for (const auto& [name, document, text] : {
           Case{"Python",
                R"j({"errorType":"KeyError","errorMessage":"'x'","stackTrace":[
                    "  File \"/var/task/app.py\", line 9, in handler\n    inner()\n",
                    "  File \"/var/task/lib/parts.py\", line 14, in inner\n    a[\"x\"]\n"]})j",
                "KeyError: 'x' (parts.py:14)"},
           Case{"Node",
                R"j({"errorType":"TypeError","errorMessage":"no","trace":["TypeError: no",
                    "    at JSON.parse (<anonymous>)", "    at inner (/var/task/parts.js:3:9)",
                    "    at exports.handler (/var/task/app.js:7:3)"]})j",
                "TypeError: no (parts.js:3)"},
           Case{"Others", R"j({"errorType":"E","errorMessage":"no","stackTrace":["?", 5]})j",
                "E: no"},
       }) {
    World world;
    world.aws.function = answering(document, "Unhandled");
    world.listen({lambda_destination({{"Batching", {{"Count", "1"}}}})});
    world.send("a");
    ASSERT_THAT(world.events(EventKind::kDiscarded), SizeIs(1)) << name;
    EXPECT_EQ(world.events(EventKind::kDiscarded)[0].text, text) << name;
  }
}

TEST(LambdaAnswer, WithoutRepliesIsNoted) {
  World world;
  world.aws.function = answering(R"({"replies":[]})");
  world.listen({lambda_destination({{"Batching", {{"Count", "1"}}}})});
  world.send("a");
  ASSERT_THAT(world.events(EventKind::kDelivered), SizeIs(1));
  EXPECT_EQ(world.events(EventKind::kDelivered)[0].text,
            "answered 0 of 1; the answer has no Replies (its keys: replies)");
}

const auto kRefused = [](const char* code) {
  return [code](const aws::InvokeRequest&) { return FakeAws::Answer(aws::refuse(error(code))); };
};

INSTANTIATE_TEST_SUITE_P(
    Table, LambdaFailures,
    ::testing::Values(
        FailureCase{"FunctionError",
                    answering(R"({"errorType":"KeyError","errorMessage":"'x'"})", "Unhandled"),
                    Reason::kFunctionError},
        FailureCase{
            "TimeOut",
            answering(
                R"({"errorType":"Sandbox.Timedout","errorMessage":"RequestId: r Error: Task timed out after 3.00 seconds"})",
                "Unhandled"),
            Reason::kFunctionTimeout},
        FailureCase{
            "TimeOutAsItWasBefore",
            answering(
                R"({"errorMessage":"2026-11-02T09:15:33.204Z r Task timed out after 3.00 seconds"})",
                "Unhandled"),
            Reason::kFunctionTimeout},
        FailureCase{
            "Crash",
            answering(
                R"({"errorType":"Runtime.ExitError","errorMessage":"RequestId: r Error: Runtime exited with error: exit status 1"})",
                "Unhandled"),
            Reason::kFunctionCrashed},
        FailureCase{"ErrorWithoutDocument", answering("", "Unhandled"), Reason::kFunctionError},
        FailureCase{"Throttled", kRefused("TooManyRequestsException"), Reason::kFunctionThrottled},
        FailureCase{"Denied", kRefused("AccessDeniedException"), Reason::kAccessDenied},
        FailureCase{"NotFound", kRefused("ResourceNotFoundException"),
                    Reason::kDestinationNotFound},
        FailureCase{"TooLarge", kRefused("RequestTooLargeException"), Reason::kPayloadTooLarge},
        FailureCase{"Other", kRefused("ServiceException"), Reason::kDestinationError}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(Destination, ARoleThatCannotBeAssumedDiscardsItsPackets) {
  World world;
  world.aws.untrusted = {kRole};
  world.listen({lambda_destination()});
  world.send("a");
  EXPECT_THAT(world.discards(), ElementsAre("role-not-assumable"));
  world.aws.untrusted.clear();
  world.send("b");
  EXPECT_THAT(world.aws.invocations, SizeIs(1)) << "the next batch tries again";
}

TEST(Destination, ARoleThatCannotBeAssumedIsToldWhenItsListenerIsMade) {
  World world;
  world.aws.untrusted = {kRole};
  world.listen({lambda_destination()});
  world.settle();
  ASSERT_THAT(world.gateway->listeners(), SizeIs(1));
  const auto stack = world.gateway->listeners()[0].stack;
  EXPECT_THAT(world.gateway->role_problems(stack),
              ElementsAre(HasSubstr("its packets will be discarded, [role-not-assumable]")));
  EXPECT_THAT(world.gateway->role_problems("another"), IsEmpty());
  EXPECT_THAT(world.events(EventKind::kWarning), SizeIs(1));
}

TEST(Destination, WithoutARoleNothingIsDelivered) {
  World world;
  world.listen({lambda_destination({{"Role", ""}})});
  world.send("a");
  EXPECT_THAT(world.discards(), ElementsAre("role-not-assumable"));
}

TEST(Destination, WithoutAnArnItsPacketsAreDiscarded) {
  for (const json& arn : {json(nullptr), json(""), json::object()}) {
    World world;
    world.listen({lambda_destination({{"DestinationArn", arn}})});
    world.send("a");
    EXPECT_THAT(world.discards(), ElementsAre("no-destination-arn"));
  }
}

TEST(Destination, OfAServiceThatIsNotEmulatedDiscardsItsPackets) {
  World world;
  world.stack.allow_unsupported = true;
  world.listen({lambda_destination({{"DestinationArn", "arn:aws:kinesis:us-west-2:1:stream/s"}})});
  world.send("a");
  EXPECT_THAT(world.discards(), ElementsAre("service-not-emulated"));
}

TEST(Destination, TheFilterKeepsPacketsFromThisDestinationAlone) {
  World world;
  world.listen({lambda_destination({{"FilterExpression", "[0] == 0x61"}}), sqs_destination()});
  world.send("a");
  world.send("b");
  EXPECT_THAT(world.aws.invocations, SizeIs(1));
  EXPECT_THAT(world.aws.sent, SizeIs(2));
  const auto discarded = world.events(EventKind::kDiscarded);
  ASSERT_THAT(discarded, SizeIs(1));
  EXPECT_EQ(discarded[0].reason, Reason::kFilterNotTrue);
  EXPECT_TRUE(discarded[0].assumed);
}

TEST(Destination, AFilterThatFailsSaysHow) {
  World world;
  world.listen({lambda_destination({{"FilterExpression", "u8[3] - 1 == 0"}})});
  world.send("abc");
  world.send("abcd");
  const auto discarded = world.events(EventKind::kDiscarded);
  ASSERT_THAT(discarded, SizeIs(2));
  EXPECT_EQ(discarded[0].reason, Reason::kFilterNotTrue);
  EXPECT_EQ(discarded[0].text,
            "the expression fails: an operand is not a number (no bytes, or more than 8)");
  EXPECT_EQ(discarded[1].text, "") << "it is false";
}

TEST(Destination, WhatIsNoCoapIsDroppedForTheCoapDestinationAlone) {
  World world;
  world.listen({lambda_destination({{"Formatter", "coap"}}), sqs_destination()});
  world.send("hello");
  EXPECT_THAT(world.discards(), ElementsAre("not-coap"));
  EXPECT_THAT(world.aws.invocations, IsEmpty());
  EXPECT_THAT(world.aws.sent, SizeIs(1));
  world.send(std::string("\x40\x01\x12\x34", 4));
  EXPECT_THAT(world.aws.invocations, SizeIs(1));
}

struct FormatCase {
  const char* formatter;
  std::string payload;
  std::string data;   // as JSON
  std::string reply;  // as JSON
  std::string datagram;
};

TEST(Destination, ItsFormatterAppliesInBothDirections) {
  const std::vector<FormatCase> table = {
      {"base64", "\xff\x01", R"("/wE=")", R"("/wE=")", "\xff\x01"},
      {"hex", "\xab\x01", R"("AB01")", R"("aB01")", "\xab\x01"},
      {"utf8", "\"é\n", R"("\"é\n")", R"("\u00e9")", "é"},
      {"ascii", "a\xe9", R"("a?")", R"("ok")", "ok"},
  };
  for (const auto& row : table) {
    World world;
    world.aws.function = [&](const aws::InvokeRequest& request) {
      EXPECT_THAT(request.payload, HasSubstr(std::string("\"Formatter\":\"") + row.formatter +
                                             "\",\"Data\":" + row.data + "}"));
      return FakeAws::Answer(aws::InvokeResponse{
          200, R"({"Replies":[{"Tag":")" + tag_in(request) + R"(","Data":)" + row.reply + "}]}", "",
          "r"});
    };
    world.listen({lambda_destination({{"Formatter", row.formatter}})});
    world.send(row.payload);
    EXPECT_THAT(world.network.sent, ElementsAre(Sent{world.address(), kClient, row.datagram}))
        << row.formatter;
  }
}

TEST(Destination, BytesThatAreNotUtf8AreReplacedAndTheJournalSaysSo) {
  World world;
  world.listen({lambda_destination({{"Formatter", "utf8"}})});
  world.send("a\xff");
  EXPECT_THAT(world.aws.invocations.at(0).request.payload, HasSubstr("\"Data\":\"a\xef\xbf\xbd\""));
  const auto queued = world.events(EventKind::kQueued);
  EXPECT_THAT(queued.at(0).text, HasSubstr("replaced"));
  EXPECT_TRUE(queued.at(0).assumed);
}

struct ReplyCase {
  const char* name;
  std::string entries;  // TAG stands for the packet's tag
  std::vector<std::string> discards;
  std::vector<std::string> sent;
};

class Replies : public ::testing::TestWithParam<ReplyCase> {};

TEST_P(Replies, AreSentOrTheirReasonIsTold) {
  World world;
  world.aws.function = [](const aws::InvokeRequest& request) {
    std::string answer = GetParam().entries;
    for (auto at = answer.find("TAG"); at != answer.npos; at = answer.find("TAG"))
      answer.replace(at, 3, tag_in(request));
    return FakeAws::Answer(aws::InvokeResponse{200, answer, "", "r"});
  };
  world.listen({lambda_destination({{"Formatter", "utf8"}})});
  world.send("x");
  EXPECT_EQ(world.discards(), GetParam().discards);
  std::vector<std::string> sent;
  for (const auto& datagram : world.network.sent) sent.push_back(datagram.payload);
  EXPECT_EQ(sent, GetParam().sent);
}

INSTANTIATE_TEST_SUITE_P(
    Table, Replies,
    ::testing::Values(
        ReplyCase{
            "One", R"({"Replies":[{"Tag":"TAG","Data":"a","GeneratedAt":"2026"}]})", {}, {"a"}},
        ReplyCase{"None", R"({"Replies":[]})", {}, {}}, ReplyCase{"Null", "null", {}, {}},
        ReplyCase{"NullEntries", R"({"Replies":[null,{"Tag":"TAG","Data":"a"}]})", {}, {"a"}},
        ReplyCase{"SeveralOfOneTagInOrder",
                  R"({"Replies":[{"Tag":"TAG","Data":"a"},{"Tag":"TAG","Data":"b"}]})",
                  {},
                  {"a", "b"}},
        ReplyCase{"DataMissing", R"({"Replies":[{"Tag":"TAG"}]})", {}, {}},
        ReplyCase{"DataNull", R"({"Replies":[{"Tag":"TAG","Data":null}]})", {}, {}},
        ReplyCase{"DataEmpty", R"({"Replies":[{"Tag":"TAG","Data":""}]})", {}, {""}},
        ReplyCase{"UnknownTag",
                  R"({"Replies":[{"Tag":"00000001","Data":"a"},{"Tag":"TAG","Data":"b"}]})",
                  {"unknown-tag"},
                  {"b"}},
        ReplyCase{
            "TagThatIsNone", R"({"Replies":[{"Tag":"hello","Data":"a"}]})", {"unknown-tag"}, {}},
        ReplyCase{"TagThatIsTheSameNumberOnly",
                  R"({"Replies":[{"Tag":"0TAG","Data":"a"}]})",
                  {"unknown-tag"},
                  {}},
        ReplyCase{"Malformed", "{", {"reply-malformed"}, {}},
        ReplyCase{"EntryMalformed",
                  R"({"Replies":[{"Data":"a"},{"Tag":"TAG","Data":"b"}]})",
                  {"reply-malformed"},
                  {"b"}},
        ReplyCase{"TooLarge",
                  R"({"Replies":[{"Tag":"TAG","Data":")" + std::string(65'508, 'x') + R"("}]})",
                  {"datagram-too-large"},
                  {}},
        ReplyCase{"JustNotTooLarge",
                  R"({"Replies":[{"Tag":"TAG","Data":")" + std::string(65'507, 'x') + R"("}]})",
                  {},
                  {std::string(65'507, 'x')}}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(Destination, AReplyThatCannotBeDecodedIsDiscarded) {
  for (const auto* formatter : {"base64", "hex", "coap"}) {
    World world;
    world.aws.function = [](const aws::InvokeRequest& request) {
      return FakeAws::Answer(aws::InvokeResponse{
          200, R"({"Replies":[{"Tag":")" + tag_in(request) + R"(","Data":"%"}]})", "", "r"});
    };
    world.listen({lambda_destination({{"Formatter", formatter}})});
    world.send(std::string("\x40\x01\x12\x34", 4));
    EXPECT_THAT(world.discards(), ElementsAre("reply-undecodable")) << formatter;
  }
}

TEST(Destination, ThatAsciiEndsAt7fIsOurReading) {
  for (const auto* formatter : {"ascii", "hex"}) {
    World world;
    world.aws.function = [](const aws::InvokeRequest& request) {
      return FakeAws::Answer(aws::InvokeResponse{
          200, R"({"Replies":[{"Tag":")" + tag_in(request) + R"(","Data":"é"}]})", "", "r"});
    };
    world.listen({lambda_destination({{"Formatter", formatter}})});
    world.send("x");
    EXPECT_THAT(world.discards(), ElementsAre("reply-undecodable"));
    EXPECT_EQ(world.events(EventKind::kDiscarded)[0].assumed, formatter == std::string("ascii"));
  }
}

TEST(Destination, ARepliesOfABatchReachTheirOwnClients) {
  World world;
  world.aws.function = [](const aws::InvokeRequest& request) {
    auto answer = echo(request);
    auto document = json::parse(answer->payload);
    std::ranges::reverse(document["Replies"]);
    answer->payload = document.dump();
    return answer;
  };
  // The filter of the first makes the tags of the second's batch skip.
  world.listen(
      {lambda_destination({{"Batching", {{"Count", "3"}}}, {"FilterExpression", "[0] == 0x61"}})});
  const auto other = *Endpoint::parse("127.0.0.1:9");
  for (const auto* payload : {"a1", "b1", "a2", "b2"}) world.send(payload);
  world.send("a3", other);
  ASSERT_THAT(world.network.sent, SizeIs(3));
  EXPECT_EQ(world.network.sent[0], (Sent{world.address(), other, "a3"}));
  EXPECT_EQ(world.network.sent[1], (Sent{world.address(), kClient, "a2"}));
  EXPECT_EQ(world.network.sent[2], (Sent{world.address(), kClient, "a1"}));
}

TEST(Lambda, AnAsynchronousInvocationNeverReplies) {
  World world;
  world.aws.function = echo;
  world.listen({lambda_destination({{"Arguments", {{"UseAsyncInvoke", "true"}}}})});
  world.send("a");
  EXPECT_TRUE(world.aws.invocations.at(0).request.async);
  EXPECT_THAT(world.network.sent, IsEmpty());
  EXPECT_THAT(world.discards(), IsEmpty());
}

TEST(Lambda, WhatAnAsynchronousInvocationAnswersIsDiscarded) {
  World world;
  world.listen({lambda_destination({{"Arguments", {{"UseAsyncInvoke", "true"}}}})});
  world.send("a");
  const auto answer = echo(world.aws.invocations.at(0).request)->payload;
  world.gateway->on_async_answer(kFunction, answer);
  EXPECT_THAT(world.discards(), ElementsAre("destination-cannot-reply"));
  EXPECT_EQ(world.events(EventKind::kDiscarded)[0].tag, world.events(EventKind::kReceived)[0].tag);
  world.gateway->on_async_answer(kFunction, "null");
  world.gateway->on_async_answer("arn:aws:lambda:us-west-2:111122223333:function:other", answer);
  EXPECT_THAT(world.discards(), SizeIs(1));
}

// Names that begin alike are not the same, and a qualifier is part of none.
TEST(Lambda, AnAsynchronousAnswerBelongsToItsFunctionAlone) {
  const std::string function = "arn:aws:lambda:us-west-2:111122223333:function:";
  struct Case {
    const char* destination;
    const char* answered;
    bool ours;
  };
  for (const auto& [destination, answered, ours] :
       {Case{"echo", "echo", true}, Case{"echo:live", "echo", true}, Case{"echo2", "echo", false},
        Case{"echo-live", "echo", false}, Case{"echo", "echo2", false}, Case{"echo", "", false},
        Case{"echo", "ech", false}}) {
    World world;
    world.listen({lambda_destination({{"DestinationArn", function + destination},
                                      {"Arguments", {{"UseAsyncInvoke", "true"}}}})});
    world.send("a");
    const auto answer = echo(world.aws.invocations.at(0).request)->payload;
    world.gateway->on_async_answer(function + answered, answer);
    EXPECT_THAT(world.discards(), SizeIs(ours ? 1 : 0)) << destination << " " << answered;
  }
}

// That several replies may carry one tag is our reading, and said of each but the first.
TEST(Destination, OnlyTheFirstReplyToAPacketIsBeyondDoubt) {
  World world;
  world.aws.function = [](const aws::InvokeRequest& request) {
    const auto messages = json::parse(request.payload)["Messages"];
    json replies = json::array();
    for (const auto at : {0, 1, 0, 0}) {
      replies.push_back({{"Tag", messages[at]["Tag"]}, {"Data", "YQ=="}});
    }
    return FakeAws::Answer(aws::InvokeResponse{200, json{{"Replies", replies}}.dump(), "", "r"});
  };
  world.listen({lambda_destination({{"Batching", {{"Count", "2"}}}})});
  world.send("a");
  world.send("b");
  std::vector<bool> assumed;
  for (const auto& event : world.events(EventKind::kReplied)) assumed.push_back(event.assumed);
  EXPECT_THAT(assumed, ElementsAre(false, false, true, true));
  EXPECT_THAT(world.network.sent, SizeIs(4)) << "all are sent, in order";
}

TEST(Lambda, AStreamedReplyIsSentBeforeTheFunctionEnds) {
  World world;
  world.aws.stream = [](const aws::InvokeRequest& request) {
    const auto tag = tag_in(request);
    return std::vector<std::string>{R"({"Tag":")" + tag + R"(","Da)", R"(ta":"YQ=="})",
                                    R"({"Tag":")" + tag + R"(","Data":"Yg=="})"};
  };
  world.aws.stream_end =
      aws::InvokeResponse{200, R"({"errorType":"E","errorMessage":"late"})", "Unhandled", "r"};
  world.listen({lambda_destination({{"Arguments", {{"UseResponseStreaming", "true"}}}})});
  world.send("x");
  EXPECT_THAT(world.network.sent, ElementsAre(Sent{world.address(), kClient, "a"},
                                              Sent{world.address(), kClient, "b"}));
  EXPECT_THAT(world.discards(), ElementsAre("function-error"));
}

TEST(Lambda, AStreamThatBreaksOffIsMalformed) {
  World world;
  world.aws.stream = [](const auto&) {
    return std::vector<std::string>{R"({"Replies":[{"Tag":")"};
  };
  world.listen({lambda_destination({{"Arguments", {{"UseResponseStreaming", "true"}}}})});
  world.send("x");
  EXPECT_THAT(world.discards(), ElementsAre("reply-malformed"));
}

TEST(Lambda, PacketsOfDifferentTenantsAreInvokedApart) {
  World world;
  world.aws.function = echo;
  world.listen({lambda_destination(
      {{"Batching", {{"Count", "5"}}},
       {"Arguments",
        {{"TenantIdExpression", "[0:1]"}, {"TenantIdFormatter", "utf8"}, {"TenantId", "rest"}}}})});
  for (const auto* payload : {"a1", "b1", "a2", "", "b2"}) world.send(payload);
  std::vector<std::pair<std::string, std::size_t>> calls;
  for (const auto& call : world.aws.invocations) {
    calls.emplace_back(call.request.tenant_id,
                       json::parse(call.request.payload)["Messages"].size());
  }
  EXPECT_THAT(calls, ElementsAre(std::pair("a", 2), std::pair("b", 2), std::pair("rest", 1)));
  EXPECT_THAT(world.network.sent, SizeIs(5));
  EXPECT_FALSE(world.events(EventKind::kQueued).at(2).assumed);
  EXPECT_TRUE(world.events(EventKind::kQueued).at(3).assumed);
  EXPECT_EQ(world.events(EventKind::kQueued)[3].text,
            "TenantIdExpression picks nothing: TenantId counts");
}

TEST(Lambda, ABatchOverItsPayloadLimitIsSplit) {
  World world;
  world.listen({lambda_destination(
      {{"Batching", {{"Count", "100"}, {"SizeInMB", "100"}}}, {"Formatter", "hex"}})});
  for (int i = 0; i < 100; ++i) world.send(std::string(60'000, 'x'));
  EXPECT_THAT(world.aws.invocations, SizeIs(2));
  std::size_t packets = 0;
  for (const auto& call : world.aws.invocations) {
    EXPECT_LE(call.request.payload.size(), 6'291'456U);
    packets += json::parse(call.request.payload)["Messages"].size();
  }
  EXPECT_EQ(packets, 100U);
}

}  // namespace
}  // namespace loopgate::gateway::testing

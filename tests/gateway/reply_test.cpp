// What functions answer, whole and streamed.
#include "gateway/reply.h"

#include <gmock/gmock.h>

namespace loopgate::gateway {
namespace {

using ::testing::HasSubstr;

// "tag=data", "tag" without data, "!problem"; an error ends the list as "error: …".
std::vector<std::string> render(const std::vector<Reply>& replies) {
  std::vector<std::string> out;
  for (const auto& reply : replies) {
    if (!reply.problem.empty()) {
      out.push_back("!" + std::string(reply.problem));
    } else {
      out.push_back(std::string(reply.tag) + (reply.data ? "=" + std::string(*reply.data) : ""));
    }
  }
  return out;
}

struct AnswerCase {
  const char* name;
  std::string answer;
  std::vector<std::string> expected;
};

class Answers : public ::testing::TestWithParam<AnswerCase> {};

TEST_P(Answers, GiveTheirReplies) {
  ReplyParser parser(GetParam().answer);
  const auto replies = parser.parse();
  std::vector<std::string> got;
  if (replies) {
    got = render(*replies);
  } else {
    got = {"error: " + replies.error()};
  }
  EXPECT_EQ(got, GetParam().expected);
}

const std::string kInvalid = "error: the answer is not valid JSON";
const std::string kNoTag = "!Tag is missing or not a string";

INSTANTIATE_TEST_SUITE_P(
    Forms, Answers,
    ::testing::Values(
        AnswerCase{"Plain",
                   R"({"Replies":[{"Tag":"a","Data":"1"},{"Tag":"b","Data":"2"}]})",
                   {"a=1", "b=2"}},
        AnswerCase{"SpacedAndWithOtherMembers",
                   "\n{ \"Other\" : [1,{\"Tag\":\"x\"}], \"Replies\" : [ {\"GeneratedAt\":\"now\", "
                   "\"Data\" : "
                   "\"1\" , \"Tag\":\"a\"} ] } ",
                   {"a=1"}},
        AnswerCase{"NullEntriesAreTolerated",
                   R"({"Replies":[null,{"Tag":"a","Data":"1"},null]})",
                   {"a=1"}},
        AnswerCase{"SeveralOfOneTag",
                   R"({"Replies":[{"Tag":"a","Data":"1"},{"Tag":"a","Data":"2"}]})",
                   {"a=1", "a=2"}},
        AnswerCase{"DataMissing", R"({"Replies":[{"Tag":"a"}]})", {"a"}},
        AnswerCase{"DataNull", R"({"Replies":[{"Tag":"a","Data":null}]})", {"a"}},
        AnswerCase{"DataEmpty", R"({"Replies":[{"Tag":"a","Data":""}]})", {"a="}},
        AnswerCase{"DataNoString",
                   R"({"Replies":[{"Tag":"a","Data":5},{"Tag":"b","Data":"2"}]})",
                   {"!Data is not a string", "b=2"}},
        AnswerCase{"TagMissing", R"({"Replies":[{"Data":"1"}]})", {kNoTag}},
        AnswerCase{"TagNoString", R"({"Replies":[{"Tag":7,"Data":"1"}]})", {kNoTag}},
        AnswerCase{"EntryNoObject",
                   R"({"Replies":["a",{"Tag":"b","Data":"2"}]})",
                   {"!the entry is not an object", "b=2"}},
        AnswerCase{"EmptyList", R"({"Replies":[]})", {}}, AnswerCase{"NoReplies", R"({})", {}},
        AnswerCase{"RepliesNull", R"({"Replies":null})", {}}, AnswerCase{"Null", "null", {}},
        AnswerCase{"RepliesNoList", R"({"Replies":{}})", {"error: Replies is not a list"}},
        AnswerCase{"AString", R"("ok")", {"error: the answer is not a JSON object"}},
        AnswerCase{"Empty", "", {"error: the answer is not a JSON object"}},
        AnswerCase{"Truncated", R"({"Replies":[{"Tag":"a","Data":"1"})", {kInvalid}},
        AnswerCase{"TrailingComma", R"({"Replies":[{"Tag":"a","Data":"1"},]})", {kInvalid}},
        AnswerCase{"MoreBehindIt", R"({"Replies":[]} x)", {kInvalid}},
        AnswerCase{"NoNumber", R"({"a":01,"Replies":[]})", {kInvalid}},
        AnswerCase{"ControlCharacterInString", "{\"Replies\":[{\"Tag\":\"a\nb\"}]}", {kInvalid}},
        AnswerCase{"Escapes",
                   R"({"Replies":[{"Tag":"\u0061","Data":"\"\\\/\b\f\n\r\té\ud83d\ude00"}]})",
                   {"a=\"\\/\b\f\n\r\t\xc3\xa9\xf0\x9f\x98\x80"}},
        AnswerCase{"LoneSurrogates",
                   R"({"Replies":[{"Tag":"a","Data":"\ud800x\udc00"}]})",
                   {"a=\xef\xbf\xbdx\xef\xbf\xbd"}},
        AnswerCase{"BadEscape", R"({"Replies":[{"Tag":"\x"}]})", {kInvalid}},
        AnswerCase{"TooDeep",
                   R"({"x":)" + std::string(100, '[') + std::string(100, ']') + "}",
                   {kInvalid}}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(Answers, WithOtherKeysThanRepliesAreStrange) {
  struct Case {
    const char* answer;
    const char* oddity;
  };
  for (const auto& [answer, oddity] :
       {Case{R"({"replies":[{"Tag":"a"}]})", "the answer has no Replies (its keys: replies)"},
        Case{R"({"a":1,"b":[]})", "the answer has no Replies (its keys: a, b)"},
        Case{R"({"a":1,"Replies":[]})", ""}, Case{R"({"Replies":null,"a":1})", ""}, Case{"{}", ""},
        Case{"null", ""}}) {
    ReplyParser parser(answer);
    EXPECT_TRUE(parser.parse()) << answer;
    EXPECT_EQ(parser.oddity(), oddity) << answer;
  }
}

struct StreamCase {
  const char* name;
  std::string answer;
  std::vector<std::string> expected;
};

class Streams : public ::testing::TestWithParam<StreamCase> {};

std::vector<std::string> stream(std::string_view answer, std::size_t step) {
  std::vector<std::string> got;
  ReplyStream out([&](const Reply& reply) { got.push_back(render({reply})[0]); });
  for (std::size_t i = 0; i < answer.size(); i += step) out.push(answer.substr(i, step));
  if (const auto problem = out.finish()) got.push_back("error: " + *problem);
  return got;
}

TEST_P(Streams, GiveTheSameRepliesHoweverTheyAreCut) {
  for (const std::size_t step : {1UL, 2UL, 3UL, 7UL, 1000UL}) {
    EXPECT_EQ(stream(GetParam().answer, step), GetParam().expected) << "in pieces of " << step;
  }
}

const std::string kEntryA = R"({"Tag":"a","Data":"1]}\""})";
const std::string kEnds = "error: the answer ends inside a JSON value";
const std::string kNoEntry = "error: an entry is neither an object nor null";

INSTANTIATE_TEST_SUITE_P(
    Forms, Streams,
    ::testing::Values(
        StreamCase{
            "ValuesOneAfterAnother", kEntryA + R"({"Tag":"b","Data":"2"})", {"a=1]}\"", "b=2"}},
        StreamCase{"ValuesOnLines",
                   kEntryA + "\n" + R"({"Tag":"b","Data":"2"})" + "\n",
                   {"a=1]}\"", "b=2"}},
        StreamCase{"OneGrowingDocument",
                   R"({"x":{"Replies":[1]},"Replies":[)" + kEntryA +
                       R"(, null ,{"Tag":"b"}],"y":[{"Tag":"c"}]})",
                   {"a=1]}\"", "b"}},
        StreamCase{"SeveralDocuments",
                   R"({"Replies":[{"Tag":"a","Data":"1"}]} {"Replies":[{"Tag":"b","Data":"2"}]})",
                   {"a=1", "b=2"}},
        StreamCase{"NestedMembersOfAnEntry",
                   R"({"Replies":[{"x":{"Tag":"no"},"Tag":"a","y":[[]],"Data":"1"}]})",
                   {"a=1"}},
        StreamCase{"AValueNamedReplies",
                   R"({"x":"Replies","y":[{"Tag":"no"}],"Replies":[{"Tag":"a"}]})",
                   {"a"}},
        StreamCase{"NullAndNothing", "null\n{}\n{\"Replies\":null}", {}},
        StreamCase{"Nothing", "", {}},
        StreamCase{"EntryWithoutTag", R"({"Replies":[{"Data":"1"},{"Tag":"b"}]})", {kNoTag, "b"}},
        StreamCase{
            "CutInAnEntry", R"({"Replies":[{"Tag":"a","Data":"1"},{"Tag":"b")", {"a=1", kEnds}},
        StreamCase{"CutInAString", R"({"Replies":[{"Tag":"a","Da)", {kEnds}},
        StreamCase{"AList",
                   R"([{"Tag":"a"}])",
                   {"error: the answer is a list; {\"Replies\":[…]} is expected"}},
        StreamCase{"AWord", "true", {kNoEntry}},
        StreamCase{"ATextInTheList", R"({"Replies":[{"Tag":"a"},"b"]})", {"a", kNoEntry}},
        StreamCase{"AListInTheList", R"({"Replies":[[]]})", {kNoEntry}},
        StreamCase{"BracketsThatDoNotMatch",
                   R"({"Replies":[{"Tag":"a"]})",
                   {"error: the answer's brackets do not match"}},
        StreamCase{"AnEntryThatIsNoJson",
                   R"({"Replies":[{"Tag" "a"}]})",
                   {"error: an entry is not valid JSON"}},
        StreamCase{"TooDeep",
                   R"({"x":)" + std::string(100, '['),
                   {"error: the answer is nested too deeply"}}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(Streams, AnEntryThatNeverEndsDoesNotGrowWithoutBound) {
  std::vector<std::string> got;
  ReplyStream out([&](const Reply&) { got.emplace_back("reply"); });
  out.push(R"({"Replies":[{"Tag":"a","x":[)");
  for (int i = 0; i < 400'000; ++i) out.push("[],");
  EXPECT_EQ(out.finish(), "an entry is too large");
  EXPECT_TRUE(got.empty());
}

TEST(Streams, WhatStandsBesideTheListIsPassedOver) {
  std::vector<std::string> got;
  ReplyStream out([&](const Reply& reply) { got.emplace_back(reply.tag); });
  out.push(R"({"Replies":[{"Tag":"a"}],"x":[[)");
  for (int i = 0; i < 1'000'000; ++i) out.push("1,2,");
  out.push(R"(3]]}{"Tag":"b"})");
  EXPECT_EQ(out.finish(), std::nullopt);
  EXPECT_THAT(got, ::testing::ElementsAre("a", "b"));
}

}  // namespace
}  // namespace loopgate::gateway

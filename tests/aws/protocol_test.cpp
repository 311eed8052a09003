#include "aws/protocol/protocol.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "aws/protocol/limits.h"
#include "tests/aws/models.h"

namespace loopgate::aws {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

// The shapes of SQS and SNS, as far as they differ on the wire.
const ServiceModel& service() {
  return shapes::kTestThings;
}
OperationModel operation(std::string_view name = "DoIt") {
  return *service().find(name);
}

std::string_view header(const HttpResponse& response, std::string_view name) {
  for (const auto& h : response.headers) {
    if (h.name == name) return h.value;
  }
  return "(missing)";
}

struct ReadCase {
  const char* name;
  std::string body;
  const char* params;
};

// https://smithy.io/2.0/aws/protocols/aws-query-protocol.html, and what botocore's QuerySerializer
// sends.
TEST(QueryParameters, AreReadByShape) {
  const ReadCase cases[] = {
      {"nothing", "", "{}"},
      {"text with escapes", "Action=DoIt&Url=a%20b%2bc+d%C3%A9&Version=1", R"({"Url":"a b+c dé"})"},
      {"empty text", "Url=", R"({"Url":""})"},
      {"flat list under the name of its items", "AttributeName.2=b&AttributeName.1=a",
       R"({"Names":["a","b"]})"},
      {"more than nine items keep their order",
       "AttributeName.10=j&AttributeName.9=i&AttributeName.1=a", R"({"Names":["a","i","j"]})"},
      {"list with members", "Members.member.1=a&Members.member.2=b", R"({"Members":["a","b"]})"},
      {"list with named items", "Keys.Key.1=a", R"({"Keys":["a"]})"},
      {"empty list", "Members=", R"({"Members":[]})"},
      {"map with entries", "Attributes.entry.1.key=k&Attributes.entry.1.value=v%26",
       R"({"Attributes":{"k":"v&"}})"},
      {"scalars", "Flag=true&Ratio=-0.5&At=1970-01-01T00%3A00%3A01.500Z",
       R"({"Flag":true,"Ratio":-0.5,"At":1.5})"},
      {"structures in lists in maps",
       "BatchEntry.1.Id=x&BatchEntry.1.DelaySeconds=-3&BatchEntry.1.MessageAttribute.1.Name=a.b&"
       "BatchEntry.1.MessageAttribute.1.Value.DataType=Binary&"
       "BatchEntry.1.MessageAttribute.1.Value.BinaryValue=AAE%3D",
       R"({"Entries":[{"Id":"x","DelaySeconds":-3,"MessageAttributes":
          {"a.b":{"DataType":"Binary","BinaryValue":"AAE="}}}]})"},
      {"unknown parameters are dropped", "Other=1&Url=a&Url.x=2", R"({"Url":"a"})"},
      {"a structure in itself",
       "Root.Leaf=1&Root.Branches.member.1.Leaf=2&Root.Named.entry.1.key=k&"
       "Root.Named.entry.1.value.Branches.member.1.Leaf=3",
       R"({"Root":{"Leaf":"1","Branches":[{"Leaf":"2"}],
          "Named":{"k":{"Branches":[{"Leaf":"3"}]}}}})"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto params = decode_query_params(operation(), c.body);
    ASSERT_TRUE(params) << params.error().message;
    EXPECT_EQ(*params, json::parse(c.params));
  }
}

TEST(JsonParameters, AreCheckedByShape) {
  const ReadCase cases[] = {
      {"empty body", "", "{}"},
      {"white space", " \r\n", "{}"},
      {"all kinds",
       R"({"Url":"a","Names":["x"],"Flag":false,"Ratio":2,"At":1.5,"Entries":[{"Id":"i","DelaySeconds":5.0}]})",
       R"({"Url":"a","Names":["x"],"Flag":false,"Ratio":2,"At":1.5,"Entries":[{"Id":"i","DelaySeconds":5}]})"},
      {"null is absent, unknown members are dropped", R"({"Url":null,"Other":{"a":[1]}})", "{}"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto params = decode_json_params(operation(), c.body);
    ASSERT_TRUE(params) << params.error().message;
    EXPECT_EQ(*params, json::parse(c.params));
  }
}

struct RefuseCase {
  const char* name;
  std::string body;
  const char* code;
  const char* message;
};

std::string many_parameters() {
  std::string out;
  for (std::size_t i = 0; i <= kMaxFormParameters; ++i) out += "a=1&";
  return out;
}

TEST(QueryParameters, AreRefusedWithTheNameOfTheOneThatIsWrong) {
  const RefuseCase cases[] = {
      {"missing value of a map", "Attributes.entry.2.key=k", "MissingParameter",
       "Attributes.2.value"},
      {"no integer", "BatchEntry.1.Id=a&BatchEntry.1.DelaySeconds=5x", "InvalidParameterValue",
       "Value 5x for parameter BatchEntry.1.DelaySeconds is invalid. Reason: Must be an integer."},
      {"integer out of range", "BatchEntry.1.Id=a&BatchEntry.1.DelaySeconds=9223372036854775808",
       "InvalidParameterValue", "DelaySeconds"},
      {"no number", "Ratio=nan", "InvalidParameterValue", "Ratio"},
      {"no boolean", "Flag=TRUE", "InvalidParameterValue", "Flag"},
      {"no timestamp", "At=yesterday", "InvalidParameterValue", "At"},
      {"structure without members", "Url.1=a", "MalformedInput", "Url"},
      {"list not numbered", "AttributeName.member.1=a", "MalformedInput", "AttributeName.member"},
      {"list from zero", "AttributeName.0=a", "MalformedInput", "AttributeName.0"},
      {"list index too large", "AttributeName.10001=a", "MalformedInput", "AttributeName.10001"},
      {"list index beyond numbers", "AttributeName.99999999999999999999=a", "MalformedInput",
       "numbered"},
      {"cut escape", "Url=%4", "MalformedInput", "percent"},
      {"bad escape", "Url=%zz", "MalformedInput", "percent"},
      {"bad UTF-8", "Url=%c0%80", "MalformedInput", "UTF-8"},
      {"surrogate", "Url=%ed%a0%80", "MalformedInput", "UTF-8"},
      {"too deep", std::string(100, '.') + "=1", "MalformedInput", "too many parts"},
      {"too many", many_parameters(), "MalformedInput", "too many parameters"},
      {"name too long", std::string(2000, 'n') + "=1", "MalformedInput", "too long"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto params = decode_query_params(operation(), c.body);
    ASSERT_FALSE(params) << params->dump();
    EXPECT_EQ(params.error().code, c.code);
    EXPECT_THAT(params.error().message, HasSubstr(c.message));
    EXPECT_EQ(params.error().status, 400);
  }
}

TEST(JsonParameters, AreRefusedWithTheNameOfTheOneThatIsWrong) {
  const RefuseCase cases[] = {
      {"no JSON", "{", "SerializationException", "not valid JSON"},
      {"rubbish after the end", "{} x", "SerializationException", "not valid JSON"},
      {"bad UTF-8", "{\"Url\":\"\xff\"}", "SerializationException", "not valid JSON"},
      {"too deep", std::string(200, '['), "SerializationException", "deep"},
      {"not an object", "[]", "SerializationException",
       "Start of list found where not expected: the body"},
      {"number for text", R"({"Url":5})", "SerializationException",
       "NUMBER_VALUE cannot be converted to String: Url must be a string."},
      {"text for a number", R"({"Entries":[{"Id":"a","DelaySeconds":"5"}]})",
       "SerializationException",
       "STRING_VALUE cannot be converted to Integer: Entries.1.DelaySeconds must be an integer."},
      {"fraction", R"({"Entries":[{"Id":"a","DelaySeconds":5.5}]})", "SerializationException",
       "DelaySeconds"},
      {"too large", R"({"Entries":[{"Id":"a","DelaySeconds":18446744073709551615}]})",
       "SerializationException", "out of range"},
      {"text for a list", R"({"Names":"a"})", "SerializationException",
       "Unexpected value type in payload: Names must be a list"},
      {"null in a list", R"({"Names":[null]})", "SerializationException", "Names.1"},
      {"list for a map", R"({"Attributes":[]})", "SerializationException",
       "Attributes must be a map"},
      {"text for a boolean", R"({"Flag":"true"})", "SerializationException", "Flag"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto params = decode_json_params(operation(), c.body);
    ASSERT_FALSE(params) << params->dump();
    EXPECT_EQ(params.error().code, c.code);
    EXPECT_THAT(params.error().message, HasSubstr(c.message));
  }
}

TEST(QueryAnswers, AreXmlByShape) {
  const auto result = json::parse(R"({
      "Url":"<a&b>\"\r\n", "Members":["1","2"], "Names":["x","y"], "Keys":[], "Attributes":{"k":"v"},
      "Entries":[{"Id":"i","DelaySeconds":7,"MessageAttributes":{"n":{"DataType":"String"}}}],
      "Flag":true, "Ratio":0.5, "At":1793610930.204, "NotInTheShape":1})");
  const auto response = encode_query_result(service(), operation(), result, "req-1");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(header(response, "Content-Type"), "text/xml");
  EXPECT_EQ(header(response, "x-amzn-RequestId"), "req-1");
  EXPECT_EQ(response.body,
            "<?xml version=\"1.0\"?>\n"
            "<DoItResponse xmlns=\"http://queue.amazonaws.com/doc/2012-11-05/\"><DoItResult>"
            "<Url>&lt;a&amp;b&gt;&quot;&#13;\n</Url>"
            "<BatchEntry><Id>i</Id><DelaySeconds>7</DelaySeconds>"
            "<MessageAttribute><Name>n</Name><Value><DataType>String</DataType></Value></"
            "MessageAttribute>"
            "</BatchEntry>"
            "<AttributeName>x</AttributeName><AttributeName>y</AttributeName>"
            "<Members><member>1</member><member>2</member></Members>"
            "<Keys></Keys>"
            "<Attributes><entry><key>k</key><value>v</value></entry></Attributes>"
            "<Flag>true</Flag><Ratio>0.5</Ratio><At>2026-11-02T09:15:30.204Z</At>"
            "</DoItResult><ResponseMetadata><RequestId>req-1</RequestId></ResponseMetadata></"
            "DoItResponse>");
}

TEST(QueryAnswers, HaveNoResultElementWithoutAnOutput) {
  const auto silent = operation("DeleteIt");
  EXPECT_THAT(
      encode_query_result(service(), silent, nullptr, "r").body,
      HasSubstr(
          "/\"><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></DeleteItResponse>"));
}

TEST(QueryAnswers, ReplaceWhatXmlCannotExpress) {
  const json result = {{"Url", std::string("a\0\x1f\xff\xef\xbf\xbf\xf0\x9f\x98\x80z", 12)}};
  EXPECT_THAT(encode_query_result(service(), operation(), result, "r").body,
              HasSubstr("<Url>a\uFFFD\uFFFD\uFFFD\uFFFD\U0001F600z</Url>"));
}

TEST(JsonAnswers, CarryTypeAndRequestId) {
  const auto response = encode_json_result(service(), operation(), {{"Url", "u"}}, "req-1");
  EXPECT_EQ(header(response, "Content-Type"), "application/x-amz-json-1.0");
  EXPECT_EQ(header(response, "x-amzn-RequestId"), "req-1");
  EXPECT_EQ(response.body, R"({"Url":"u"})");
  const auto silent = operation("DeleteIt");
  EXPECT_EQ(encode_json_result(service(), silent, nullptr, "r").body, "{}");
}

TEST(JsonAnswers, SurviveBytesThatAreNotUtf8) {
  const auto response = encode_json_result(service(), operation(), {{"Url", "\xff"}}, "r");
  EXPECT_EQ(json::parse(response.body)["Url"], "\uFFFD");
}

// What botocore and the JS SDKs read: `__type`, and the Query code in a header.
TEST(Errors, AreRenderedForEachProtocol) {
  const AwsError missing{"QueueDoesNotExist", "The specified queue does not exist.", 400,
                         "AWS.SimpleQueueService.NonExistentQueue"};
  const auto xml = encode_query_error(service(), missing, "req-2");
  EXPECT_EQ(xml.status, 400);
  EXPECT_EQ(xml.body,
            "<?xml version=\"1.0\"?>\n"
            "<ErrorResponse "
            "xmlns=\"http://queue.amazonaws.com/doc/2012-11-05/\"><Error><Type>Sender</Type>"
            "<Code>AWS.SimpleQueueService.NonExistentQueue</Code>"
            "<Message>The specified queue does not exist.</Message><Detail/></Error>"
            "<RequestId>req-2</RequestId></ErrorResponse>");

  const auto in_json = encode_json_error(service(), missing, "req-2");
  EXPECT_EQ(json::parse(in_json.body), (json{{"__type", "com.amazonaws.sqs#QueueDoesNotExist"},
                                             {"message", "The specified queue does not exist."}}));
  EXPECT_EQ(header(in_json, "x-amzn-query-error"),
            "AWS.SimpleQueueService.NonExistentQueue;Sender");
  auto json_only = service();
  json_only.speaks_query = false;
  EXPECT_EQ(header(encode_json_error(json_only, missing, "r"), "x-amzn-query-error"), "(missing)");

  const auto internal = internal_failure("full disk");
  EXPECT_EQ(header(encode_json_error(service(), internal, "r"), "x-amzn-query-error"),
            "InternalFailure;Receiver");
  EXPECT_THAT(encode_query_error(service(), internal, "r").body,
              HasSubstr("<Type>Receiver</Type>"));
  EXPECT_EQ(encode_query_error(service(), internal, "r").status, 500);
}

// aws-recorded D.1: by these names botocore makes exceptions of them.
TEST(Errors, OfNoOperationHaveOtherNamesInJson) {
  const auto type = [](const char* code) {
    const auto response = encode_json_error(service(), {code, "why", 400, {}}, "r");
    EXPECT_EQ(header(response, "x-amzn-query-error"), std::string(code) + ";Sender");
    return json::parse(response.body)["__type"].get<std::string>();
  };
  EXPECT_EQ(type("InvalidParameterValue"), "com.amazonaws.sqs#InvalidParameterValueException");
  EXPECT_EQ(type("MissingParameter"), "com.amazonaws.sqs#MissingRequiredParameterException");
  EXPECT_EQ(type("OverLimit"), "com.amazonaws.sqs#OverLimit");
}

TEST(Errors, MayHaveASentenceOfTheirOwnInQuery) {
  const AwsError missing{"QueueDoesNotExist", "gone.", 400, {}, "gone for this wsdl version."};
  EXPECT_THAT(encode_query_error(service(), missing, "r").body,
              HasSubstr("<Message>gone for this wsdl version.</Message>"));
  EXPECT_THAT(encode_json_error(service(), missing, "r").body, HasSubstr("\"gone.\""));
}

// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
TEST(Errors, CarryTheOtherMembersOfTheirShape) {
  AwsError cancelled{"TransactionCanceledException", "why", 400, {}};
  cancelled.members =
      std::make_shared<json>(json{{"CancellationReasons", {{{"Code", "None"}}}}, {"Key", "a&b"}});
  const auto reasons = json{{{"Code", "None"}}};
  EXPECT_EQ(json::parse(encode_json_error(service(), cancelled, "r").body)["CancellationReasons"],
            reasons);
  EXPECT_EQ(json::parse(encode_rest_json_error(cancelled, "r").body)["CancellationReasons"],
            reasons);
  const auto cbor = encode_cbor_error(cancelled, "r").body;
  EXPECT_EQ(json::from_cbor(cbor)["CancellationReasons"], reasons);
  auto s3 = service();
  s3.name = "s3";
  EXPECT_THAT(encode_rest_xml_error(s3, cancelled, "r").body,
              HasSubstr("<Message>why</Message><Key>a&amp;b</Key><RequestId>"));
}

TEST(QueryAnswers, AnEmptyResultIsOneTag) {
  EXPECT_THAT(encode_query_result(service(), operation(), json::object(), "r").body,
              HasSubstr("Result/><ResponseMetadata>"));
}

TEST(FormValue, FindsTheFirstOfThatName) {
  EXPECT_EQ(form_value("Version=1&Action=SendMessage&Action=x", "Action"), "SendMessage");
  EXPECT_EQ(form_value("%41ction=Send%4dessage", "Action"), "SendMessage");
  EXPECT_EQ(form_value("Action", "Action"), "");
  EXPECT_EQ(form_value("XAction=a&action=b", "Action"), std::nullopt);
  EXPECT_EQ(form_value("", "Action"), std::nullopt);
  EXPECT_EQ(form_value("Action=%", "Action"), std::nullopt);
}

}  // namespace
}  // namespace loopgate::aws

// The REST protocols: members in path, query, headers, status and body. The cases are those of the
// Smithy protocol tests in spirit (smithy-aws-protocol-tests/model/restJson1 and restXml;
// botocore's tests/unit/protocols), on models of our own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "aws/protocol/protocol.h"
#include "aws/protocol/route.h"
#include "tests/aws/models.h"

namespace loopgate::aws {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

struct Golden {
  const char* name;
  const char* operation;
  const char* document;
  HttpRequest request;
};

std::string text_of(const HttpRequest& request) {
  std::string out = request.method + " " + request.path + "?" + request.query;
  for (const auto& header : request.headers) out += "\n" + header.name + ": " + header.value;
  return out + "\n\n" + request.body;
}

// Written by a caller as it stands here, and read by the service as the document that it was.
void expect_both_ways(const ServiceModel& service, const Golden& golden) {
  SCOPED_TRACE(golden.name);
  const auto operation = *service.find(golden.operation);
  const auto document = json::parse(golden.document);
  const auto written = encode_request(operation, document);
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(text_of(*written), text_of(golden.request));

  const RequestView view{golden.request.method, golden.request.path, golden.request.query,
                         golden.request.headers, golden.request.body};
  const auto route = route_rest(service, view);
  ASSERT_TRUE(route);
  EXPECT_EQ(route->operation.name(), golden.operation);
  const auto read = decode_rest_params(route->operation, route->labels, view);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, document);
}

TEST(RestJson, WritesAndReadsRequests) {
  const Golden cases[] = {
      {"a label is percent-encoded",
       "GetThing",
       R"({"Name":"a/b c%é"})",
       {"GET", "/things/a%2Fb%20c%25%C3%A9", "", {}, ""}},
      {"a word of the query chooses the operation",
       "GetThingAcl",
       R"({"Name":"x"})",
       {"GET", "/things/x", "acl", {}, ""}},
      {"the query has scalars, lists, dates and the rest of its fields",
       "ListThings",
       R"({"Max":3,"Since":1.5,"Kinds":["a","b&c"],"Deep":false,"Others":{"more":"x=y"}})",
       {"GET",
        "/things/",
        "max-items=3&since=1970-01-01T00%3A00%3A01.500Z&kind=a&kind=b%26c&deep=false&more=x%3Dy",
        {},
        ""}},
      {"headers, lists and dates in headers, and names of the wire in the body",
       "PutThing",
       R"({"Name":"n","Token":"t","Sizes":["1","2"],"Dates":[784111777.0,0.0],"Count":5,
           "Made":1.5,"Tags":["p","q"],"Data":"AAE=",
           "Tree":{"Kind":"k","Leaf":"l","Branches":[{"Leaf":"m"}],"Named":{"z":{"Leaf":"n"}}}})",
       {"PUT",
        "/things/n",
        "",
        {{"X-Token", "t"},
         {"X-Sizes", "1, 2"},
         {"X-Dates", "Sun, 06 Nov 1994 08:49:37 GMT, Thu, 01 Jan 1970 00:00:00 GMT"},
         {"Content-Type", "application/json"}},
        R"({"Data":"AAE=","Made":1.5,"Tree":{"Branches":[{"leaf":"m"}],"Named":{"z":{"leaf":"n"}},)"
        R"("kind":"k","leaf":"l"},"count":5,"tag":["p","q"]})"}},
      {"a payload is the body, byte for byte; a greedy label keeps its slashes",
       "PutObject",
       R"({"Bucket":"b","Key":"x/y z/","Body":"raw \u0000 bytes","Type":"text/plain","Meta":{"color":"red"}})",
       {"PUT",
        "/store/b/x/y%20z/",
        "",
        {{"Content-Type", "text/plain"}, {"x-amz-meta-color", "red"}},
        std::string("raw \0 bytes", 11)}},
      {"what an operation demands of the query tells it from another",
       "UploadPart",
       R"({"Bucket":"b","Key":"k","Part":7,"Body":"x"})",
       {"PUT", "/store/b/k", "partNumber=7", {{"Content-Type", "application/json"}}, "x"}},
      {"a structure as payload",
       "PutAcl",
       R"({"Bucket":"b","Policy":{"Leaf":"l"}})",
       {"PUT", "/store/b", "acl", {{"Content-Type", "application/json"}}, R"({"leaf":"l"})"}},
  };
  for (const auto& golden : cases) expect_both_ways(shapes::kTestRestJson, golden);
}

TEST(RestXml, WritesAndReadsRequests) {
  const Golden cases[] = {
      {"a body has the input's name and namespace, lists and maps their own",
       "PutThing",
       R"({"Name":"n","Count":5,"Made":1.5,"Tags":["p","q"],"Data":"AAE=",
           "Tree":{"Kind":"k","Leaf":"<l>","Branches":[{"Leaf":"m"}],"Named":{"z":{"Leaf":"n"}}}})",
       {"PUT",
        "/things/n",
        "",
        {{"Content-Type", "application/xml"}},
        R"(<PutThingRequest xmlns="http://things/"><count>5</count><Made>1970-01-01T00:00:01.500Z</Made>)"
        R"(<Tree xsi:type="k"><leaf>&lt;l&gt;</leaf><Branches><Branch><leaf>m</leaf></Branch></Branches>)"
        R"(<Named><entry><key>z</key><value><leaf>n</leaf></value></entry></Named></Tree>)"
        R"(<tag>p</tag><tag>q</tag><Data>AAE=</Data></PutThingRequest>)"}},
      {"a structure as payload has its own name and namespace",
       "PutAcl",
       R"({"Bucket":"b","Policy":{"Leaf":"l"}})",
       {"PUT",
        "/store/b",
        "acl",
        {{"Content-Type", "application/xml"}},
        R"(<AccessPolicy xmlns="http://things/"><leaf>l</leaf></AccessPolicy>)"}},
      {"a payload of bytes",
       "PutObject",
       R"({"Bucket":"b","Key":"k","Type":"a/b","Body":"<not/>xml"})",
       {"PUT", "/store/b/k", "", {{"Content-Type", "a/b"}}, "<not/>xml"}},
  };
  for (const auto& golden : cases) expect_both_ways(shapes::kTestRestXml, golden);
}

// What the service writes, the caller reads.
void expect_result(const ServiceModel& service, const char* name, const char* document,
                   const HttpResponse& expected) {
  SCOPED_TRACE(name);
  const auto operation = *service.find(name);
  const auto response = encode_rest_result(service, operation, json::parse(document), "r1");
  EXPECT_EQ(response.status, expected.status);
  EXPECT_EQ(response.body, expected.body);
  for (const auto& header : expected.headers) {
    EXPECT_EQ(header_value(response.headers, header.name), header.value) << header.name;
  }
  EXPECT_EQ(header_value(response.headers, "x-amzn-RequestId"), "r1");
  if (response.status == 204) return;
  const auto read = decode_response(operation, response);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, json::parse(document));
}

TEST(RestJson, WritesAndReadsResults) {
  expect_result(shapes::kTestRestJson, "GetThing",
                R"({"Status":202,"Version":"v1","Modified":784111777.0,"Meta":{"a":"b"},
                    "Names":["x"],"Made":1.5,"MadeIso":1.5,"Tags":["t"]})",
                {202,
                 {{"X-Version", "v1"},
                  {"Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"},
                  {"x-meta-a", "b"},
                  {"Content-Type", "application/json"}},
                 R"({"Made":1.5,"Names":["x"],"madeIso":"1970-01-01T00:00:01.500Z","tag":["t"]})"});
  expect_result(shapes::kTestRestJson, "GetObject", R"({"Type":"image/png","Body":"\u0089PNG"})",
                {200, {{"Content-Type", "image/png"}}, "\xc2\x89PNG"});
  expect_result(shapes::kTestRestJson, "PutThing", R"({"Tree":{"Leaf":"l"}})",
                {201, {}, R"({"Tree":{"leaf":"l"}})"});
  expect_result(shapes::kTestRestJson, "DeleteThing", "{}", {204, {}, ""});
}

TEST(RestXml, WritesAndReadsResults) {
  expect_result(shapes::kTestRestXml, "PutThing",
                R"({"Tree":{"Kind":"k","Branches":[{"Leaf":"a"},{"Leaf":"b"}]}})",
                {201,
                 {{"Content-Type", "application/xml"}},
                 R"(<PutThingResult><Tree xsi:type="k"><Branches><Branch><leaf>a</leaf></Branch>)"
                 R"(<Branch><leaf>b</leaf></Branch></Branches></Tree></PutThingResult>)"});
}

TEST(RestXml, ReadsWhatOthersWrite) {
  const auto operation = *shapes::kTestRestXml.find("PutThing");
  const char* body =
      "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a \"b\">]><!-- c --><t:PutThingRequest "
      "xmlns:t=\"http://things/\">\n <t:count>5</t:count><Unknown><x/></Unknown>"
      "<Tree xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"k\">"
      "<leaf>a<![CDATA[<b>]]>&amp;c</leaf><Named/></Tree></t:PutThingRequest>";
  const auto read = decode_rest_params(operation, {{"Name", "n"}}, {"PUT", "", "", {}, body});
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, json::parse(R"({"Name":"n","Count":5,
      "Tree":{"Kind":"k","Leaf":"a<b>&c","Named":{}}})"));
}

TEST(RestXml, RefusesWhatIsNoXml) {
  const auto operation = *shapes::kTestRestXml.find("PutThing");
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<Tree>";
  for (const std::string& body :
       {std::string("<a><b></a>"), std::string("{}"), deep,
        std::string("<a><count>many</count></a>"), std::string("<a>\xff</a>")}) {
    const auto read = decode_rest_params(operation, {}, {"PUT", "", "", {}, body});
    ASSERT_FALSE(read) << body.substr(0, 40);
    EXPECT_EQ(read.error().code, "MalformedXML");
  }
}

TEST(RestJson, RefusesWhatDoesNotFitItsMember) {
  const auto list = *shapes::kTestRestJson.find("ListThings");
  for (const char* query : {"max-items=x", "since=yesterday", "deep=1", "kind=%zz", "more=%ff"}) {
    const auto read = decode_rest_params(list, {}, {"GET", "/things/", query, {}, ""});
    ASSERT_FALSE(read) << query;
    EXPECT_EQ(read.error().code, "SerializationException") << query;
  }
  const auto put = *shapes::kTestRestJson.find("PutThing");
  for (const char* body : {"[]", "{", R"({"count":"5"})", R"({"Tree":[]})", R"({"Data":1})"}) {
    EXPECT_FALSE(decode_rest_params(put, {}, {"PUT", "", "", {}, body})) << body;
  }
}

TEST(RestRoutes, TellOperationsApart) {
  struct Case {
    const char* method;
    const char* path;
    const char* query;
    const char* operation;
  };
  const Case cases[] = {
      {"GET", "/things", "", "ListThings"},
      {"GET", "/things/", "", "ListThings"},
      {"GET", "/things/x", "", "GetThing"},
      {"GET", "/things/x/", "", "GetThing"},
      {"GET", "/things/x", "acl=", "GetThingAcl"},
      {"GET", "/things/x/y", "", ""},
      {"POST", "/things/x", "", ""},
      {"PUT", "/store/b/k", "", "PutObject"},
      {"PUT", "/store/b/k/l", "partNumber=1", "UploadPart"},
      {"PUT", "/store/b", "acl", "PutAcl"},
      {"PUT", "/store/b", "", ""},
      {"GET", "/", "", ""},
      {"GET", "", "", ""},
  };
  for (const auto& c : cases) {
    const auto route = route_rest(shapes::kTestRestJson, {c.method, c.path, c.query, {}, ""});
    EXPECT_EQ(route ? route->operation.name() : "", c.operation)
        << c.method << " " << c.path << "?" << c.query;
  }
}

TEST(RestErrors, AreReadByTheirCallers) {
  const AwsError missing{"NoSuchThing", "There is no <x>.", 404, {}};
  for (const auto* service : {&shapes::kTestRestJson, &shapes::kTestRestXml, &shapes::kTestThings,
                              &shapes::kTestQueues}) {
    const auto operation = OperationModel(*service, service->operations.front());
    const auto response =
        Rendering{.service = *service, .protocol = service->protocol}.error(missing);
    const auto read = decode_response(operation, response);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, "NoSuchThing") << service->id;
    EXPECT_EQ(read.error().message, "There is no <x>.") << service->id;
    EXPECT_EQ(read.error().status, 404) << service->id;
  }
  const auto operation = *shapes::kTestRestXml.find("GetThing");
  const auto proxy = decode_response(operation, {502, {}, "<html>Bad Gateway"});
  EXPECT_EQ(proxy.error().status, 502);
  EXPECT_THAT(proxy.error().message, HasSubstr("502"));
}

TEST(Callers, WriteAndReadQueryAndJson) {
  const auto document = json::parse(R"({"Url":"a&b","Members":["1","2"],"Names":["x"],
      "Attributes":{"k":"v"},"Flag":true,"At":1.5,"Root":{"Branches":[{"Leaf":"l"}]},
      "Entries":[{"Id":"i","DelaySeconds":7,"MessageAttributes":{"n":{"DataType":"String"}}}]})");
  const auto operation = *shapes::kTestThings.find("DoIt");
  const auto form = encode_request(operation, document);
  ASSERT_TRUE(form);
  EXPECT_THAT(form->body, HasSubstr("Action=DoIt&Version=2012-11-05&Url=a%26b&"));
  EXPECT_EQ(*decode_query_params(operation, form->body), document);
  const auto answer = encode_query_result(shapes::kTestThings, operation, document, "r");
  EXPECT_EQ(*decode_response(operation, answer), document);

  const auto send = *shapes::kTestQueues.find("Send");
  const auto request = encode_request(send, {{"QueueUrl", "u"}, {"Unknown", nullptr}});
  EXPECT_EQ(header_value(request->headers, "x-amz-target"), "AmazonSQS.Send");
  EXPECT_EQ(header_value(request->headers, "content-type"), "application/x-amz-json-1.0");
  EXPECT_EQ(decode_response(send, {200, {}, "no json"}).error().status, 502);
}

}  // namespace
}  // namespace loopgate::aws

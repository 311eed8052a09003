// https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html: the payloads there.
#include "emulators/lambda/url_event.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/time.h"

namespace loopgate::lambda {
namespace {

using Json = nlohmann::json;

TEST(UrlEvent, HasWhatTheRequestHad) {
  http::Request request;
  request.method = "POST";
  request.path = "/my/path";
  request.query = "parameter1=value1&parameter1=value2&parameter2=a%20value";
  request.headers = {{"Host", "0123.lambda-url.us-west-2.localhost:4566"},
                     {"Header1", "value1"},
                     {"header1", "value2"},
                     {"Cookie", "cookie1=a; cookie2=b"},
                     {"Content-Type", "text/plain"},
                     {"User-Agent", "agent"}};
  request.body = "Hello from client!";
  const auto event = Json::parse(url_event({.request = request,
                                            .url_id = "0123",
                                            .request_id = "id",
                                            .now = *parse_iso8601("2020-03-12T19:03:58.390Z")}));
  EXPECT_EQ(event["version"], "2.0");
  EXPECT_EQ(event["rawPath"], "/my/path");
  EXPECT_EQ(event["rawQueryString"], request.query);
  EXPECT_EQ(event["cookies"], Json({"cookie1=a", "cookie2=b"}));
  EXPECT_EQ(event["headers"]["header1"], "value1,value2");
  EXPECT_FALSE(event["headers"].contains("cookie"));
  EXPECT_EQ(event["queryStringParameters"],
            Json({{"parameter1", "value1,value2"}, {"parameter2", "a value"}}));
  const auto& context = event["requestContext"];
  EXPECT_EQ(context["domainName"], "0123.lambda-url.us-west-2.localhost");
  EXPECT_EQ(context["http"]["method"], "POST");
  EXPECT_EQ(context["http"]["userAgent"], "agent");
  EXPECT_EQ(context["time"], "12/Mar/2020:19:03:58 +0000");
  EXPECT_EQ(context["timeEpoch"], 1'584'039'838'390);
  EXPECT_EQ(event["body"], "Hello from client!");
  EXPECT_EQ(event["isBase64Encoded"], false);
}

TEST(UrlEvent, HasABodyThatIsNoTextInBase64) {
  http::Request request;
  request.headers = {{"Content-Type", "application/octet-stream"}};
  request.body = std::string("\x00\xff", 2);
  const auto event =
      Json::parse(url_event({.request = request, .url_id = "", .request_id = "", .now = {}}));
  EXPECT_EQ(event["body"], "AP8=");
  EXPECT_EQ(event["isBase64Encoded"], true);
}

TEST(UrlResponse, IsWhatTheDocumentSays) {
  const auto response =
      url_response(R"({"statusCode":201,"headers":{"My-Header":"v","Content-Type":"text/plain"},)"
                   R"("body":"aGVsbG8=","cookies":["a=1","b=2"],"isBase64Encoded":true})");
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.body, "hello");
  EXPECT_EQ(aws::header_value(response.headers, "my-header"), "v");
  EXPECT_EQ(aws::header_value(response.headers, "content-type"), "text/plain");
  EXPECT_EQ(response.headers.size(), 4U);
}

TEST(UrlResponse, IsTheAnswerWithoutAStatus) {
  const auto response = url_response(R"({"message":"Hello from Lambda!"})");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, R"({"message":"Hello from Lambda!"})");
  EXPECT_EQ(aws::header_value(response.headers, "content-type"), "application/json");
  EXPECT_EQ(url_response(R"("plain")").body, "plain");
}

}  // namespace
}  // namespace loopgate::lambda

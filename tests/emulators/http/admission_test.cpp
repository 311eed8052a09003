#include "emulators/http/admission.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace loopgate::http {
namespace {

using testing::HasSubstr;

Request sent_to(std::string host) {
  return {.method = "GET", .path = "/", .headers = {{"Host", std::move(host)}}};
}

TEST(RefuseHost, TakesThisMachinesNamesAndAddresses) {
  const auto admission =
      Admission::make(IpAddress::v4(192, 0, 2, 7), {"LoopGate", "*.aws.test", "2001:db8::1"}, {});
  ASSERT_TRUE(admission);
  for (const auto* host :
       {"localhost", "localhost:4566", "LOCALHOST:1", "localhost.:80",
        "localhost:", "sqs.us-west-2.localhost:4566", "a.b.localhost", "127.0.0.1:4566",
        "127.255.3.4", "[::1]", "[::1]:4566", "[::ffff:127.0.0.1]:1", "192.0.2.7:4566",
        "loopgate:4566", "loopgate.", "sqs.aws.test", "a.b.aws.test:1", "[2001:db8:0::1]:4566"}) {
    EXPECT_FALSE(refuse_host(sent_to(host), *admission)) << host;
  }
  for (const auto* host : {"rebound.test:4566",
                           "localhost.example.com",
                           "notlocalhost",
                           "127.0.0.1.example.com",
                           "127.0.0.1.nip.io",
                           "192.0.2.8",
                           "10.0.0.1:4566",
                           "0.0.0.0:4566",
                           "[::]:4566",
                           "[::2]",
                           "aws.test",
                           "xaws.test",
                           "x.loopgate",
                           "localhost:4566@evil.test",
                           "localhost:x",
                           "localhost:-1",
                           "localhost:99999",
                           "local host",
                           "127.1",
                           "2130706433",
                           "[127.0.0.1]",
                           "::1",
                           "user@localhost",
                           "localhost,evil.test",
                           "localhost/",
                           "."}) {
    const auto refused = refuse_host(sent_to(host), *admission);
    ASSERT_TRUE(refused) << host;
    EXPECT_EQ(refused->status, 421);
    EXPECT_THAT(refused->message, HasSubstr("--allow-host"));
  }
}

TEST(RefuseHost, AnAddressCannotBeReboundSoEachWillDoWhenAllAreBound) {
  const auto admission = Admission::make(IpAddress::v4(0, 0, 0, 0), {}, {});
  EXPECT_FALSE(refuse_host(sent_to("10.0.0.1:4566"), *admission));
  EXPECT_FALSE(refuse_host(sent_to("[2001:db8::1]"), *admission));
  EXPECT_TRUE(refuse_host(sent_to("host.docker.internal"), *admission));
}

TEST(MakeAdmission, RefusesWhatCouldNotMatchOrWouldLetEverybodyIn) {
  const IpAddress any;
  for (const auto* host : {"", "*", "*.", "a:4566", "http://a", "a/b", "a b", "[::1]:80"}) {
    const auto made = Admission::make(any, {host}, {});
    ASSERT_FALSE(made) << host;
    EXPECT_THAT(made.error().message, HasSubstr("--allow-host '" + std::string(host)));
  }
  for (const auto* origin : {"", "*", "null", "localhost:3000", "http://", "http://a/path",
                             "http://*.a", "http://u@a", "http://a?b", "://a"}) {
    const auto made = Admission::make(any, {}, {origin});
    ASSERT_FALSE(made) << origin;
    EXPECT_THAT(made.error().message, HasSubstr("--allow-origin '" + std::string(origin)));
  }
  const auto made = Admission::make(
      any, {},
      {"HTTP://LocalHost:80/", "https://a:443", "chrome-extension://abc", "http://[::1]:3"});
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_THAT(made->origins, testing::ElementsAre("http://localhost", "https://a",
                                                  "chrome-extension://abc", "http://[::1]:3"));
}

struct Sent {
  const char* name;
  std::vector<Header> headers;
  bool admitted;
};
void PrintTo(const Sent& sent, std::ostream* out) {
  *out << sent.name;
}

class RefusePage : public testing::TestWithParam<Sent> {};

TEST_P(RefusePage, ByWhatItsBrowserSays) {
  const Admission admission{.origins = {"http://localhost:3000"}};
  Request request = sent_to("localhost:4566");
  for (const auto& header : GetParam().headers) request.headers.push_back(header);
  const auto refused = refuse_page(request, admission, false);
  EXPECT_EQ(!refused, GetParam().admitted) << (refused ? refused->message : "");
}

INSTANTIATE_TEST_SUITE_P(
    Requests, RefusePage,
    testing::Values(
        Sent{"NoBrowser", {}, true}, Sent{"AddressBar", {{"Sec-Fetch-Site", "none"}}, true},
        Sent{"OwnPage",
             {{"Origin", "http://localhost:4566"}, {"Sec-Fetch-Site", "same-origin"}},
             true},
        Sent{"OwnPageBehindTls", {{"Origin", "https://localhost:4566"}}, true},
        Sent{"OwnPageByReferer", {{"Referer", "http://localhost:4566/a"}}, true},
        Sent{"OwnPageThroughAnother",
             {{"Referer", "http://localhost:4566/"}, {"Sec-Fetch-Site", "cross-site"}},
             false},
        Sent{"ImageOfAnother", {{"Sec-Fetch-Site", "cross-site"}}, false},
        Sent{"ImageOfAnotherPort", {{"Sec-Fetch-Site", "same-site"}}, false},
        Sent{"UnknownRelation", {{"Sec-Fetch-Site", "friendly"}}, false},
        Sent{"RelationSaidTwice",
             {{"Sec-Fetch-Site", "same-origin"}, {"sec-fetch-site", "cross-site"}},
             false},
        Sent{"Foreign", {{"Origin", "https://example.com"}}, false},
        Sent{"ForeignByReferer", {{"Referer", "https://example.com/"}}, false},
        Sent{"OtherPort", {{"Origin", "http://localhost:4567"}}, false},
        Sent{"OtherName", {{"Origin", "http://127.0.0.1:4566"}}, false},
        Sent{"Null", {{"Origin", "null"}}, false},
        Sent{"NullFromHere", {{"Origin", "null"}, {"Sec-Fetch-Site", "same-origin"}}, false},
        Sent{"TwoOrigins",
             {{"Origin", "http://localhost:4566"}, {"Origin", "http://localhost:4566"}},
             false},
        Sent{"LooksLikeUs", {{"Origin", "http://localhost:4566.evil.test"}}, false},
        Sent{"LooksAllowed", {{"Origin", "http://localhost:30000"}}, false},
        Sent{"Allowed",
             {{"Origin", "http://localhost:3000"}, {"Sec-Fetch-Site", "same-site"}},
             true},
        Sent{"AllowedInCapitals", {{"Origin", "HTTP://LOCALHOST:3000"}}, true},
        Sent{"AllowedImage",
             {{"Referer", "http://localhost:3000/app"}, {"Sec-Fetch-Site", "same-site"}},
             true},
        Sent{"AllowedByTls", {{"Origin", "https://localhost:3000"}}, false},
        Sent{"WebSocket",
             {{"Origin", "http://evil.test"},
              {"Upgrade", "websocket"},
              {"Sec-Fetch-Mode", "websocket"}},
             false}),
    [](const auto& test) { return test.param.name; });

TEST(RefusePageToLookAt, ExceptsTopLevelNavigationByGetAlone) {
  const auto admitted = [](const char* method, const char* mode, const char* dest, bool is_page) {
    Request request = sent_to("localhost:4566");
    request.method = method;
    request.headers.push_back({"Sec-Fetch-Site", "cross-site"});
    request.headers.push_back({"Sec-Fetch-Mode", mode});
    request.headers.push_back({"Sec-Fetch-Dest", dest});
    request.headers.push_back({"Referer", "https://example.com/"});
    return !refuse_page(request, {}, is_page);
  };
  EXPECT_TRUE(admitted("GET", "navigate", "document", true));
  EXPECT_FALSE(admitted("GET", "navigate", "document", false));
  EXPECT_FALSE(admitted("POST", "navigate", "document", true));
  EXPECT_FALSE(admitted("GET", "navigate", "iframe", true));
  EXPECT_FALSE(admitted("GET", "no-cors", "image", true));
  EXPECT_FALSE(admitted("GET", "cors", "empty", true));
}

}  // namespace
}  // namespace loopgate::http

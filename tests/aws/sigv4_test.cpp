#include "aws/sigv4.h"

#include <gtest/gtest.h>

namespace loopgate::aws {
namespace {

const Credentials kSuite{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", ""};

struct Vector {
  const char* name;
  const char* method;
  const char* path;
  const char* query;
  HeaderList headers;
  const char* body;
  const char* session_token;
  const char* signed_headers;
  const char* signature;
};

void PrintTo(const Vector& vector, std::ostream* out) {
  *out << vector.name;
}

// https://docs.aws.amazon.com/general/latest/gr/signature-v4-test-suite.html, whose paths are not
// encoded yet: those of escaped ones are what botocore signs for the encoded path.
const std::vector<Vector> kVectors{
    {"GetVanilla",
     "GET",
     "/",
     "",
     {},
     "",
     "",
     "host;x-amz-date",
     "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
    {"GetWithoutPath",
     "GET",
     "",
     "",
     {},
     "",
     "",
     "host;x-amz-date",
     "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
    {"GetVanillaWithSessionToken",
     "GET",
     "/",
     "",
     {},
     "",
     "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267",
     "host;x-amz-date;x-amz-security-token",
     "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8"},
    {"GetHeaderKeyDuplicate",
     "GET",
     "/",
     "",
     {{"My-Header1", "value2"}, {"My-Header1", "value2"}, {"My-Header1", "value1"}},
     "",
     "",
     "host;my-header1;x-amz-date",
     "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"},
    {"GetHeaderValueTrim",
     "GET",
     "/",
     "",
     {{"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\""}},
     "",
     "",
     "host;my-header1;my-header2;x-amz-date",
     "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
    {"GetHeaderValueOrder",
     "GET",
     "/",
     "",
     {{"My-Header1", "value4"},
      {"My-Header1", "value1"},
      {"My-Header1", "value3"},
      {"My-Header1", "value2"}},
     "",
     "",
     "host;my-header1;x-amz-date",
     "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"},
    {"GetUnreserved",
     "GET",
     "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
     "",
     {},
     "",
     "",
     "host;x-amz-date",
     "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"},
    {"GetEscapedUtf8",
     "GET",
     "/%E1%88%B4",
     "",
     {},
     "",
     "",
     "host;x-amz-date",
     "697b34846207a3f72246f99d74ae1ee4fe54f44bb06730c58a0d339eb079596d"},
    {"GetEscapedSpace",
     "GET",
     "/example%20space/",
     "",
     {},
     "",
     "",
     "host;x-amz-date",
     "446b817944c553435b35e813c261ff4e161fff982d1bacdef1c87f6785dd1662"},
    {"GetSlashes",
     "GET",
     "//example//",
     "",
     {},
     "",
     "",
     "host;x-amz-date",
     "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"},
    {"GetRelative",
     "GET",
     "/example/..",
     "",
     {},
     "",
     "",
     "host;x-amz-date",
     "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
    {"GetRelativeRelative",
     "GET",
     "/example1/example2/../..",
     "",
     {},
     "",
     "",
     "host;x-amz-date",
     "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
    {"GetAboveTheRoot",
     "GET",
     "/../..",
     "",
     {},
     "",
     "",
     "host;x-amz-date",
     "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
    {"GetSlashPointlessDot",
     "GET",
     "/./example",
     "",
     {},
     "",
     "",
     "host;x-amz-date",
     "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5"},
    {"GetQueryOrderKey",
     "GET",
     "/",
     "Param2=value2&Param1=value1",
     {},
     "",
     "",
     "host;x-amz-date",
     "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
    {"GetQueryOrderValue",
     "GET",
     "/",
     "Param1=value2&Param1=value1",
     {},
     "",
     "",
     "host;x-amz-date",
     "5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694"},
    {"GetQueryUtf8",
     "GET",
     "/",
     "%E1%88%B4=bar",
     {},
     "",
     "",
     "host;x-amz-date",
     "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"},
    {"GetQueryInOtherEscapes",
     "GET",
     "/",
     "%e1%88%b4=%62ar",
     {},
     "",
     "",
     "host;x-amz-date",
     "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"},
    {"PostVanilla",
     "POST",
     "/",
     "",
     {},
     "",
     "",
     "host;x-amz-date",
     "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
    {"PostVanillaQuery",
     "POST",
     "/",
     "Param1=value1",
     {},
     "",
     "",
     "host;x-amz-date",
     "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"},
    {"PostForm",
     "POST",
     "/",
     "",
     {{"Content-Type", "application/x-www-form-urlencoded"}},
     "Param1=value1",
     "",
     "content-type;host;x-amz-date",
     "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"},
    {"WithWhatProxiesChange",
     "GET",
     "/",
     "",
     {{"User-Agent", "x"}, {"connection", "close"}, {"Expect", "100-continue"}},
     "",
     "",
     "host;x-amz-date",
     "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
};

// What was signed verifies with its secret, and nothing else does.
void expect_verified(const SignableRequest& given, const SignedRequest& done,
                     const std::string& secret) {
  auto request = given;
  request.headers.insert(request.headers.end(), done.headers.begin(), done.headers.end());
  EXPECT_TRUE(verify(request, secret)) << verify(request, secret).error().message;
  EXPECT_EQ(verify(request, "another").error().code, "InvalidSignatureException");
  auto other = request;
  other.body = "another body";
  EXPECT_EQ(verify(other, secret).error().query_code, "SignatureDoesNotMatch");
  other = request;
  other.path = "/another";
  EXPECT_FALSE(verify(other, secret));
  other = request;
  other.query = "another=1";
  EXPECT_FALSE(verify(other, secret));
  other = request;
  other.headers.insert(other.headers.begin(), {"Host", "elsewhere"});
  EXPECT_FALSE(verify(other, secret));
  other = request;
  other.headers.pop_back();
  EXPECT_EQ(verify(other, secret).error().query_code, "MissingAuthenticationToken");
  other.headers.emplace_back("Authorization", "AWS4-HMAC-SHA256 Credential=A/B, Signature=1");
  EXPECT_EQ(verify(other, secret).error().query_code, "IncompleteSignature");
}

class SigV4 : public testing::TestWithParam<Vector> {};

TEST_P(SigV4, SignsAsPublished) {
  const auto& vector = GetParam();
  SigningScope scope{kSuite, "us-east-1", "service", *parse_iso8601("2015-08-30T12:36:00.000Z")};
  scope.credentials.session_token = vector.session_token;
  auto headers = vector.headers;
  headers.emplace_back("Host", "example.amazonaws.com");
  const SignableRequest request{vector.method, vector.path, vector.query, headers, vector.body};
  const auto done = sign(scope, request);
  expect_verified(request, done, kSuite.secret_access_key);
  EXPECT_EQ(done.headers.back().first, "Authorization");
  EXPECT_EQ(done.headers.back().second,
            std::string("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/"
                        "aws4_request, SignedHeaders=") +
                vector.signed_headers + ", Signature=" + vector.signature)
      << done.canonical_request;
}

INSTANTIATE_TEST_SUITE_P(Suite, SigV4, testing::ValuesIn(kVectors),
                         [](const auto& test) { return test.param.name; });

// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
const std::vector<Vector> kS3Vectors{
    {"GetObject",
     "GET",
     "/test.txt",
     "",
     {{"Range", "bytes=0-9"}},
     "",
     "",
     "host;range;x-amz-content-sha256;x-amz-date",
     "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"},
    {"PutObject",
     "PUT",
     "/test%24file.text",
     "",
     {{"Date", "Fri, 24 May 2013 00:00:00 GMT"}, {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
     "Welcome to Amazon S3.",
     "",
     "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
     "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"},
    {"Subresource",
     "GET",
     "/",
     "lifecycle",
     {},
     "",
     "",
     "host;x-amz-content-sha256;x-amz-date",
     "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"},
    {"ListObjects",
     "GET",
     "/",
     "max-keys=2&prefix=J",
     {},
     "",
     "",
     "host;x-amz-content-sha256;x-amz-date",
     "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"},
    // As botocore signs it: a key is any text, dots and slashes too.
    {"DotsInAKey",
     "GET",
     "/a//b/../c%20d",
     "",
     {},
     "",
     "",
     "host;x-amz-content-sha256;x-amz-date",
     "9246b830505c59fffbd49eda1eb5cf43a7023cfb0fe366b42965c9cf0f5a993b"},
};

class S3SigV4 : public testing::TestWithParam<Vector> {};

TEST_P(S3SigV4, SignsAsPublished) {
  const auto& vector = GetParam();
  const SigningScope scope{{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""},
                           "us-east-1",
                           "s3",
                           *parse_iso8601("2013-05-24T00:00:00.000Z")};
  auto headers = vector.headers;
  headers.emplace_back("Host", "examplebucket.s3.amazonaws.com");
  const SignableRequest request{vector.method, vector.path, vector.query, headers, vector.body};
  const auto done = sign(scope, request);
  expect_verified(request, done, scope.credentials.secret_access_key);
  EXPECT_EQ(done.headers.back().second,
            std::string("AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/"
                        "aws4_request, SignedHeaders=") +
                vector.signed_headers + ", Signature=" + vector.signature)
      << done.canonical_request;
}

INSTANTIATE_TEST_SUITE_P(Documentation, S3SigV4, testing::ValuesIn(kS3Vectors),
                         [](const auto& test) { return test.param.name; });

// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
TEST(Presigned, IsVerifiedByItsQuery) {
  SignableRequest request{
      "GET",
      "/test.txt",
      "X-Amz-Algorithm=AWS4-HMAC-SHA256&"
      "X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&"
      "X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&"
      "X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
      {{"Host", "examplebucket.s3.amazonaws.com"}, {"User-Agent", "a browser"}},
      ""};
  EXPECT_TRUE(verify(request, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"));
  request.path = "/another.txt";
  EXPECT_FALSE(verify(request, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"));
}

}  // namespace
}  // namespace loopgate::aws

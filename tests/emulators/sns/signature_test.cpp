// Messages carry signatures that a stock verifier accepts.
// https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
#include <gmock/gmock.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/json.h"
#include "codec/base64.h"
#include "emulators/sns/routes.h"
#include "tests/emulators/sns/account.h"

namespace loopgate::sns {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr const char* kFunction = "arn:aws:lambda:us-west-2:123456789012:function:f";

class Signature : public Account {
 protected:
  Signature() { topics.set_public_url("http://127.0.0.1:4566"); }

  http::Response get(const std::string& path) {
    Routes routes(topics, "us-west-2");
    http::Request request;
    request.method = "GET";
    request.path = path;
    return routes.answer(request);
  }
  // As a subscriber does it: by what stands in the message alone.
  bool is_good(const json& message) {
    const auto member = [&](const char* one, const char* other) {
      return message.contains(one) ? message[one] : message[other];
    };
    const auto url = member("SigningCertURL", "SigningCertUrl").get<std::string>();
    const std::string host = "http://127.0.0.1:4566";
    EXPECT_TRUE(url.starts_with(host)) << url;
    const auto pem = get(url.substr(host.size()));
    EXPECT_EQ(pem.status, 200) << pem.body;
    std::string text;
    for (const auto* name : {"Message", "MessageId", "Subject", "SubscribeURL", "Timestamp",
                             "Token", "TopicArn", "Type"}) {
      if (!message.contains(name) || message[name].is_null()) continue;
      text += std::string(name) + "\n" + message[name].get<std::string>() + "\n";
    }
    return verifies(pem.body, message["SignatureVersion"] == "2" ? EVP_sha256() : EVP_sha1(), text,
                    *codec::base64_decode(message["Signature"].get<std::string>()));
  }
  std::vector<CapturedMessage> kept(const std::string& kind) {
    Captured::Filter filter;
    filter.kind = kind;
    return topics.captured().read(filter);
  }
  json last(const std::string& queue = kQueue) {
    return read_json(queues.messages[queue].back().body).value();
  }

 private:
  static bool verifies(const std::string& pem, const EVP_MD* digest, const std::string& text,
                       ByteSpan signature) {
    BIO* memory = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    X509* certificate = PEM_read_bio_X509(memory, nullptr, nullptr, nullptr);
    BIO_free(memory);
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    EVP_DigestVerifyInit(context, nullptr, digest, nullptr, X509_get0_pubkey(certificate));
    const int good = EVP_DigestVerify(
        context, reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
        reinterpret_cast<const unsigned char*>(text.data()), text.size());
    EVP_MD_CTX_free(context);
    X509_free(certificate);
    return good == 1;
  }
};

// Recorded on AWS, 2024-01-04: test_publish_sqs_verify_signature, …_lambda_verify_signature.
TEST_F(Signature, QueuesAndFunctionsGetThemInBothVersions) {
  for (const std::string version : {"1", "2"}) {
    const auto arn = topic("v" + version, {{"SignatureVersion", version}});
    subscribe(arn, kQueue);
    call("Subscribe", {{"TopicArn", arn}, {"Protocol", "lambda"}, {"Endpoint", kFunction}});
    call("Publish", {{"TopicArn", arn}, {"Message", "grüß dich\n"}, {"Subject", "a subject"}});
    EXPECT_EQ(last()["SignatureVersion"], version);
    EXPECT_TRUE(is_good(last())) << version;
    const auto event = read_json(functions.payloads.back()).value()["Records"][0]["Sns"];
    EXPECT_EQ(event["SignatureVersion"], "1");
    EXPECT_TRUE(is_good(event)) << version;
    call("Publish", {{"TopicArn", arn}, {"Message", "without a subject"}});
    EXPECT_TRUE(is_good(last())) << version;
  }
}

TEST_F(Signature, IsOfTheTextThatItsProtocolGets) {
  const auto arn = topic();
  subscribe(arn, kQueue);
  call("Subscribe", {{"TopicArn", arn}, {"Protocol", "lambda"}, {"Endpoint", kFunction}});
  call("Publish", {{"TopicArn", arn},
                   {"MessageStructure", "json"},
                   {"Message", R"({"default":"d","sqs":"for queues"})"}});
  EXPECT_EQ(last()["Message"], "for queues");
  EXPECT_TRUE(is_good(last()));
  const auto event = read_json(functions.payloads.back()).value()["Records"][0]["Sns"];
  EXPECT_EQ(event["Message"], "d");
  EXPECT_TRUE(is_good(event));
}

TEST_F(Signature, ConfirmationsAndEMailsHaveThemToo) {
  const auto arn = topic("events", {{"SignatureVersion", "2"}});
  call("Subscribe", {{"TopicArn", arn}, {"Protocol", "http"}, {"Endpoint", "http://h/"}});
  settle();
  EXPECT_TRUE(is_good(read_json(endpoints.posts[0].body).value()));
  call("Subscribe", {{"TopicArn", arn}, {"Protocol", "email-json"}, {"Endpoint", "a@example.com"}});
  const auto mail = kept("email").at(0).document;
  EXPECT_EQ(mail["Type"], "SubscriptionConfirmation");
  EXPECT_TRUE(is_good(mail));
  call("ConfirmSubscription", {{"TopicArn", arn}, {"Token", mail["Token"]}});
  call("Publish", {{"TopicArn", arn}, {"Message", "m"}});
  EXPECT_TRUE(is_good(kept("email").at(1).document));
}

TEST_F(Signature, IsRefusedOfAnotherText) {
  const auto arn = topic();
  subscribe(arn, kQueue);
  call("Publish", {{"TopicArn", arn}, {"Message", "m"}});
  auto message = last();
  message["Message"] = "n";
  EXPECT_FALSE(is_good(message));
}

TEST_F(Signature, TheKeyStaysWithTheData) {
  const auto arn = topic();
  subscribe(arn, kQueue);
  call("Publish", {{"TopicArn", arn}, {"Message", "m"}});
  settle();
  Topics again(*store, clock, random, journal, dispatcher);
  EXPECT_EQ(again.signer().certificate(), topics.signer().certificate());
  EXPECT_EQ(get("/_aws/sns/SimpleNotificationService-0.pem").status, 404);
}

// Of an operation that was undone the key is gone as well; the next one has one again.
TEST_F(Signature, AKeyThatWasUndoneIsNotUsed) {
  const auto arn = topic();
  subscribe(arn, kQueue);
  settle();
  {
    store::Store::Savepoint savepoint(*store);
    call("Publish", {{"TopicArn", arn}, {"Message", "m"}});
  }
  call("Publish", {{"TopicArn", arn}, {"Message", "m"}});
  settle();
  EXPECT_TRUE(is_good(last()));
  Topics again(*store, clock, random, journal, dispatcher);
  EXPECT_EQ(again.signer().certificate_name(), topics.signer().certificate_name());
}

TEST_F(Signature, RawDeliveryNeedsNoKey) {
  const auto arn = topic();
  subscribe(arn, kQueue, {{"RawMessageDelivery", "true"}});
  call("Publish", {{"TopicArn", arn}, {"Message", "m"}});
  auto keys = store->prepare("SELECT count(*) FROM sns_signing_key");
  ASSERT_TRUE(keys.step());
  EXPECT_EQ(keys.integer(0), 0);
}

TEST_F(Signature, UrlsLeadWhereTheSubscriberFoundUs) {
  const auto arn = topic();
  http::ApiCall subscribe_call{"Subscribe",
                               {{"TopicArn", arn}, {"Protocol", "sqs"}, {"Endpoint", kQueue}},
                               {"123456789012", "us-west-2", "AKIA1", "http://loopgate:4566"}};
  service.call(subscribe_call, [](const http::ApiResult&) {});
  call("Publish", {{"TopicArn", arn}, {"Message", "m"}});
  EXPECT_THAT(last()["UnsubscribeURL"].get<std::string>(), HasSubstr("http://loopgate:4566/?"));
  EXPECT_THAT(last()["SigningCertURL"].get<std::string>(), HasSubstr("http://loopgate:4566/_aws"));
}

}  // namespace
}  // namespace loopgate::sns

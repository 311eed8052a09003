// SNS in the Query protocol, as boto3 and the AWS CLI write and read it.
#include "emulators/http/protocol.h"
#include "tests/emulators/sns/account.h"

namespace loopgate::sns {
namespace {

class Wire : public Account {
 protected:
  std::string post(const std::string& operation, const std::string& form) {
    const auto model = service.model().find(operation);
    if (!model) return "no such operation";
    const auto params = http::decode_query_params(*model, form);
    if (!params) return http::encode_query_error(service.model(), params.error(), "r1").body;
    const auto result = call(operation, *params);
    return result ? http::encode_query_result(service.model(), *model, *result, "r1").body
                  : http::encode_query_error(service.model(), result.error(), "r1").body;
  }
};

TEST_F(Wire, CarriesAttributesBothWays) {
  const auto created = post("CreateTopic",
                            "Action=CreateTopic&Version=2010-03-31&Name=t.fifo"
                            "&Attributes.entry.1.key=FifoTopic&Attributes.entry.1.value=true"
                            "&Tags.member.1.Key=a&Tags.member.1.Value=b");
  EXPECT_NE(created.find("<CreateTopicResult><TopicArn>arn:aws:sns:us-west-2:123456789012:t.fifo"
                         "</TopicArn></CreateTopicResult>"),
            std::string::npos)
      << created;
  EXPECT_NE(created.find("http://sns.amazonaws.com/doc/2010-03-31/"), std::string::npos);
  const auto shown =
      post("GetTopicAttributes", "TopicArn=arn:aws:sns:us-west-2:123456789012:t.fifo");
  EXPECT_NE(shown.find("<entry><key>FifoTopic</key><value>true</value></entry>"), std::string::npos)
      << shown;
}

TEST_F(Wire, PublishesBatchesWithAttributes) {
  const auto arn = topic();
  subscribe(arn, kQueue, {{"RawMessageDelivery", "true"}});
  const auto answer = post(
      "PublishBatch", "TopicArn=" + arn +
                          "&PublishBatchRequestEntries.member.1.Id=a"
                          "&PublishBatchRequestEntries.member.1.Message=m"
                          "&PublishBatchRequestEntries.member.1.MessageAttributes.entry.1.Name=k"
                          "&PublishBatchRequestEntries.member.1.MessageAttributes.entry.1."
                          "Value.DataType=String"
                          "&PublishBatchRequestEntries.member.1.MessageAttributes.entry.1."
                          "Value.StringValue=v");
  EXPECT_NE(answer.find("<Successful><member>"), std::string::npos) << answer;
  ASSERT_EQ(queues.messages[kQueue].size(), 1u);
  EXPECT_EQ(queues.messages[kQueue][0].attributes[0].name, "k");
  EXPECT_EQ(queues.messages[kQueue][0].attributes[0].value, "v");
}

TEST_F(Wire, ErrorsAreSenderFaultsWithTheirCode) {
  const auto answer = post("Publish", "Message=m&TopicArn=arn:aws:sns:us-west-2:123456789012:none");
  EXPECT_NE(answer.find("<Code>NotFound</Code>"), std::string::npos) << answer;
  EXPECT_NE(answer.find("<Type>Sender</Type>"), std::string::npos) << answer;
  EXPECT_NE(answer.find("Topic does not exist"), std::string::npos) << answer;
}

// Recorded on AWS, 2024-05-07; the documents as integrations of API Gateway show them.
TEST_F(Wire, AnswersJsonToWhoAcceptsIt) {
  const aws::Rendering rendering{.service = service.model(),
                                 .protocol = aws::Protocol::kQuery,
                                 .request_id = "r1",
                                 .query_as_json = true};
  const auto json_of = [&](const std::string& operation, const nlohmann::json& result) {
    const auto answer = rendering.result(*service.model().find(operation), result);
    EXPECT_EQ(aws::header_value(answer.headers, "Content-Type"), "application/json");
    return answer.body;
  };
  EXPECT_EQ(json_of("Publish", {{"MessageId", "m1"}}),
            R"({"PublishResponse":{"PublishResult":{"MessageId":"m1","SequenceNumber":null},)"
            R"("ResponseMetadata":{"RequestId":"r1"}}})");
  EXPECT_EQ(json_of("GetTopicAttributes", {{"Attributes", {{"Owner", "1"}}}}),
            R"({"GetTopicAttributesResponse":{"GetTopicAttributesResult":{"Attributes":)"
            R"({"Owner":"1"}},"ResponseMetadata":{"RequestId":"r1"}}})");
  EXPECT_EQ(json_of("DeleteTopic", nlohmann::json::object()),
            R"({"DeleteTopicResponse":{"ResponseMetadata":{"RequestId":"r1"}}})");
  const auto refused = rendering.error({"NotFound", "Topic does not exist", 404, {}});
  EXPECT_EQ(refused.status, 404);
  EXPECT_EQ(refused.body,
            R"({"Error":{"Code":"NotFound","Message":"Topic does not exist","Type":"Sender"},)"
            R"("RequestId":"r1"})");
}

}  // namespace
}  // namespace loopgate::sns

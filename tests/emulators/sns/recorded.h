// What the tests of AWS's recorded answers share: https://github.com/localstack/localstack,
// tests/aws/services/sns, *.snapshot.json; facts, not texts. A test for each kind, a row for each
// case, with the day of its recording. A row without one follows from the rule behind the others.
#pragma once

#include <string>

#include "tests/emulators/sns/account.h"

namespace loopgate::sns {

inline constexpr const char* kFifoQueue = "arn:aws:sqs:us-west-2:123456789012:orders.fifo";
inline constexpr const char* kFifoLetters = "arn:aws:sqs:us-west-2:123456789012:dead.fifo";
inline constexpr const char* kFunction = "arn:aws:lambda:us-west-2:123456789012:function:f";

inline nlohmann::json attribute(const std::string& type, const std::string& value) {
  return {{"DataType", type}, {type.starts_with("Binary") ? "BinaryValue" : "StringValue", value}};
}

class Recorded : public Account {
 protected:
  std::string fifo_topic(bool by_content = false) {
    return topic("orders.fifo", {{"FifoTopic", "true"},
                                 {"ContentBasedDeduplication", by_content ? "true" : "false"}});
  }
  std::string redrive_to(const std::string& queue) {
    return nlohmann::json{{"deadLetterTargetArn", queue}}.dump();
  }
  std::string batch_refusal(const std::string& arn, nlohmann::json entries) {
    return refusal("PublishBatch",
                   {{"TopicArn", arn}, {"PublishBatchRequestEntries", std::move(entries)}});
  }
};

struct Case {
  const char* name;
  nlohmann::json given;
  std::string answer;
};

}  // namespace loopgate::sns

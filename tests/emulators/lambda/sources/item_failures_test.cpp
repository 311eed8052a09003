#include "emulators/lambda/sources/item_failures.h"

#include <gmock/gmock.h>

namespace loopgate::lambda {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::set<std::string> kBatch = {"a", "b", "c"};

// https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html: success.
TEST(ItemFailures, NoneOfThemFailed) {
  for (const auto* answer : {"", "null", "{}", R"({"batchItemFailures":[]})",
                             R"({"batchItemFailures":null})", R"({"statusCode":200})"}) {
    const auto failed = read_item_failures(answer, kBatch);
    ASSERT_TRUE(failed) << answer << ": " << failed.error();
    EXPECT_THAT(*failed, IsEmpty()) << answer;
  }
}

TEST(ItemFailures, ThoseThatAreNamedFailed) {
  const auto failed = read_item_failures(
      R"({"batchItemFailures":[{"itemIdentifier":"c"},{"itemIdentifier":"a"},{"itemIdentifier":"c"}]})",
      kBatch);
  ASSERT_TRUE(failed);
  EXPECT_THAT(*failed, ElementsAre("a", "c"));
}

// The same page: complete failure.
TEST(ItemFailures, WhatCannotBeUnderstoodFailsTheBatch) {
  const std::pair<const char*, const char*> cases[] = {
      {"{", "not JSON"},
      {R"("ok")", "not a JSON object"},
      {"[]", "not a JSON object"},
      {R"({"batchItemFailures":"a"})", "not a list"},
      {R"({"batchItemFailures":[{"itemIdentifier":""}]})", "no itemIdentifier"},
      {R"({"batchItemFailures":[{"itemIdentifier":null}]})", "no itemIdentifier"},
      {R"({"batchItemFailures":[{"foo":"notvalid"}]})",
       "no itemIdentifier"},  // recorded, 2023-02-27
      {R"({"batchItemFailures":["a"]})", "no itemIdentifier"},
      {R"({"batchItemFailures":[{"itemIdentifier":"a"},{"itemIdentifier":"z"}]})",
       "z is not of this"},
  };
  for (const auto& [answer, why] : cases) {
    const auto failed = read_item_failures(answer, kBatch);
    ASSERT_FALSE(failed) << answer;
    EXPECT_THAT(failed.error(), HasSubstr(why)) << answer;
  }
}

}  // namespace
}  // namespace loopgate::lambda

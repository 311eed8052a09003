// The generated tables hold together, whatever the model.
#include <gtest/gtest.h>

#include "aws/shapes/known_services.h"
#include "aws/shapes/services.h"

namespace loopgate::aws::shapes {
namespace {

void check_shape(const ServiceModel& service, const table::Shape& shape) {
  ASSERT_LE(shape.first_member + shape.member_count, service.members.size());
  for (std::size_t i = 0; i < shape.member_count; ++i) {
    const auto& member = service.members[shape.first_member + i];
    EXPECT_LT(member.shape, service.shapes.size());
    EXPECT_FALSE(service.at(member.name).empty());
    EXPECT_FALSE(service.at(member.wire_name).empty());
  }
  if (shape.type == ShapeType::kList || shape.type == ShapeType::kMap) {
    EXPECT_LT(shape.element, service.shapes.size());
    EXPECT_FALSE(service.at(shape.item_name).empty());
  }
  if (shape.type == ShapeType::kMap) {
    EXPECT_LT(shape.key, service.shapes.size());
  }
  if (shape.constraint != table::kNone) {
    EXPECT_LT(shape.constraint, service.constraints.size());
  }
}

TEST(Shapes, ReferToWhatIsThere) {
  for (const auto* service : kServices) {
    SCOPED_TRACE(service->id);
    for (const auto& shape : service->shapes) check_shape(*service, shape);
    for (const auto& row : service->operations) {
      const OperationModel operation(*service, row);
      ASSERT_TRUE(service->find(operation.name())) << operation.name();
      if (const auto input = operation.input()) {
        EXPECT_EQ(input->type(), ShapeType::kStructure) << operation.name();
      }
    }
    EXPECT_FALSE(service->find("NoSuchOperation"));
  }
}

TEST(Shapes, SayHowSqsIsCalledInQuery) {
  const auto send = kSqs.find("SendMessageBatch")->input()->find("Entries");
  EXPECT_EQ(send->wire_name(), "SendMessageBatchRequestEntry");
  EXPECT_TRUE(send->is_flattened());
  EXPECT_FALSE(send->is_required());
  const auto attributes = kSqs.find("CreateQueue")->input()->find("Attributes");
  EXPECT_EQ(attributes->wire_name(), "Attribute");
  EXPECT_EQ(attributes->shape().key_name(), "Name");
  EXPECT_EQ(attributes->shape().value_name(), "Value");
}

TEST(Shapes, KnowErrors) {
  const auto* missing = kLambda.find_error("ResourceNotFoundException");
  ASSERT_NE(missing, nullptr);
  EXPECT_EQ(missing->status, 404);
  const auto* role = kIam.find_error("NoSuchEntityException");
  ASSERT_NE(role, nullptr);
  EXPECT_EQ(kIam.at(role->code), "NoSuchEntity");
}

TEST(KnownServices, AreFoundByTargetNameAndId) {
  EXPECT_EQ(kKnownServices.by_target("DynamoDB_20120810")->id, "DynamoDB");
  EXPECT_EQ(kKnownServices.by_target("DynamoDBStreams_20120810")->id, "DynamoDB Streams");
  EXPECT_EQ(kKnownServices.by_name("dynamodb")->id, "DynamoDB");
  EXPECT_EQ(kKnownServices.by_name("s3")->protocol, Protocol::kRestXml);
  EXPECT_EQ(kKnownServices.by_name("ec2")->protocol, Protocol::kEc2);
  EXPECT_EQ(kKnownServices.by_id("SFN")->signing_name, "states");
  EXPECT_FALSE(kKnownServices.by_name("nonesuch"));
  EXPECT_FALSE(kKnownServices.by_name(""));
  EXPECT_FALSE(kKnownServices.by_target(""));
}

}  // namespace
}  // namespace loopgate::aws::shapes

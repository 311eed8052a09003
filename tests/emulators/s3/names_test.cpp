#include "emulators/s3/names.h"

#include <gtest/gtest.h>

namespace loopgate::s3 {
namespace {

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
TEST(BucketNames, AreAsTheRulesSay) {
  for (const auto name : {"abc", "my-bucket.with.dots", "0numbers9", "a-b"})
    EXPECT_TRUE(is_bucket_name(name)) << name;
  EXPECT_TRUE(is_bucket_name(std::string(63, 'a')));
  for (const auto name :
       {"ab", "Upper", "under_score", "-starts", "ends-", "two..dots", ".dot", "192.168.5.4",
        "xn--punycode", "sthree-x", "my-s3alias", "x--ol-s3", ""}) {
    EXPECT_FALSE(is_bucket_name(name)) << name;
  }
  EXPECT_FALSE(is_bucket_name(std::string(64, 'a')));
}

TEST(BucketNames, StandBeforeTheEndpointsHost) {
  EXPECT_EQ(bucket_of_host("photos.localhost:4566"), "photos");
  EXPECT_EQ(bucket_of_host("a.b.s3.localhost:4566"), "a.b");
  EXPECT_EQ(bucket_of_host("photos.s3.us-west-2.amazonaws.com"), "photos");
  EXPECT_EQ(bucket_of_host("photos.s3-eu-west-1.amazonaws.com"), "photos");
  for (const auto host : {"localhost", "127.0.0.1:4566", "s3.localhost:4566", "[::1]:4566",
                          "s3.us-west-2.amazonaws.com", ""}) {
    EXPECT_EQ(bucket_of_host(host), "") << host;
  }
}

}  // namespace
}  // namespace loopgate::s3

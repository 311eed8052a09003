#include "aws/object_place.h"

#include <gtest/gtest.h>

namespace loopgate::aws {
namespace {

std::string shown(std::string_view url) {
  const auto place = ObjectPlace::from_url(url);
  if (!place) return "none";
  return place->bucket + " | " + place->key +
         (place->version.empty() ? "" : " @ " + place->version);
}

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
TEST(ObjectPlace, IsNamedByUrlsOfEveryStyle) {
  EXPECT_EQ(shown("s3://b/k/1.zip"), "b | k/1.zip");
  EXPECT_EQ(shown("https://b.s3.us-west-2.amazonaws.com/k%20x"), "b | k x");
  EXPECT_EQ(shown("https://b.s3.amazonaws.com/k"), "b | k");
  EXPECT_EQ(shown("https://a.b.s3-eu-west-1.amazonaws.com/k"), "a.b | k");
  EXPECT_EQ(shown("https://s3.us-west-2.amazonaws.com/b/k/2"), "b | k/2");
  EXPECT_EQ(shown("https://s3.amazonaws.com/b/k?versionId=V1"), "b | k @ V1");
  EXPECT_EQ(shown("http://127.0.0.1:4566/b/k.template"), "b | k.template");
  EXPECT_EQ(shown("http://b.localhost:4566/k"), "b | k");
}

TEST(ObjectPlace, IsNoneOtherwise) {
  for (const auto url : {"", "b/k", "s3://b", "s3://b/", "s3:///k", "https://s3.amazonaws.com/b",
                         "https://s3.amazonaws.com/b/", "ftp://b/k"}) {
    EXPECT_EQ(shown(url), "none") << url;
  }
}

}  // namespace
}  // namespace loopgate::aws

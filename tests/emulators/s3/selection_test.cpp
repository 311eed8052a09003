#include "emulators/s3/selection.h"

#include <gtest/gtest.h>

namespace loopgate::s3 {
namespace {

Object object(std::uint64_t size) {
  Object out;
  out.key = "k";
  out.size = size;
  out.etag = "\"e\"";
  out.modified = *parse_iso8601("2026-01-02T03:00:00Z");
  return out;
}

std::string selected(std::string_view range, std::uint64_t size) {
  const auto out = select({{"Range", range}}, object(size));
  if (!out) return out.error().code;
  return out->is_part ? content_range(*out, size) : "all";
}

// RFC 9110 §14.1.2.
TEST(Selection, RangesAreFromToOrTheLastOnes) {
  EXPECT_EQ(selected("bytes=0-0", 10), "bytes 0-0/10");
  EXPECT_EQ(selected("bytes=9-", 10), "bytes 9-9/10");
  EXPECT_EQ(selected("bytes=5-99", 10), "bytes 5-9/10");
  EXPECT_EQ(selected("bytes=-3", 10), "bytes 7-9/10");
  EXPECT_EQ(selected("bytes=-99", 10), "bytes 0-9/10");
  EXPECT_EQ(selected("bytes=10-", 10), "InvalidRange");
  EXPECT_EQ(selected("bytes=-0", 10), "InvalidRange");
  EXPECT_EQ(selected("bytes=0-0", 0), "InvalidRange");
  for (const auto none : {"bytes=5-4", "bytes=-", "bytes=a-b", "bytes=0-1,3-4", "items=0-1", ""})
    EXPECT_EQ(selected(none, 10), "all") << none;
}

TEST(Selection, PartsAreThoseOfTheUpload) {
  auto whole = object(12);
  whole.facts["Parts"] = {{{"PartNumber", 1}, {"Size", 5}}, {{"PartNumber", 4}, {"Size", 7}}};
  const auto second = select({{"PartNumber", 2}}, whole);
  ASSERT_TRUE(second);
  EXPECT_EQ(content_range(*second, 12), "bytes 5-11/12");
  EXPECT_EQ(second->parts, 2);
  EXPECT_EQ(select({{"PartNumber", 3}}, whole).error().code, "InvalidPartNumber");
  EXPECT_EQ(select({{"PartNumber", 0}}, whole).error().code, "InvalidPartNumber");
  EXPECT_EQ(select({{"PartNumber", 1}}, object(3))->count, 3U);
}

std::string condition(const json& params) {
  const auto out = check_conditions(params, object(1));
  return out ? "" : out.error().code;
}

// RFC 9110 §13.2.2: what names the object goes before its date.
TEST(Selection, ConditionsHoldInTheirOrder) {
  const auto modified = 1767322800.0;
  EXPECT_EQ(condition({{"IfMatch", "\"e\""}}), "");
  EXPECT_EQ(condition({{"IfMatch", "\"a\", \"e\""}}), "");
  EXPECT_EQ(condition({{"IfMatch", "e"}}), "");
  EXPECT_EQ(condition({{"IfMatch", "\"x\""}}), "PreconditionFailed");
  EXPECT_EQ(condition({{"IfMatch", "\"e\""}, {"IfUnmodifiedSince", modified - 1}}), "");
  EXPECT_EQ(condition({{"IfUnmodifiedSince", modified - 1}}), "PreconditionFailed");
  EXPECT_EQ(condition({{"IfUnmodifiedSince", modified}}), "");
  EXPECT_EQ(condition({{"IfNoneMatch", "*"}}), "304");
  EXPECT_EQ(condition({{"IfNoneMatch", "\"x\""}, {"IfModifiedSince", modified + 1}}), "");
  EXPECT_EQ(condition({{"IfModifiedSince", modified}}), "304");
  EXPECT_EQ(condition({{"IfModifiedSince", modified - 1}}), "");
}

}  // namespace
}  // namespace loopgate::s3

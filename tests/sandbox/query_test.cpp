#include "sandbox/query.h"

#include <gtest/gtest.h>

namespace loopgate {
namespace {

struct QueryCase {
  const char* query;
  const char* name;
  const char* value;
};

TEST(QueryParameter, IsFoundByItsWholeNameAndDecoded) {
  const QueryCase cases[] = {
      {"a=1&b=2", "b", "2"},       {"ab=1&b=2", "b", "2"}, {"a=1", "b", ""},
      {"a=x%20y+z", "a", "x y z"}, {"a=%", "a", "%"},      {"a=%4", "a", "%4"},
      {"a=%zz", "a", "%zz"},       {"a", "a", ""},         {"a=1=2", "a", "1=2"},
      {"&&a=1", "a", "1"},         {"", "a", ""},
  };
  for (const auto& c : cases) EXPECT_EQ(query_parameter(c.query, c.name), c.value) << c.query;
}

}  // namespace
}  // namespace loopgate

#include "emulators/lambda/function_table.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/random.h"
#include "emulators/lambda/files.h"

namespace loopgate::lambda {
namespace {

class FunctionTableTest : public testing::Test {
 protected:
  ~FunctionTableTest() override { std::filesystem::remove_all(folder_); }

  FunctionTable table(const std::string& endpoint, const std::string& folder) {
    return {*store_, [endpoint] { return endpoint; }, folder};
  }
  static FunctionConfig function(const std::string& endpoint, const std::string& zip) {
    FunctionConfig out;
    out.account = "123456789012";
    out.region = "us-west-2";
    out.name = "f";
    out.runtime = *parse_runtime("python3.11");
    out.environment = {{"QUEUE", endpoint + "/123456789012/q"}, {"OTHER", "text"}};
    out.code.kind = CodeSource::Kind::kZip;
    out.code.path = zip;
    return out;
  }
  std::string row() {
    auto rows = store_->prepare("SELECT config FROM lambda_functions");
    EXPECT_TRUE(rows.step());
    return std::string(rows.text(0));
  }

  std::unique_ptr<store::Store> store_ =
      std::move(*store::Store::open("", store::Durability::kMemory));
  const std::string folder_ = testing::TempDir() + "functions-" + Random::from_system().hex(12);
};

TEST_F(FunctionTableTest, RowsHoldNeitherTheEndpointNorTheFolder) {
  table("http://127.0.0.1:4566", "/then")
      .save(function("http://127.0.0.1:4566", "/then/uploads/a.zip"));
  EXPECT_EQ(row().find("4566"), std::string::npos) << row();
  EXPECT_EQ(row().find("/then"), std::string::npos) << row();
  const auto now = table("http://127.0.0.1:5000", "/now").load().at(0);
  EXPECT_EQ(now->environment, function("http://127.0.0.1:5000", "").environment);
  EXPECT_EQ(now->code.path, "/now/uploads/a.zip");
}

TEST_F(FunctionTableTest, WholePathsOfAnEarlierVersionFollowTheDataFolder) {
  for (const char* then : {"/gone/functions/uploads/a.zip", "data/functions/uploads/a.zip"}) {
    table("", "/elsewhere").save(function("", then));
    EXPECT_NE(row().find(then), std::string::npos);
    EXPECT_EQ(table("", folder_).load().at(0)->code.path, folder_ + "/uploads/a.zip");
  }
}

TEST_F(FunctionTableTest, AZipOfTheUsersOwnStaysWhereItIs) {
  ASSERT_TRUE(write_file(folder_ + "/uploads/mine.zip", "PK"));
  for (const auto& path : {folder_ + "/uploads/mine.zip", std::string("/home/me/code.zip")}) {
    table("", "/data").save(function("", path));
    EXPECT_EQ(table("", "/data").load().at(0)->code.path, path);
  }
}

}  // namespace
}  // namespace loopgate::lambda

#include "io/regular_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace loopgate::io {
namespace {

using testing::HasSubstr;

class RegularFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "loopgate-test-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  ~RegularFile() override { std::filesystem::remove_all(folder_); }

  std::string path(const char* name) const { return (folder_ / name).string(); }
  static std::string why(const std::string& path) {
    const auto text = read_regular_file(path, 100'000);
    return text ? "was read" : text.error().to_string();
  }

  std::filesystem::path folder_;
};

TEST_F(RegularFile, IsReadWhole) {
  const std::string text(70'000, 'x');
  std::ofstream(path("file")) << text;
  EXPECT_EQ(*read_regular_file(path("file"), 100'000), text);
  EXPECT_EQ(*read_regular_file(path("file"), 70'000), text);
  EXPECT_THAT(read_regular_file(path("file"), 69'999).error().to_string(),
              HasSubstr("has more than 69999 bytes"));
}

// Each of them would hold up who opens or reads it in the usual way.
TEST_F(RegularFile, WhatMayNeverEndIsRefused) {
  ASSERT_EQ(::mkfifo(path("fifo").c_str(), 0600), 0);
  std::filesystem::create_symlink(path("fifo"), path("link"));
  for (const auto& name : {path("fifo"), path("link"), std::string("/dev/zero")}) {
    EXPECT_EQ(why(name), name + ": cannot be read: it is not a regular file");
  }
  EXPECT_EQ(why(folder_.string()), folder_.string() + ": cannot be read: it is a folder");
  EXPECT_THAT(why(path("missing")), HasSubstr("cannot be read: "));
  EXPECT_THAT(why(std::string("/etc/passwd\0x", 13)), HasSubstr("its name has a byte 0"));
}

}  // namespace
}  // namespace loopgate::io

#include "base/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace loopgate {
namespace {

using testing::EndsWith;

class FileTest : public testing::Test {
 protected:
  FileTest() {
    std::string name = (std::filesystem::temp_directory_path() / "file-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~FileTest() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& text) const {
    const auto path = folder_ + "/file";
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

  std::string folder_;
};

TEST_F(FileTest, ReadsAllBytesUpToTheLimit) {
  for (const std::size_t size : {0, 1, 65'535, 65'536, 65'537, 200'000}) {
    const std::string text(size, '\0');
    EXPECT_EQ(read_file(write(text), 200'000), text) << size;
  }
}

TEST_F(FileTest, NamesThePathOfWhatItRefuses) {
  const auto missing = read_file(folder_ + "/nothing", 10);
  ASSERT_FALSE(missing.has_value());
  EXPECT_THAT(missing.error().to_string(),
              EndsWith("/nothing: cannot be read: No such file or directory"));
  const auto folder = read_file(folder_, 10);
  ASSERT_FALSE(folder.has_value());
  EXPECT_THAT(folder.error().to_string(), EndsWith("cannot be read: it is a folder"));
  const auto large = read_file(write("12345678901"), 10);
  ASSERT_FALSE(large.has_value());
  EXPECT_THAT(large.error().to_string(), EndsWith("/file: has more than 10 bytes"));
}

}  // namespace
}  // namespace loopgate

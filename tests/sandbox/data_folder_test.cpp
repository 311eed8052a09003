#include "sandbox/data_folder.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/random.h"

namespace loopgate {
namespace {

namespace fs = std::filesystem;

constexpr auto kOwner = fs::perms::owner_all;
constexpr auto kOwnerFile = fs::perms::owner_read | fs::perms::owner_write;
constexpr auto kOpenFile = kOwnerFile | fs::perms::group_read | fs::perms::others_read;

class DataFolderTest : public testing::Test {
 protected:
  DataFolderTest() {
    fs::create_directories(folder_);
    if (const char* before = std::getenv("TMPDIR")) before_ = before;
    ::setenv("TMPDIR", folder_.c_str(), 1);
  }
  ~DataFolderTest() override {
    before_.empty() ? ::unsetenv("TMPDIR") : ::setenv("TMPDIR", before_.c_str(), 1);
    fs::remove_all(folder_);
  }
  static fs::perms mode(const fs::path& path) { return fs::status(path).permissions(); }
  static void write(const fs::path& path, fs::perms perms = kOpenFile) {
    fs::create_directories(path.parent_path());
    std::ofstream(path) << "x";
    fs::permissions(path, perms);
  }

  const fs::path folder_ = testing::TempDir() + "loopgate-" + Random::from_system().hex(12);
  std::string before_;
};

TEST_F(DataFolderTest, ThatIsThereKeepsItsMode) {
  for (const int bits : {0755, 0700, 0770, 02775}) {
    const auto path = folder_ / std::to_string(bits);
    fs::create_directory(path);
    fs::permissions(path, static_cast<fs::perms>(bits));
    ASSERT_TRUE(DataFolder::open(path));
    EXPECT_EQ(mode(path), static_cast<fs::perms>(bits));
  }
}

TEST_F(DataFolderTest, ThatIsMadeIsForItsUserAlone) {
  for (const auto* name : {"made", "made/below/another", "with/slash/"}) {
    const auto folder = DataFolder::open(folder_ / name);
    ASSERT_TRUE(folder) << folder.error().to_string();
    EXPECT_EQ(mode(folder_ / name), kOwner);
  }
}

TEST_F(DataFolderTest, WhatIsMadeInAnOpenOneIsForItsUserAlone) {
  fs::permissions(folder_, static_cast<fs::perms>(0777));
  const auto folder = DataFolder::open(folder_);
  ASSERT_TRUE(folder);
  EXPECT_EQ(mode((*folder)->database()), kOwnerFile);
  EXPECT_EQ(mode((*folder)->functions()), kOwner);
}

TEST_F(DataFolderTest, NarrowsTheDatabaseOfAnEarlierVersion) {
  for (const auto* name : {"loopgate.db", "loopgate.db-wal", "loopgate.db-shm", "mine.txt"}) {
    write(folder_ / name);
  }
  const auto folder = DataFolder::open(folder_);
  ASSERT_TRUE(folder);
  (*folder)->make_database_private();
  EXPECT_EQ(mode(folder_ / "loopgate.db"), kOwnerFile);
  EXPECT_EQ(mode(folder_ / "loopgate.db-wal"), kOwnerFile);
  EXPECT_EQ(mode(folder_ / "loopgate.db-shm"), kOwnerFile);
  EXPECT_EQ(mode(folder_ / "mine.txt"), kOpenFile);
}

TEST_F(DataFolderTest, AFileInItsPlaceIsAClearError) {
  write(folder_ / "file");
  const auto folder = DataFolder::open(folder_ / "file");
  ASSERT_FALSE(folder);
  EXPECT_NE(folder.error().to_string().find("is not a folder"), std::string::npos);
}

TEST_F(DataFolderTest, ATemporaryOneGoesWithUs) {
  auto folder = *DataFolder::open("");
  const fs::path path = folder->path();
  EXPECT_EQ(path.parent_path(), folder_);
  EXPECT_EQ(mode(path), kOwner);
  folder.reset();
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(DataFolderTest, SweepsWhatNobodyHoldsAnyMore) {
  write(folder_ / "loopgate-0123456789abcdef" / "lock", kOwnerFile);
  write(folder_ / "loopgate-0123456789abcdef" / "functions" / "code.py");
  ASSERT_TRUE(DataFolder::open(""));
  EXPECT_FALSE(fs::exists(folder_ / "loopgate-0123456789abcdef"));
}

// Its process may be invisible to us: in another PID namespace, with the same /tmp.
TEST_F(DataFolderTest, LeavesWhatIsHeldOrNotOurs) {
  const auto live = *DataFolder::open("");
  write(folder_ / "loopgate-1-another-program" / "file");  // nothing says whose it is
  write(folder_ / "elsewhere" / "lock", kOwnerFile);
  write(folder_ / "loopgate-file");
  fs::create_directory_symlink(folder_ / "elsewhere", folder_ / "loopgate-link");
  ASSERT_TRUE(DataFolder::open(""));
  for (const auto& path :
       {fs::path(live->path()), fs::path(live->functions()), folder_ / "loopgate-1-another-program",
        folder_ / "elsewhere" / "lock", folder_ / "loopgate-file", folder_ / "loopgate-link"}) {
    EXPECT_TRUE(fs::exists(path)) << path;
  }
}

TEST(PrivateFile, NarrowsRegularFilesOnly) {
  const fs::path path = testing::TempDir() + "loopgate-" + Random::from_system().hex(12);
  std::ofstream(path) << "of before";
  fs::permissions(path, kOpenFile);
  {
    const auto file = io::create_private_file(path);
    ASSERT_TRUE(file);
    EXPECT_EQ(fs::file_size(path), 0u);
  }
  EXPECT_EQ(fs::status(path).permissions(), kOwnerFile);
  fs::remove(path);
  EXPECT_TRUE(io::create_private_file("/dev/null"));
  EXPECT_NE(fs::status("/dev/null").permissions(), kOwnerFile);
  EXPECT_FALSE(io::create_private_file("/no/such/folder/file"));
}

}  // namespace
}  // namespace loopgate

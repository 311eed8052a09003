#include "io/folder_watch.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace loopgate::io {
namespace {

namespace fs = std::filesystem;

class FolderWatchTest : public testing::Test {
 protected:
  FolderWatchTest() {
    std::string name = (fs::temp_directory_path() / "folder-watch-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    write("app.py", "1");
    fs::create_directory(path("lib"));
    write("lib/inner.py", "1");
  }
  ~FolderWatchTest() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name)) << text;
  }

  std::string folder_;
  FolderWatcher watcher_;
};

TEST_F(FolderWatchTest, SaysNothingUntilSomethingHappens) {
  const auto watch = watcher_.watch({folder_, path("lib")});
  ASSERT_NE(watch, nullptr);
  EXPECT_FALSE(watch->changed());
  EXPECT_FALSE(watch->changed());
}

struct Change {
  const char* name;
  void (*make)(const std::string& folder);
};

TEST_F(FolderWatchTest, SeesEveryKindOfChange) {
  const Change changes[] = {
      {"written", [](const std::string& f) { std::ofstream(f + "/app.py") << "2"; }},
      {"created", [](const std::string& f) { std::ofstream(f + "/new.py") << "2"; }},
      {"replaced", [](const std::string& f) { fs::rename(f + "/new.py", f + "/app.py"); }},
      {"below", [](const std::string& f) { std::ofstream(f + "/lib/inner.py") << "2"; }},
      {"removed", [](const std::string& f) { fs::remove(f + "/lib/inner.py"); }},
      {"folder made", [](const std::string& f) { fs::create_directory(f + "/more"); }},
      {"folder moved", [](const std::string& f) { fs::rename(f + "/lib", f + "/old"); }},
  };
  for (const auto& change : changes) {
    SCOPED_TRACE(change.name);
    const auto watch = watcher_.watch({folder_, path("lib")});
    ASSERT_NE(watch, nullptr);
    change.make(folder_);
    EXPECT_TRUE(watch->changed());
    EXPECT_TRUE(watch->changed());
  }
}

TEST_F(FolderWatchTest, WatchesASingleFileUntilItIsReplaced) {
  const auto watch = watcher_.watch({path("app.py")});
  ASSERT_NE(watch, nullptr);
  write("other.py", "1");
  EXPECT_FALSE(watch->changed());
  fs::rename(path("other.py"), path("app.py"));
  EXPECT_TRUE(watch->changed());
}

TEST_F(FolderWatchTest, TellsThoseApartThatWatchTheSameFolder) {
  const auto both = watcher_.watch({folder_, path("lib")});
  auto lib = watcher_.watch({path("lib")});
  write("app.py", "2");
  EXPECT_FALSE(lib->changed());
  EXPECT_TRUE(both->changed());
  lib = watcher_.watch({path("lib")});
  write("lib/inner.py", "2");
  EXPECT_TRUE(lib->changed());
}

TEST_F(FolderWatchTest, IsRefusedForWhatIsNotThere) {
  EXPECT_EQ(watcher_.watch({folder_, path("gone")}), nullptr);
}

}  // namespace
}  // namespace loopgate::io

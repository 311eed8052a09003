// Compares what is printed with a file of tests/cli/golden, which people read as well. With
// LOOPGATE_WRITE_GOLDEN set the file is written instead: look at the difference before it is
// committed.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace loopgate::cli {

inline void expect_golden(const std::string& name, const std::string& text) {
  const auto path = std::string(LOOPGATE_SOURCE_DIR) + "/tests/cli/golden/" + name + ".out";
  if (std::getenv("LOOPGATE_WRITE_GOLDEN") != nullptr) {
    std::ofstream(path, std::ios::binary) << text;
    FAIL() << path << " was written";
  }
  std::ostringstream golden;
  golden << std::ifstream(path, std::ios::binary).rdbuf();
  EXPECT_EQ(text, golden.str()) << "in " << path;
}

}  // namespace loopgate::cli

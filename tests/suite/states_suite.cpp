// Plays the cases of a folder in the format of shared/recordings/states (AREA.json, a case a line)
// against a sandbox on simulated time and prints the names of those that end otherwise than on AWS,
// with what differs, and last "N of M" of those whose services are emulated. Usage: states_suite
// FOLDER [KNOWN [PART]]; KNOWN lists cases that are known to fail, a line each ("name: reason");
// PART is a part of the names to be played. The status is 0 when at least 95 % pass and none fails
// that is not known.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "base/json.h"
#include "tests/suite/states/play.h"

namespace {

namespace fs = std::filesystem;

std::string read_text(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::set<std::string> known_names(const char* path) {
  std::set<std::string> names;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    if (!line.empty() && line[0] != '#') names.insert(line.substr(0, line.find(": ")));
  }
  return names;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc > 4) {
    fmt::print(stderr, "usage: states_suite FOLDER [KNOWN [PART]]\n");
    return 2;
  }
  if (!fs::exists(fs::path(argv[1]) / "INDEX.json")) {
    fmt::print("{}: no INDEX.json there: the suite of state machines is skipped\n", argv[1]);
    return 77;
  }
  const std::string part = argc == 4 ? argv[3] : "";
  const auto known = argc >= 3 ? known_names(argv[2]) : std::set<std::string>();
  std::set<fs::path> files;
  for (const auto& entry : fs::directory_iterator(argv[1])) {
    if (entry.path().extension() == ".json" && entry.path().filename() != "INDEX.json") {
      files.insert(entry.path());
    }
  }
  int total = 0, passed = 0, skipped = 0;
  bool expected = true;
  for (const auto& file : files) {
    const auto cases = loopgate::read_ordered_json(read_text(file));
    if (!cases) {
      fmt::print(stderr, "{}: {}\n", file.string(), cases.error().message);
      return 2;
    }
    for (const auto& test : *cases) {
      const auto name = test.value("name", "?");
      if (name.find(part) == std::string::npos) continue;
      const auto outcome = suite::play(test);
      if (outcome.skipped) {
        ++skipped;
        continue;
      }
      ++total;
      if (outcome.wrong.empty()) {
        ++passed;
      } else {
        expected = expected && known.contains(name);
        fmt::print("{}: {}\n", name, outcome.wrong);
        std::fflush(stdout);
      }
    }
  }
  fmt::print("{} skipped: they need services that are not emulated\n", skipped);
  fmt::print("{} of {}\n", passed, total);
  return passed * 100 >= total * 95 && (argc == 2 || expected) ? 0 : 1;
}

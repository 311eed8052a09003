#include "io/resident.h"

#include <malloc.h>
#include <sys/mman.h>

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <optional>
#include <string>

namespace loopgate::io {

namespace {

// One mapping of /proc/self/smaps (proc_pid_smaps(5)).
struct Mapping {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
  bool is_readonly_file = false;
};

std::optional<Mapping> read_head(const std::string& line) {
  Mapping out;
  char access[5] = {};
  if (std::sscanf(line.c_str(), "%" SCNxPTR "-%" SCNxPTR " %4s", &out.begin, &out.end, access) != 3)
    return {};
  out.is_readonly_file = access[1] == '-' && line.contains('/');
  return out;
}

// What the loader relocated is read-only too, but no longer what the file has: it counts as
// anonymous.
bool says_nothing_was_written(const std::string& line) {
  unsigned long kib = 0;
  return std::sscanf(line.c_str(), "Anonymous: %lu kB", &kib) == 1 && kib == 0;
}

}  // namespace

void release_memory_of_start() {
  ::malloc_trim(0);
  std::ifstream maps("/proc/self/smaps");
  Mapping mapping;
  for (std::string line; std::getline(maps, line);) {
    if (const auto next = read_head(line)) mapping = *next;
    if (!mapping.is_readonly_file || !says_nothing_was_written(line)) continue;
    ::madvise(reinterpret_cast<void*>(mapping.begin), mapping.end - mapping.begin, MADV_DONTNEED);
  }
}

}  // namespace loopgate::io

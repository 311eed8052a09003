// The packets that a replay reads, in order: of a capture, of what WireGuard sessions in it
// carried, or of the gateway's own JSON.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "cli/replay_packet.h"

namespace loopgate::cli {

struct ReplayInputOptions {
  std::string file{};  // "-" is standard input
  std::string key_log{};
  bool tunnels = false;
};

class ReplayInput {
 public:
  static Result<std::unique_ptr<ReplayInput>> open(const ReplayInputOptions& options);
  // Whether a file begins as one that can be replayed. Of standard input nothing is read.
  static Status check(const std::string& file);
  virtual ~ReplayInput() = default;

  // Until the next call; null at the end. What came before an error is sound.
  virtual Result<const ReplayPacket*> next() = 0;

  using Skipped = std::vector<std::pair<std::string, std::uint64_t>>;  // why → how many
  // What gave no packet. Whole at the end.
  virtual Skipped skipped() const = 0;
  // To stderr: what the file itself had to say that was not told yet.
  virtual void print_warnings() = 0;
};

}  // namespace loopgate::cli

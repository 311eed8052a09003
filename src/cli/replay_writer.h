// A replay as a pcapng file: requests and answers between the capture's own endpoints, on its own
// time line, each with its story as a comment.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>

#include "base/result.h"
#include "cli/replay_packet.h"
#include "codec/capture/writer.h"
#include "io/private_file.h"

namespace loopgate::cli {

class ReplayWriter final : public ReplayObserver {
 public:
  // `waits`: what became of a request will be told, and it is written then.
  static Result<std::unique_ptr<ReplayWriter>> open(const std::string& path, bool waits);

  void on_request(const ReplayRequest& request) override;
  void on_end(std::uint64_t request, const ReplayEnd& end) override;
  void on_answer(const ReplayAnswer& answer) override;

  // Writes the rest. The first failure of any writing.
  Status finish();
  std::uint64_t written() const { return written_; }
  // Those that do not fit an IP packet, or whose other end is not known.
  std::uint64_t left_out() const { return left_out_; }

 private:
  struct Packet {
    std::uint64_t request = 0;  // 0: an answer
    bool ready = false;
    WallTime time{};
    Bytes frame;
    std::string comment;
  };

  ReplayWriter(std::string path, io::FilePtr file, bool waits);
  void add(Packet packet);
  void write_ready(bool all);
  void write(const Packet& packet);
  void write_out();

  std::string path_;
  io::FilePtr file_;
  bool waits_;
  codec::capture::PcapngWriter writer_;
  std::uint32_t interface_;
  std::deque<Packet> packets_;                          // in order
  std::unordered_map<std::uint64_t, Packet*> waiting_;  // requests among them
  std::size_t bytes_ = 0;
  std::uint64_t written_ = 0;
  std::uint64_t left_out_ = 0;
  Status status_;
};

}  // namespace loopgate::cli

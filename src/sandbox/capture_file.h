// `up --capture FILE`: what listeners send and receive, as pcapng. Outer datagrams are one
// interface, the packets inside WireGuard another; the key log goes in as a decryption secrets
// block, so that Wireshark opens the outer ones without any setting. Whoever has the file can read
// everything.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/alive.h"
#include "base/clock.h"
#include "base/journal.h"
#include "codec/capture/writer.h"
#include "gateway/gateway.h"
#include "io/loop.h"
#include "io/private_file.h"

namespace loopgate {

class CaptureFile {
 public:
  static Result<std::unique_ptr<CaptureFile>> open(const std::string& path, io::Loop& loop,
                                                   gateway::Gateway& gateway, Journal& journal);
  ~CaptureFile();
  // Of the key log: lines with one of these texts are not written. Asked for at each of them.
  void leave_out(std::function<std::vector<std::string>()> secrets) {
    secrets_ = std::move(secrets);
  }
  CaptureFile(const CaptureFile&) = delete;

 private:
  CaptureFile(io::FilePtr file, io::Loop& loop, gateway::Gateway& gateway, Journal& journal);
  void observe(const gateway::ObservedDatagram& datagram);
  void write_out();

  io::FilePtr file_;
  gateway::Gateway& gateway_;
  Clock& clock_;
  Journal& journal_;
  codec::capture::PcapngWriter writer_;
  std::uint32_t outer_;
  std::uint32_t inner_;
  bool failed_ = false;
  bool told_too_large_ = false;
  std::function<std::vector<std::string>()> secrets_;
  Alive alive_;
};

}  // namespace loopgate

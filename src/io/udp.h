// Real UDP sockets on the loop: drained by recvmmsg in batches, sent by sendmmsg, large receive
// buffers, and the kernel's own losses counted (SO_RXQ_OVFL, socket(7)).
#pragma once

#include <memory>

#include "base/network.h"
#include "io/loop.h"

namespace loopgate::io {

class UdpNetwork final : public Network {
 public:
  explicit UdpNetwork(Loop& loop);
  ~UdpNetwork() override;
  Result<std::unique_ptr<DatagramSocket>> open(const Endpoint& local,
                                               DatagramReceiver& receiver) override;
  bool is_local(const IpAddress& address) const override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace loopgate::io

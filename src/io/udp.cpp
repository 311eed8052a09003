#include "io/udp.h"

#include <ifaddrs.h>
#include <linux/sock_diag.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

#include "io/receive_ring.h"
#include "io/send_queue.h"
#include "io/sent_to.h"
#include "io/system_message.h"

namespace loopgate::io {

namespace asio = boost::asio;

namespace {

class Socket;

// What the sockets of a network share. It outlives the network while the loop still has its hook.
struct Shared {
  explicit Shared(Loop& loop) : loop(loop) {}
  void end_turn();

  Loop& loop;
  ReceiveRing ring;
  std::vector<std::shared_ptr<Socket>> to_flush;   // have queued datagrams
  std::vector<std::shared_ptr<Socket>> to_listen;  // were served in this turn
};

// Lives on while an operation of Asio's refers to it; closed, it calls nobody.
class Socket : public std::enable_shared_from_this<Socket> {
 public:
  Socket(std::shared_ptr<Shared> shared, int descriptor, bool all_addresses,
         DatagramReceiver& receiver)
      : shared_(std::move(shared)),
        descriptor_(shared_->loop.context(), descriptor),
        all_addresses_(all_addresses),
        receiver_(receiver) {}

  void listen();
  void close();
  void send(const Endpoint& to, ByteSpan payload, std::uint64_t tag);
  void flush();
  int native() { return descriptor_.native_handle(); }

 private:
  friend struct Shared;
  void drain();
  void remember(const ReceivedBatch& batch);
  void report_dropped(std::uint32_t dropped_in_all);
  std::uint32_t drops_said_by_kernel();
  void flush_when_writable();

  std::shared_ptr<Shared> shared_;
  asio::posix::stream_descriptor descriptor_;
  bool all_addresses_;  // bound to 0.0.0.0 or ::
  DatagramReceiver& receiver_;
  SendQueue queue_;
  SentTo sent_to_;             // with all_addresses_
  std::uint32_t dropped_ = 0;  // as last reported
  bool open_ = true;
  bool flush_pending_ = false;   // stands in Shared::to_flush
  bool waits_writable_ = false;  // the kernel's send buffer is full
};

// A socket is watched again only now: the answers leave before the call that this costs, and one
// that is never empty cannot keep the turn from ending.
void Shared::end_turn() {
  for (std::size_t i = 0; i < to_flush.size(); ++i) to_flush[i]->flush();
  to_flush.clear();
  for (const auto& socket : to_listen) socket->listen();
  to_listen.clear();
}

void Socket::listen() {
  if (!open_) return;
  descriptor_.async_wait(asio::posix::descriptor_base::wait_read,
                         [self = shared_from_this()](const boost::system::error_code& error) {
                           if (error) return;
                           self->shared_->loop.catch_up();
                           self->drain();
                         });
}

void Socket::close() {
  open_ = false;
  boost::system::error_code ignored;
  descriptor_.close(ignored);
}

void Socket::drain() {
  bool more = true;
  std::size_t received = 0;
  while (open_ && more && received < kReceivePerTurn) {
    const auto batch = shared_->ring.receive(native());
    more = !batch.drained;
    received += batch.datagrams.size();
    if (batch.dropped_in_all != 0) report_dropped(batch.dropped_in_all);
    if (all_addresses_) remember(batch);
    if (!open_ || batch.datagrams.empty()) continue;
    // One operation a datagram is the receiver's business.
    watch_guarded(shared_->loop.guard(), "a socket's datagrams",
                  [&] { receiver_.on_datagrams(batch.datagrams); });
  }
  // The kernel attaches its count to datagrams that came after a loss. Those that ended a burst
  // would stay unsaid until the next one.
  if (open_ && received >= kReceiveBatch) report_dropped(drops_said_by_kernel());
  if (open_) shared_->to_listen.push_back(shared_from_this());
}

void Socket::remember(const ReceivedBatch& batch) {
  for (std::size_t i = 0; i < batch.datagrams.size(); ++i) {
    if (batch.sent_to[i]) sent_to_.saw(batch.datagrams[i].from, *batch.sent_to[i]);
  }
}

void Socket::report_dropped(std::uint32_t dropped_in_all) {
  const std::uint32_t fresh = dropped_in_all - dropped_;
  // A count from before one that was reported already (the kernel's own is ahead of its
  // datagrams').
  if (fresh == 0 || fresh > UINT32_MAX / 2) return;
  dropped_ = dropped_in_all;
  run_guarded(shared_->loop.guard(), "a socket's overflow",
              [&] { receiver_.on_receive_overflow(fresh); });
}

std::uint32_t Socket::drops_said_by_kernel() {
  std::array<std::uint32_t, SK_MEMINFO_VARS> info{};
  socklen_t length = sizeof(info);
  if (::getsockopt(native(), SOL_SOCKET, SO_MEMINFO, info.data(), &length) != 0) return dropped_;
  return info[SK_MEMINFO_DROPS];
}

void Socket::send(const Endpoint& to, ByteSpan payload, std::uint64_t tag) {
  if (!open_) return;
  if (payload.size() > kMaxDatagram) {
    receiver_.on_send_failed(to, tag, system_message(EMSGSIZE));
    return;
  }
  if (queue_.datagrams() >= kSendQueueDatagrams ||
      queue_.bytes() + payload.size() > kSendQueueBytes) {
    receiver_.on_send_failed(to, tag,
                             "the send queue is full: the network does not take what is sent");
    return;
  }
  queue_.push(to, payload, tag, all_addresses_ ? sent_to_.find(to) : nullptr);
  if (waits_writable_) return;
  if (queue_.datagrams() >= kSendBatch || queue_.bytes() >= kSendBatchBytes) {
    flush();
  } else if (!flush_pending_) {
    flush_pending_ = true;
    shared_->to_flush.push_back(shared_from_this());
  }
}

void Socket::flush() {
  flush_pending_ = false;
  if (!open_ || waits_writable_ || queue_.empty()) return;
  std::vector<SendQueue::Failure> failures;
  if (!queue_.flush(native(), failures)) flush_when_writable();
  for (const auto& failure : failures) {
    if (!open_) return;
    run_guarded(shared_->loop.guard(), "a datagram that could not be sent",
                [&] { receiver_.on_send_failed(failure.to, failure.tag, failure.error); });
  }
}

void Socket::flush_when_writable() {
  waits_writable_ = true;
  descriptor_.async_wait(asio::posix::descriptor_base::wait_write,
                         [self = shared_from_this()](const boost::system::error_code& error) {
                           self->waits_writable_ = false;
                           if (!error) self->flush();
                         });
}

class UdpSocket final : public DatagramSocket {
 public:
  UdpSocket(std::shared_ptr<Socket> socket, const Endpoint& local)
      : socket_(std::move(socket)), local_(local) {}
  ~UdpSocket() override {
    socket_->flush();
    socket_->close();
  }

  Endpoint local() const override { return local_; }
  bool reaches(const IpAddress& address) const override {
    return address.is_v4() == local_.address.is_v4();
  }
  void send(const Endpoint& to, ByteSpan payload, std::uint64_t tag) override {
    socket_->send(to, payload, tag);
  }
  void flush() override { socket_->flush(); }

 private:
  std::shared_ptr<Socket> socket_;
  Endpoint local_;
};

template <class Value>
bool set_option(int descriptor, int level, int option, Value value) {
  return ::setsockopt(descriptor, level, option, &value, sizeof(value)) == 0;
}

void set_options(int descriptor) {
  // With CAP_NET_ADMIN beyond the system's limit, else up to it (socket(7)).
  if (!set_option(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, kReceiveBufferBytes)) {
    set_option(descriptor, SOL_SOCKET, SO_RCVBUF, kReceiveBufferBytes);
  }
  if (!set_option(descriptor, SOL_SOCKET, SO_SNDBUFFORCE, kSendBufferBytes)) {
    set_option(descriptor, SOL_SOCKET, SO_SNDBUF, kSendBufferBytes);
  }
  set_option(descriptor, SOL_SOCKET, SO_RXQ_OVFL, 1);
}

void ask_where_sent_to(int descriptor, const IpAddress& local) {
  if (local.is_v4()) {
    set_option(descriptor, IPPROTO_IP, IP_PKTINFO, 1);
  } else {
    set_option(descriptor, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
  }
}

// Without SO_REUSEADDR or SO_REUSEPORT: two gateways on one port would share its datagrams
// unnoticed.
Result<int> bound_descriptor(const Endpoint& local) {
  SocketAddress address;
  const auto length = to_socket_address(local, address);
  const int descriptor =
      ::socket(address.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return fail(local.to_string() + ": " + system_message(errno));
  if (local.address.is_v6()) set_option(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, 1);
  set_options(descriptor);
  if (local.address.is_unspecified()) ask_where_sent_to(descriptor, local.address);
  if (::bind(descriptor, &address.any, length) != 0) {
    const int error = errno;
    ::close(descriptor);
    return fail(local.to_string() + ": " + system_message(error));
  }
  return descriptor;
}

Endpoint local_endpoint(int descriptor) {
  SocketAddress address{};
  socklen_t length = sizeof(address);
  ::getsockname(descriptor, &address.any, &length);
  return from_socket_address(address);
}

std::unordered_set<IpAddress> interface_addresses() {
  std::unordered_set<IpAddress> found;
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return found;
  for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr) continue;
    SocketAddress address{};
    if (entry->ifa_addr->sa_family == AF_INET) {
      address.v4 = *reinterpret_cast<const sockaddr_in*>(entry->ifa_addr);
    } else if (entry->ifa_addr->sa_family == AF_INET6) {
      address.v6 = *reinterpret_cast<const sockaddr_in6*>(entry->ifa_addr);
    } else {
      continue;
    }
    found.insert(from_socket_address(address).address);
  }
  ::freeifaddrs(list);
  return found;
}

}  // namespace

struct UdpNetwork::Impl {
  explicit Impl(Loop& loop) : shared(std::make_shared<Shared>(loop)) {}

  std::shared_ptr<Shared> shared;
  std::unordered_set<IpAddress> interfaces;
  std::optional<Instant> interfaces_read;
};

UdpNetwork::UdpNetwork(Loop& loop) : impl_(std::make_unique<Impl>(loop)) {
  loop.at_turn_end(Loop::Stage::kFlush, [shared = impl_->shared] { shared->end_turn(); });
}

UdpNetwork::~UdpNetwork() = default;

Result<std::unique_ptr<DatagramSocket>> UdpNetwork::open(const Endpoint& local,
                                                         DatagramReceiver& receiver) {
  const auto descriptor = bound_descriptor(local);
  if (!descriptor) return std::unexpected(descriptor.error());
  const auto bound = local_endpoint(*descriptor);
  auto socket = std::make_shared<Socket>(impl_->shared, *descriptor, local.address.is_unspecified(),
                                         receiver);
  socket->listen();
  return std::make_unique<UdpSocket>(std::move(socket), bound);
}

bool UdpNetwork::is_local(const IpAddress& address) const {
  // What is sent to 0.0.0.0 or :: arrives here, too.
  if (address.is_loopback() || address.is_unspecified()) return true;
  const Instant now = impl_->shared->loop.clock().now();
  if (!impl_->interfaces_read || now - *impl_->interfaces_read >= kInterfacesFreshFor) {
    impl_->interfaces = interface_addresses();
    impl_->interfaces_read = now;
  }
  return impl_->interfaces.contains(address);
}

}  // namespace loopgate::io

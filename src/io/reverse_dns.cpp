#include "io/reverse_dns.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>

#include "base/alive.h"

namespace loopgate::io {

namespace {

using Udp = boost::asio::ip::udp;

boost::asio::ip::address to_asio(const IpAddress& address) {
  if (address.is_v4()) return boost::asio::ip::address_v4(address.v4_host_order());
  boost::asio::ip::address_v6::bytes_type bytes;
  std::transform(address.bytes().begin(), address.bytes().end(), bytes.begin(),
                 [](std::byte b) { return std::to_integer<unsigned char>(b); });
  return boost::asio::ip::address_v6(bytes);
}

}  // namespace

struct ReverseDns::Impl {
  explicit Impl(Loop& loop) : resolver(loop.context()) {}
  Udp::resolver resolver;
  Alive alive;
};

ReverseDns::ReverseDns(Loop& loop) : impl_(std::make_unique<Impl>(loop)) {}
ReverseDns::~ReverseDns() = default;

void ReverseDns::ask(const IpAddress& address,
                     std::move_only_function<void(std::string name)> done) {
  impl_->resolver.async_resolve(
      Udp::endpoint(to_asio(address), 0), [alive = impl_->alive.token(), done = std::move(done)](
                                              const boost::system::error_code& error,
                                              const Udp::resolver::results_type& results) mutable {
        if (!alive) return;
        // Without a name the resolver echoes the address.
        std::string name = error || results.empty() ? "" : results.begin()->host_name();
        if (IpAddress::parse(name)) name.clear();
        done(std::move(name));
      });
}

}  // namespace loopgate::io

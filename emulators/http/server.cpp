#include "emulators/http/server.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cctype>
#include <utility>
#include <vector>

#include "emulators/http/connection.h"
#include "emulators/http/response_head.h"
#include "io/system_message.h"

namespace loopgate::http {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// When the process has no descriptor left, accepting at once would fail again at once.
constexpr std::chrono::milliseconds kAcceptPause{100};

tcp::endpoint to_asio(const Endpoint& endpoint) {
  return {asio::ip::make_address(endpoint.address.to_string()), endpoint.port};
}

// It owns itself until it is closed: an operation of Asio's may refer to it.
class Acceptor : public std::enable_shared_from_this<Acceptor> {
 public:
  explicit Acceptor(std::shared_ptr<ServerState> state)
      : state_(std::move(state)),
        acceptor_(state_->loop.context()),
        pause_(state_->loop.context()) {}

  error_code open(const Endpoint& local) {
    error_code error;
    const auto endpoint = to_asio(local);
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error && local.address.is_v6()) acceptor_.set_option(asio::ip::v6_only(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    return error;
  }

  Endpoint local() const {
    error_code ignored;
    const auto endpoint = acceptor_.local_endpoint(ignored);
    return {IpAddress::parse(endpoint.address().to_string()).value_or(IpAddress()),
            endpoint.port()};
  }

  void accept() {
    acceptor_.async_accept([self = shared_from_this()](error_code error, tcp::socket socket) {
      self->on_accept(error, std::move(socket));
    });
  }

  void close() {
    error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
  }

 private:
  void on_accept(error_code error, tcp::socket socket) {
    if (!acceptor_.is_open()) return;
    if (error) return accept_later();
    if (state_->connections.size() >= state_->limits.connections) {
      refuse(socket);
    } else {
      Connection::start(state_, std::move(socket));
    }
    accept();
  }

  void accept_later() {
    pause_.expires_after(kAcceptPause);
    pause_.async_wait([self = shared_from_this()](error_code error) {
      if (!error && self->acceptor_.is_open()) self->accept();
    });
  }

  void refuse(tcp::socket& socket) {
    const auto response = Response::text(503, "there are too many connections\n");
    const auto bytes = response_head(response, {.keep_alive = false}) + response.body;
    error_code ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(bytes), ignored);
  }

  std::shared_ptr<ServerState> state_;
  tcp::acceptor acceptor_;
  asio::steady_timer pause_;
};

class LoopServer final : public Server {
 public:
  LoopServer(std::shared_ptr<ServerState> state, std::shared_ptr<Acceptor> acceptor)
      : state_(std::move(state)), acceptor_(std::move(acceptor)), local_(acceptor_->local()) {}
  ~LoopServer() override {
    acceptor_->close();
    // Closing one may end it, which takes it out of the set.
    const std::vector<Connection*> connections(state_->connections.begin(),
                                               state_->connections.end());
    for (auto* connection : connections) {
      if (state_->connections.contains(connection)) connection->close();
    }
  }
  Endpoint local() const override { return local_; }
  void observe_bodies(BodyObserver observer) override {
    state_->body_observer = std::move(observer);
  }

 private:
  std::shared_ptr<ServerState> state_;
  std::shared_ptr<Acceptor> acceptor_;
  Endpoint local_;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::listen(io::Loop& loop, const Endpoint& local,
                                               Handler handler, ServerLimits limits) {
  auto state = std::make_shared<ServerState>(ServerState{
      .loop = loop, .handler = std::move(handler), .limits = limits, .connections = {}});
  auto acceptor = std::make_shared<Acceptor>(state);
  if (const auto error = acceptor->open(local)) {
    return fail(local.to_string() + ": " + io::system_message(error.value()));
  }
  acceptor->accept();
  return std::make_unique<LoopServer>(std::move(state), std::move(acceptor));
}

}  // namespace loopgate::http

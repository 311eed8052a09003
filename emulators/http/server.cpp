#include "emulators/http/server.h"

#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cctype>
#include <filesystem>
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
// Between two looks at what connections do.
constexpr std::chrono::milliseconds kTick{1000};
constexpr int kTicksOfIdle = 4;  // at least

tcp::endpoint to_asio(const Endpoint& endpoint) {
  return {asio::ip::make_address(endpoint.address.to_string()), endpoint.port};
}

// The other half is for files, queues' sockets and functions.
std::size_t half_of_descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return SIZE_MAX;
  return static_cast<std::size_t>(limit.rlim_cur) / 2;
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
    if (error == asio::error::no_descriptors && state_->let_one_give_way()) return accept();
    if (error) return accept_later();
    const bool has_room = state_->connections.size() < state_->limits.connections;
    if (has_room || state_->let_one_give_way()) {
      Connection::start(state_, std::move(socket));
    } else {
      refuse(socket);
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
    const auto bytes = state_->head_of(response, {.keep_alive = false}) + response.body;
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
    state_->close();
  }
  Endpoint local() const override { return local_; }
  void observe_bodies(BodyObserver observer) override {
    state_->body_observer = std::move(observer);
  }
  void plan_bodies(std::string folder, BodyPlanner planner) override {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
    state_->body_folder = std::move(folder);
    state_->body_planner = std::move(planner);
  }

 private:
  std::shared_ptr<ServerState> state_;
  std::shared_ptr<Acceptor> acceptor_;
  Endpoint local_;
};

// Each of those that are there now; one may end another, or itself.
template <class Action>
void each_of(const std::unordered_set<Connection*>& connections, Action action) {
  const std::vector<Connection*> now(connections.begin(), connections.end());
  for (auto* connection : now) {
    if (connections.contains(connection)) action(*connection);
  }
}

}  // namespace

ServerState::ServerState(io::Loop& on, Handler handles, ServerLimits within)
    : loop(on), handler(std::move(handles)), limits(within), timer_(on.context()) {
  limits.connections = std::min(limits.connections, half_of_descriptors());
  tick_length_ = std::chrono::milliseconds(limits.idle) / kTicksOfIdle;
  if (limits.receive_rate > 0) tick_length_ = std::min(tick_length_, kTick);
}

std::string ServerState::head_of(const Response& response, const Framing& framing) {
  const auto now = loop.clock().wall();
  if (const auto second = to_seconds(now); date_.empty() || second != dated_) {
    date_ = http_date(now);
    dated_ = second;
  }
  return response_head(response, framing, {.date = date_, .request_id = ids_.uuid()});
}

void ServerState::keep_ticking() {
  if (std::exchange(ticking_, true)) return;
  timer_.expires_after(tick_length_);
  timer_.async_wait([weak = weak_from_this()](error_code error) {
    if (const auto self = weak.lock(); self && !error) self->on_tick();
  });
}

void ServerState::on_tick() {
  ticking_ = false;
  each_of(connections, [](Connection& connection) { connection.tick(); });
  if (!connections.empty()) keep_ticking();
}

bool ServerState::let_one_give_way() {
  if (silent.empty()) return false;
  silent.front()->close();
  return true;
}

void ServerState::close() {
  timer_.cancel();
  each_of(connections, [](Connection& connection) { connection.close(); });
}

Result<std::unique_ptr<Server>> Server::listen(io::Loop& loop, const Endpoint& local,
                                               Handler handler, ServerLimits limits) {
  auto state = std::make_shared<ServerState>(loop, std::move(handler), limits);
  auto acceptor = std::make_shared<Acceptor>(state);
  if (const auto error = acceptor->open(local)) {
    return fail(local.to_string() + ": " + io::system_message(error.value()));
  }
  acceptor->accept();
  return std::make_unique<LoopServer>(std::move(state), std::move(acceptor));
}

}  // namespace loopgate::http

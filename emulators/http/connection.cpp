#include "emulators/http/connection.h"

#include <sys/socket.h>

#include <array>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <cerrno>
#include <charconv>
#include <optional>
#include <utility>

#include "emulators/http/response_head.h"

namespace loopgate::http {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using boost::system::error_code;
using HttpError = beast::http::error;

constexpr std::size_t kReadAhead = 64 * 1024;
// The time limit is looked at so many times while it runs.
constexpr int kIdleTicks = 4;
// After an early refusal, this much of what the client still sends is read, so that it can read the
// answer.
constexpr std::size_t kDiscardAtMost = 256 * 1024 * 1024;

class HttpConnection;

class ConnectionExchange final : public Exchange {
 public:
  explicit ConnectionExchange(std::shared_ptr<HttpConnection> connection)
      : connection_(std::move(connection)) {}
  ~ConnectionExchange() override;
  void respond(Response response) override;
  void begin_stream(Response head) override;
  bool write(std::string_view chunk) override;
  void end_stream() override;
  void on_drained(std::function<void()> callback) override;
  void on_closed(std::function<void()> callback) override;

 private:
  enum class State { kOpen, kStreaming, kDone };
  std::shared_ptr<HttpConnection> connection_;
  State state_ = State::kOpen;
};

class HttpConnection final : public Connection,
                             public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(std::shared_ptr<ServerState> server, tcp::socket socket)
      : server_(std::move(server)),
        socket_(std::move(socket)),
        timer_(socket_.get_executor()),
        buffer_(server_->limits.header_bytes + kReadAhead) {
    server_->connections.insert(this);
  }
  ~HttpConnection() override { server_->connections.erase(this); }

  void start();
  void close() override;

  // For the exchange of the current request.
  void respond(Response response);
  void begin_stream(const Response& head);
  bool write_chunk(std::string_view chunk);
  void end_stream();
  void on_drained(std::function<void()> callback);
  void on_closed(std::function<void()> callback);

 private:
  enum class Phase { kReading, kAnswering, kWriting, kDiscarding, kClosed };
  using Parser = beast::http::request_parser<beast::http::string_body>;

  void read_request();
  void on_header(error_code error);
  void read_body();
  void show_body();
  void on_request();
  Request take_request();
  void refuse_to_read(error_code error);
  void refuse(int status, std::string text);
  void discard_rest();
  void write_response(Response response);
  void on_written(error_code error);
  void pump_stream();
  void on_stream_written(error_code error);
  void watch_for_close();
  bool client_has_gone();
  void break_off();
  void notice_close();
  void tick();
  void on_time_limit();

  std::shared_ptr<ServerState> server_;
  tcp::socket socket_;
  asio::steady_timer timer_;
  beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  Phase phase_ = Phase::kReading;
  Endpoint client_;

  // The current request's.
  Framing framing_;
  bool head_only_ = false;
  bool refused_ = false;
  std::string head_;
  std::string body_;
  std::function<void()> closed_callback_;
  bool client_gone_ = false;
  bool watching_ = false;

  // A stream's: what the kernel has been given, and what waits behind it.
  bool stream_ended_ = false;
  bool stream_writing_ = false;
  std::string stream_queue_;
  std::function<void()> drained_callback_;

  std::size_t discarded_ = 0;
  std::array<char, 4096> scrap_;

  // Time runs while nothing moves. Counted in ticks of a timer that is set once, not in readings of
  // a clock. Real time on purpose: peers and networks do not follow the sandbox's clock.
  int idle_ticks_ = 0;
};

// --- reading -------------------------------------------------------------------------------------

void HttpConnection::start() {
  error_code ignored;
  socket_.set_option(tcp::no_delay(true), ignored);
  const auto peer = socket_.remote_endpoint(ignored);
  client_ = {IpAddress::parse(peer.address().to_string()).value_or(IpAddress()), peer.port()};
  tick();
  read_request();
}

void HttpConnection::read_request() {
  phase_ = Phase::kReading;
  idle_ticks_ = 0;
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(server_->limits.header_bytes));
  parser_->body_limit(server_->limits.body_bytes);
  beast::http::async_read_header(
      socket_, buffer_, *parser_,
      [self = shared_from_this()](error_code error, std::size_t) { self->on_header(error); });
}

void HttpConnection::on_header(error_code error) {
  if (phase_ != Phase::kReading) return;
  if (error) return refuse_to_read(error);
  idle_ticks_ = 0;
  const bool waits = beast::iequals(parser_->get()[beast::http::field::expect], "100-continue");
  if (!waits || parser_->is_done()) return read_body();
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  asio::async_write(socket_, asio::buffer(kContinue),
                    [self = shared_from_this()](error_code failed, std::size_t) {
                      if (failed) return self->close();
                      self->read_body();
                    });
}

void HttpConnection::read_body() {
  if (phase_ != Phase::kReading) return;
  if (parser_->is_done()) return on_request();
  // Eagerly, Beast would keep a chunk to itself until the next one begins.
  parser_->eager(!server_->body_observer);
  beast::http::async_read_some(socket_, buffer_, *parser_,
                               [self = shared_from_this()](error_code error, std::size_t) {
                                 if (self->phase_ != Phase::kReading) return;
                                 if (error) return self->refuse_to_read(error);
                                 self->idle_ticks_ = 0;
                                 self->show_body();
                                 self->read_body();
                               });
}

void HttpConnection::show_body() {
  if (!server_->body_observer) return;
  server_->loop.catch_up();
  if (phase_ != Phase::kReading) return;  // what was due closed the server
  const auto target = parser_->get().target();
  server_->body_observer({target.data(), target.size()}, parser_->get().body());
}

void HttpConnection::on_request() {
  server_->loop.catch_up();
  if (phase_ != Phase::kReading) return;  // what was due closed the server
  auto request = take_request();
  if (!request.path.starts_with('/') && request.path != "*") {
    return refuse(400, "the request target must be a path");
  }
  phase_ = Phase::kAnswering;
  const auto self = shared_from_this();
  auto exchange = std::make_shared<ConnectionExchange>(self);
  server_->handler(std::move(request), std::move(exchange));
  // Most are answered by now, or at the end of this turn; a watch is cheap beside a request.
  if (phase_ == Phase::kAnswering) watch_for_close();
}

Request HttpConnection::take_request() {
  auto message = parser_->release();
  framing_ = {.keep_alive = message.keep_alive(), .http_1_0 = message.version() < 11};
  head_only_ = message.method() == beast::http::verb::head;
  Request request;
  request.method = message.method_string();
  std::string_view target(message.target().data(), message.target().size());
  if (const auto scheme = target.find("://");
      !target.starts_with('/') && scheme != std::string_view::npos) {
    // The absolute form, which proxies are sent (RFC 9112 §3.2.2).
    const auto path = target.find_first_of("/?", scheme + 3);
    target = path == std::string_view::npos ? "/" : target.substr(path);
  }
  const auto question = target.find('?');
  request.path = target.substr(0, question);
  if (question != std::string_view::npos) request.query = target.substr(question + 1);
  for (const auto& field : message) {
    request.headers.push_back({std::string(field.name_string()), std::string(field.value())});
  }
  request.body = std::move(message.body());
  request.from = client_;
  return request;
}

void HttpConnection::refuse_to_read(error_code error) {
  const auto& limits = server_->limits;
  if (error == HttpError::body_limit) {
    return refuse(413, "the body is larger than " + std::to_string(limits.body_bytes) + " bytes");
  }
  if (error == HttpError::header_limit || error == HttpError::buffer_overflow) {
    return refuse(431, "the request line and headers are larger than " +
                           std::to_string(limits.header_bytes) + " bytes");
  }
  if (error == HttpError::bad_version)
    return refuse(505, "only HTTP/1.0 and HTTP/1.1 are spoken here");
  const bool is_syntax = error.category() == make_error_code(HttpError::bad_method).category() &&
                         error != HttpError::end_of_stream && error != HttpError::partial_message;
  if (is_syntax) return refuse(400, "this is not HTTP/1.1: " + error.message());
  close();
}

void HttpConnection::refuse(int status, std::string text) {
  framing_ = {.keep_alive = false};
  head_only_ = false;
  refused_ = true;
  write_response(Response::text(status, std::move(text) + "\n"));
}

// To close with something unread would reset the connection, and the client lose our answer.
void HttpConnection::discard_rest() {
  if (phase_ != Phase::kDiscarding) {
    phase_ = Phase::kDiscarding;
    idle_ticks_ = 0;
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
  }
  socket_.async_read_some(asio::buffer(scrap_),
                          [self = shared_from_this()](error_code error, std::size_t got) {
                            self->discarded_ += got;
                            if (error || self->discarded_ > kDiscardAtMost) return self->close();
                            self->discard_rest();
                          });
}

// --- answering -----------------------------------------------------------------------------------

void HttpConnection::respond(Response response) {
  if (phase_ == Phase::kAnswering) write_response(std::move(response));
}

void HttpConnection::write_response(Response response) {
  phase_ = Phase::kWriting;
  idle_ticks_ = 0;
  head_ = response_head(response, framing_);
  body_ = head_only_ || !may_have_body(response.status) ? std::string() : std::move(response.body);
  const std::array<asio::const_buffer, 2> parts{asio::buffer(head_), asio::buffer(body_)};
  asio::async_write(socket_, parts, [self = shared_from_this()](error_code error, std::size_t) {
    self->on_written(error);
  });
}

void HttpConnection::on_written(error_code error) {
  if (phase_ != Phase::kWriting) return;
  closed_callback_ = nullptr;
  drained_callback_ = nullptr;
  body_ = {};
  if (error) return close();
  if (refused_ || !framing_.keep_alive) return discard_rest();
  if (client_gone_) return close();
  read_request();
}

void HttpConnection::begin_stream(const Response& head) {
  if (phase_ != Phase::kAnswering) return;
  framing_.body = framing_.http_1_0 ? Framing::Body::kUntilClose : Framing::Body::kChunked;
  if (framing_.http_1_0) framing_.keep_alive = false;
  stream_ended_ = false;
  stream_queue_ = response_head(head, framing_);
  pump_stream();
}

bool HttpConnection::write_chunk(std::string_view chunk) {
  if (phase_ != Phase::kAnswering || client_gone_) return false;
  if (chunk.empty() || head_only_) return true;
  if (stream_queue_.size() + body_.size() + chunk.size() > server_->limits.stream_backlog) {
    // The client sees a stream that broke off, not one that ends.
    break_off();
    return false;
  }
  if (framing_.body == Framing::Body::kChunked) {
    std::array<char, 16> digits;
    const auto end = std::to_chars(digits.begin(), digits.end(), chunk.size(), 16).ptr;
    stream_queue_.append(digits.data(), end).append("\r\n").append(chunk).append("\r\n");
  } else {
    stream_queue_ += chunk;
  }
  pump_stream();
  return true;
}

void HttpConnection::end_stream() {
  if (phase_ != Phase::kAnswering) return;
  if (framing_.body == Framing::Body::kChunked && !head_only_) stream_queue_ += "0\r\n\r\n";
  stream_ended_ = true;
  pump_stream();
}

void HttpConnection::pump_stream() {
  if (stream_writing_) return;
  if (stream_queue_.empty()) {
    if (!stream_ended_) return;
    phase_ = Phase::kWriting;
    return on_written({});
  }
  stream_writing_ = true;
  idle_ticks_ = 0;
  body_ = std::exchange(stream_queue_, {});
  asio::async_write(socket_, asio::buffer(body_),
                    [self = shared_from_this()](error_code error, std::size_t) {
                      self->on_stream_written(error);
                    });
}

void HttpConnection::on_stream_written(error_code error) {
  stream_writing_ = false;
  body_.clear();
  if (phase_ != Phase::kAnswering) return;
  if (error) return notice_close();
  if (!stream_queue_.empty() || stream_ended_ || !drained_callback_) return pump_stream();
  server_->loop.catch_up();
  // A copy: it may end the stream, and itself with it.
  if (const auto callback = drained_callback_) {
    run_guarded(server_->loop.guard(), "a stream", callback);
  }
}

// --- the client's end ----------------------------------------------------------------------------

void HttpConnection::on_closed(std::function<void()> callback) {
  if (phase_ == Phase::kAnswering && !client_gone_) closed_callback_ = std::move(callback);
}

void HttpConnection::on_drained(std::function<void()> callback) {
  if (phase_ == Phase::kAnswering) drained_callback_ = std::move(callback);
}

// While a request is answered nothing is read, only looked at: the next one stays in the kernel.
void HttpConnection::watch_for_close() {
  if (watching_) return;
  watching_ = true;
  socket_.async_wait(tcp::socket::wait_read, [self = shared_from_this()](error_code error) {
    self->watching_ = false;
    if (error || self->phase_ != Phase::kAnswering) return;
    if (self->client_has_gone()) self->notice_close();
  });
}

bool HttpConnection::client_has_gone() {
  char next = 0;
  const auto got = ::recv(socket_.native_handle(), &next, 1, MSG_PEEK | MSG_DONTWAIT);
  return got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

// It may have closed its sending side only: what is answered now is written nonetheless.
void HttpConnection::notice_close() {
  client_gone_ = true;
  const auto self = shared_from_this();
  server_->loop.catch_up();
  if (const auto callback = std::exchange(closed_callback_, nullptr)) callback();
}

void HttpConnection::close() {
  phase_ = Phase::kClosed;
  client_gone_ = true;
  closed_callback_ = nullptr;
  drained_callback_ = nullptr;
  error_code ignored;
  socket_.close(ignored);
  timer_.cancel();
}

// Who answers hears of it, though not inside his own call.
void HttpConnection::break_off() {
  if (closed_callback_) server_->loop.tasks().post(std::exchange(closed_callback_, nullptr));
  close();
}

// --- time ----------------------------------------------------------------------------------------

void HttpConnection::tick() {
  timer_.expires_after(std::chrono::milliseconds(server_->limits.idle) / kIdleTicks);
  timer_.async_wait([weak = weak_from_this()](error_code error) {
    const auto self = weak.lock();
    if (error || !self || self->phase_ == Phase::kClosed) return;
    const bool is_ours = self->phase_ == Phase::kAnswering && !self->stream_writing_;
    if (is_ours) self->idle_ticks_ = 0;  // a long poll takes the time that it takes
    if (++self->idle_ticks_ > kIdleTicks) return self->on_time_limit();
    self->tick();
  });
}

void HttpConnection::on_time_limit() {
  const bool in_request = phase_ == Phase::kReading &&
                          (buffer_.size() > 0 || parser_->got_some() || parser_->is_header_done());
  if (!in_request) return break_off();
  error_code ignored;
  socket_.cancel(ignored);
  refuse(408, "the request did not come in time");
  tick();
}

// --- exchange ------------------------------------------------------------------------------------

ConnectionExchange::~ConnectionExchange() {
  if (state_ == State::kOpen) {
    connection_->respond(Response::text(500, "the request was left without an answer\n"));
  } else if (state_ == State::kStreaming) {
    connection_->close();
  }
}

void ConnectionExchange::respond(Response response) {
  if (std::exchange(state_, State::kDone) != State::kOpen) return;
  connection_->respond(std::move(response));
}

void ConnectionExchange::begin_stream(Response head) {
  if (state_ != State::kOpen) return;
  state_ = State::kStreaming;
  connection_->begin_stream(head);
}

bool ConnectionExchange::write(std::string_view chunk) {
  return state_ == State::kStreaming && connection_->write_chunk(chunk);
}

void ConnectionExchange::end_stream() {
  if (state_ != State::kStreaming) return;
  state_ = State::kDone;
  connection_->end_stream();
}

void ConnectionExchange::on_drained(std::function<void()> callback) {
  if (state_ != State::kDone) connection_->on_drained(std::move(callback));
}

void ConnectionExchange::on_closed(std::function<void()> callback) {
  if (state_ != State::kDone) connection_->on_closed(std::move(callback));
}

}  // namespace

void Connection::start(std::shared_ptr<ServerState> server, tcp::socket socket) {
  std::make_shared<HttpConnection>(std::move(server), std::move(socket))->start();
}

}  // namespace loopgate::http

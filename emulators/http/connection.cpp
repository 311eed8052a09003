#include "emulators/http/connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <cerrno>
#include <charconv>
#include <optional>
#include <utility>

#include "emulators/http/admission.h"
#include "emulators/http/body_file.h"
#include "emulators/http/head_check.h"

namespace loopgate::http {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using boost::system::error_code;
using HttpError = beast::http::error;

constexpr std::size_t kReadAhead = 64 * 1024;
// After an early refusal, this much of what the client still sends is read, so that it can read the
// answer.
constexpr std::size_t kDiscardAtMost = 256 * 1024 * 1024;

class HttpConnection;

// What has come of a body: in memory or, when `file` is set, there.
struct ReceivedBody {
  struct value_type {
    std::string text;
    std::shared_ptr<BodyFile> file;
  };
  class reader {
   public:
    template <bool IsRequest, class Fields>
    reader(beast::http::header<IsRequest, Fields>&, value_type& body) : body_(body) {}
    // Room is made for what comes, not for what is announced.
    void init(const boost::optional<std::uint64_t>&, error_code& error) { error = {}; }
    template <class Buffers>
    std::size_t put(const Buffers& buffers, error_code& error) {
      std::size_t taken = 0;
      for (const auto part : beast::buffers_range_ref(buffers)) {
        if (!take({static_cast<const char*>(part.data()), part.size()}, error)) break;
        taken += part.size();
      }
      return taken;
    }
    void finish(error_code& error) { error = {}; }

   private:
    bool take(std::string_view bytes, error_code& error) {
      error = {};
      if (!body_.file) body_.text += bytes;
      if (!body_.file || body_.file->append(bytes)) return true;
      error = boost::system::errc::make_error_code(boost::system::errc::no_space_on_device);
      return false;
    }
    value_type& body_;
  };
};

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
  bool is_awaited() const override;
  void on_unread(std::function<void()> callback) override;

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
        buffer_(server_->limits.header_bytes + kReadAhead) {
    server_->connections.insert(this);
    server_->keep_ticking();
  }
  ~HttpConnection() override {
    leave_silence();
    server_->connections.erase(this);
  }

  void start();
  void close() override;
  void tick() override;

  // For the exchange of the current request.
  void respond(Response response);
  void begin_stream(const Response& head);
  bool write_chunk(std::string_view chunk);
  void end_stream();
  void on_drained(std::function<void()> callback);
  void on_closed(std::function<void()> callback);
  bool is_awaited() { return phase_ == Phase::kAnswering && !client_gone_ && !client_has_gone(); }
  void on_unread(std::function<void()> callback);

 private:
  enum class Phase { kReading, kAnswering, kWriting, kDiscarding, kClosed };
  using Parser = beast::http::request_parser<ReceivedBody>;

  void read_request();
  void read_head();
  void on_head_bytes();
  void on_head();
  std::optional<std::string> take_head();
  bool plan_body();
  void await_body();
  void read_body();
  void show_body();
  void on_request();
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
  void notice_unread();
  void enter_silence();
  void leave_silence();
  bool expects_continue() const {
    return beast::iequals(request_.header("Expect"), "100-continue");
  }
  bool in_request() const { return phase_ == Phase::kReading && received_ > 0; }
  bool trickles() const;
  void on_time_limit();

  std::shared_ptr<ServerState> server_;
  tcp::socket socket_;
  beast::flat_buffer buffer_;
  HeadCheck head_check_;
  std::optional<Parser> parser_;
  Phase phase_ = Phase::kReading;
  Endpoint client_;

  // The current request's.
  Request request_;
  Framing framing_;
  bool head_only_ = false;
  bool refused_ = false;
  std::string head_;
  std::string body_;
  std::function<void()> closed_callback_;
  std::function<void()> unread_callback_;  // until the next request comes
  bool client_gone_ = false;
  bool watching_ = false;

  // A stream's: what the kernel has been given, and what waits behind it.
  bool stream_ended_ = false;
  bool stream_writing_ = false;
  std::string stream_queue_;
  std::function<void()> drained_callback_;

  std::size_t discarded_ = 0;

  // Time is counted in ticks of the server's timer, not in readings of a clock.
  int still_ = 0;             // ticks since something moved
  int receiving_ = 0;         // ticks since the current request began to come
  std::size_t received_ = 0;  // bytes of it
  std::optional<std::list<Connection*>::iterator> silence_;  // our place among the silent
};

// A header may stand there once, twice, or not at all.
template <class Fields>
std::size_t count_of(const Fields& fields, beast::http::field name) {
  const auto range = fields.equal_range(name);
  return static_cast<std::size_t>(std::distance(range.first, range.second));
}

// What two servers in a row could read in two ways (RFC 9112 §6.1, §6.3, RFC 9110 §7.2).
template <class Message>
std::optional<std::string> ambiguity_of(const Message& message) {
  using beast::http::field;
  const auto codings = count_of(message, field::transfer_encoding);
  if (codings > 0 && message.version() < 11) return "HTTP/1.0 has no Transfer-Encoding";
  if (codings > 1 ||
      (codings == 1 && !beast::iequals(message[field::transfer_encoding], "chunked")))
    return "the only Transfer-Encoding that is understood is 'chunked', once";
  const auto length = message[field::content_length];
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (count_of(message, field::content_length) > 1 ||
      !std::all_of(length.begin(), length.end(), is_digit)) {
    return "there is more than one Content-Length, or it is not a number";
  }
  const auto hosts = count_of(message, field::host);
  const auto host = message[field::host];
  if (hosts > 1) return "there is more than one Host";
  if (message.version() >= 11 && host.empty()) return "there is no Host";
  if (hosts == 1 && !host.empty() && !host_of({host.data(), host.size()})) {
    return "Host is not a name or address with a port";
  }
  return std::nullopt;
}

// What may stand behind the last chunk: no more than is known to, as who the request is for, and
// from, was decided by its head (RFC 9110 §6.5.1).
bool is_trailer(std::string_view name) {
  constexpr std::array<std::string_view, 2> kKnown{"Lambda-Runtime-Function-Error-",
                                                   "x-amz-checksum-"};
  return std::ranges::any_of(kKnown, [name](std::string_view known) {
    return name.size() > known.size() && beast::iequals(name.substr(0, known.size()), known);
  });
}

template <class Fields>
std::vector<Header> headers_of(const Fields& fields) {
  std::vector<Header> out;
  for (const auto& field : fields) {
    out.push_back({std::string(field.name_string()), std::string(field.value())});
  }
  return out;
}

// --- reading -------------------------------------------------------------------------------------

void HttpConnection::start() {
  error_code ignored;
  socket_.set_option(tcp::no_delay(true), ignored);
  const auto peer = socket_.remote_endpoint(ignored);
  client_ = {IpAddress::parse(peer.address().to_string()).value_or(IpAddress()), peer.port()};
  read_request();
}

void HttpConnection::read_request() {
  phase_ = Phase::kReading;
  still_ = receiving_ = 0;
  received_ = 0;
  head_check_ = {};
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(server_->limits.header_bytes));
  parser_->body_limit(boost::none);  // see plan_body
  enter_silence();
  if (buffer_.size() > 0) return on_head_bytes();  // the client did not wait for our answer
  read_head();
}

void HttpConnection::read_head() {
  socket_.async_read_some(buffer_.prepare(beast::read_size(buffer_, kReadAhead)),
                          [self = shared_from_this()](error_code error, std::size_t got) {
                            if (self->phase_ != Phase::kReading) return;
                            if (error == asio::error::connection_reset) self->notice_unread();
                            if (error) return self->close();
                            self->buffer_.commit(got);
                            self->enter_silence();
                            self->on_head_bytes();
                          });
}

void HttpConnection::on_head_bytes() {
  unread_callback_ = nullptr;
  const auto come = buffer_.data();
  const std::string_view bytes(static_cast<const char*>(come.data()), come.size());
  head_check_.take(bytes.substr(head_check_.taken()));
  received_ = head_check_.taken();
  if (!head_check_.wrong().empty()) {
    return refuse(400, "this is not HTTP/1.1: " + std::string(head_check_.wrong()));
  }
  if (received_ > server_->limits.header_bytes) return refuse_to_read(HttpError::header_limit);
  if (!head_check_.is_done()) return read_head();
  error_code error;
  buffer_.consume(parser_->put(come, error));
  if (error) return refuse_to_read(error);
  on_head();
}

void HttpConnection::on_head() {
  if (auto wrong = take_head()) return refuse(400, *std::move(wrong));
  if (!plan_body()) return;
  // Even before no body at all: older SDKs wait for the word whenever they asked for it, and take
  // an answer without it for one to whatever they send next.
  if (parser_->is_done() && !expects_continue()) return on_request();
  await_body();
}

// What is wrong with it, if anything.
std::optional<std::string> HttpConnection::take_head() {
  const auto& message = parser_->get();
  if (auto ambiguity = ambiguity_of(message)) return ambiguity;
  framing_ = {.keep_alive = message.keep_alive(), .http_1_0 = message.version() < 11};
  head_only_ = message.method() == beast::http::verb::head;
  request_ = {};
  request_.method = message.method_string();
  request_.from = client_;
  request_.headers = headers_of(message);
  std::string_view target(message.target().data(), message.target().size());
  if (const auto scheme = target.find("://");
      !target.starts_with('/') && scheme != std::string_view::npos) {
    // The absolute form, which proxies are sent. Its host counts, not Host's (RFC 9112 §3.2.2).
    const auto rest = target.substr(scheme + 3);
    const auto path = std::min(rest.find_first_of("/?"), rest.size());
    if (!host_of(rest.substr(0, path))) return "the request target's host is none";
    std::erase_if(request_.headers,
                  [](const Header& header) { return beast::iequals(header.name, "Host"); });
    request_.headers.push_back({"Host", std::string(rest.substr(0, path))});
    target = path == rest.size() ? "/" : rest.substr(path);
  }
  const auto question = target.find('?');
  request_.path = target.substr(0, question);
  if (question != std::string_view::npos) request_.query = target.substr(question + 1);
  if (!request_.path.starts_with('/') && request_.path != "*") {
    return "the request target must be a path";
  }
  return std::nullopt;
}

// Where the body goes, and how much of it: false when it was refused.
bool HttpConnection::plan_body() {
  const auto plan = server_->body_planner ? server_->body_planner(request_) : BodyPlan{};
  const auto limit = plan.limit.value_or(server_->limits.body_bytes);
  parser_->body_limit(limit);  // of chunks; an announced length was compared before
  if (parser_->content_length().value_or(0) > limit) {
    refuse(413, "the body is larger than " + std::to_string(limit) + " bytes");
    return false;
  }
  if (!plan.to_file) return true;
  auto file = BodyFile::create(server_->body_folder);
  if (file) {
    parser_->get().body().file = *std::move(file);
    return true;
  }
  refuse(507, "the body cannot be stored: " + file.error().to_string());
  return false;
}

void HttpConnection::await_body() {
  // Eagerly, Beast would keep a chunk to itself until the next one begins.
  parser_->eager(!server_->body_observer);
  if (!expects_continue()) return read_body();
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
  beast::http::async_read_some(socket_, buffer_, *parser_,
                               [self = shared_from_this()](error_code error, std::size_t got) {
                                 if (self->phase_ != Phase::kReading) return;
                                 if (error) return self->refuse_to_read(error);
                                 self->received_ += got;
                                 self->enter_silence();
                                 self->show_body();
                                 self->read_body();
                               });
}

void HttpConnection::show_body() {
  if (!server_->body_observer) return;
  server_->loop.catch_up();
  if (phase_ != Phase::kReading) return;  // what was due closed the server
  server_->body_observer(request_.path, parser_->get().body().text);
}

void HttpConnection::on_request() {
  server_->loop.catch_up();
  if (phase_ != Phase::kReading) return;  // what was due closed the server
  if (parser_->chunked()) {
    for (auto& header : headers_of(parser_->get())) {
      if (is_trailer(header.name)) request_.headers.push_back(std::move(header));
    }
  }
  request_.body = std::move(parser_->get().body().text);
  request_.body_file = std::move(parser_->get().body().file);
  parser_.reset();
  leave_silence();
  phase_ = Phase::kAnswering;
  const auto self = shared_from_this();
  auto exchange = std::make_shared<ConnectionExchange>(self);
  server_->handler(std::exchange(request_, {}), std::move(exchange));
  // Most are answered by now, or at the end of this turn; a watch is cheap beside a request.
  if (phase_ == Phase::kAnswering) watch_for_close();
}

void HttpConnection::refuse_to_read(error_code error) {
  const auto& limits = server_->limits;
  if (error == HttpError::body_limit) return refuse(413, "the body is larger than is taken here");
  if (error == boost::system::errc::no_space_on_device) {
    return refuse(507, "the body cannot be stored: the disk may be full");
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
  leave_silence();
  framing_ = {.keep_alive = false};
  head_only_ = false;
  refused_ = true;
  write_response(Response::text(status, std::move(text) + "\n"));
}

// To close with something unread would reset the connection, and the client lose our answer.
void HttpConnection::discard_rest() {
  if (phase_ != Phase::kDiscarding) {
    phase_ = Phase::kDiscarding;
    still_ = 0;
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
  }
  socket_.async_read_some(asio::buffer(server_->scrap),
                          [self = shared_from_this()](error_code error, std::size_t got) {
                            self->discarded_ += got;
                            if (error == asio::error::connection_reset) self->notice_unread();
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
  still_ = 0;
  if (head_only_) framing_.length = announced_length(response);
  head_ = server_->head_of(response, framing_);
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
  if (error) notice_unread();
  if (error) return close();
  if (refused_ || !framing_.keep_alive) return discard_rest();
  if (client_gone_) return close();
  read_request();
}

void HttpConnection::begin_stream(const Response& head) {
  if (phase_ != Phase::kAnswering) return;
  framing_.length = announced_length(head);
  framing_.body = framing_.length     ? Framing::Body::kLength
                  : framing_.http_1_0 ? Framing::Body::kUntilClose
                                      : Framing::Body::kChunked;
  if (framing_.body == Framing::Body::kUntilClose) framing_.keep_alive = false;
  stream_ended_ = false;
  stream_queue_ = server_->head_of(head, framing_);
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
  still_ = 0;
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

void HttpConnection::on_unread(std::function<void()> callback) {
  if (phase_ == Phase::kAnswering) unread_callback_ = std::move(callback);
}

// A client whose kernel still had of our answer when it closed has reset the connection
// (RFC 9293 §3.10.4, RFC 2525 §2.17); one that has read it all sends a FIN.
void HttpConnection::notice_unread() {
  if (const auto callback = std::exchange(unread_callback_, nullptr)) callback();
}

void HttpConnection::close() {
  phase_ = Phase::kClosed;
  client_gone_ = true;
  // What a callback holds may be the last of its exchange, whose end closes this connection again.
  const auto closed = std::exchange(closed_callback_, nullptr);
  const auto drained = std::exchange(drained_callback_, nullptr);
  const auto unread = std::exchange(unread_callback_, nullptr);
  leave_silence();
  error_code ignored;
  socket_.close(ignored);
}

// Who answers hears of it, though not inside his own call.
void HttpConnection::break_off() {
  if (closed_callback_) server_->loop.tasks().post(std::exchange(closed_callback_, nullptr));
  close();
}

// --- time ----------------------------------------------------------------------------------------

// Whoever says something goes to the end of the silent.
void HttpConnection::enter_silence() {
  still_ = 0;
  auto& silent = server_->silent;
  if (silence_) return silent.splice(silent.end(), silent, *silence_);
  silence_ = silent.insert(silent.end(), this);
}

void HttpConnection::leave_silence() {
  if (silence_) server_->silent.erase(*silence_);
  silence_.reset();
}

void HttpConnection::tick() {
  if (phase_ == Phase::kClosed) return;
  const bool is_ours = phase_ == Phase::kAnswering && !stream_writing_;
  still_ = is_ours ? 0 : still_ + 1;  // a long poll takes the time that it takes
  if (in_request()) ++receiving_;
  if (still_ * server_->tick_length() > server_->limits.idle || trickles()) on_time_limit();
}

bool HttpConnection::trickles() const {
  const auto& limits = server_->limits;
  if (!in_request() || limits.receive_rate == 0) return false;
  const auto earned = std::chrono::seconds(received_ / limits.receive_rate);
  return receiving_ * server_->tick_length() > limits.receive_grace + earned;
}

void HttpConnection::on_time_limit() {
  if (!in_request()) return break_off();
  error_code ignored;
  socket_.cancel(ignored);
  refuse(408, "the request did not come in time");
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

bool ConnectionExchange::is_awaited() const {
  return state_ != State::kDone && connection_->is_awaited();
}

void ConnectionExchange::on_unread(std::function<void()> callback) {
  if (state_ != State::kDone) connection_->on_unread(std::move(callback));
}

void ConnectionExchange::on_closed(std::function<void()> callback) {
  if (state_ != State::kDone) connection_->on_closed(std::move(callback));
}

}  // namespace

void Connection::start(std::shared_ptr<ServerState> server, tcp::socket socket) {
  std::make_shared<HttpConnection>(std::move(server), std::move(socket))->start();
}

}  // namespace loopgate::http

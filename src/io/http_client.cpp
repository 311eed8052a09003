#include "io/http_client.h"

#include <fmt/format.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http.hpp>
#include <charconv>
#include <deque>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "base/clock.h"

namespace loopgate::io {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace ssl = boost::asio::ssl;
using asio::ip::tcp;
using boost::system::error_code;
using Parser = beast::http::response_parser<beast::http::string_body>;

constexpr std::size_t kMaxUrl = 8192;
constexpr int kMaxInterimAnswers = 8;          // 100 Continue, 103 Early Hints
constexpr std::size_t kReadAhead = 16 * 1024;  // beside the head: a chunk's line, or its trailers

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return beast::iequals(a, b);
}

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           std::string_view("!#$%&'*+-.^_`|~").contains(c);
  });
}

Status check_header(const HttpHeader& header) {
  if (!is_token(header.name)) return fail("'" + header.name + "' is not a header's name");
  const auto is_control = [](char c) { return (c >= 0 && c < ' ' && c != '\t') || c == 0x7f; };
  if (std::ranges::any_of(header.value, is_control)) {
    return fail("the header " + header.name + " holds a control character");
  }
  for (const auto* ours : {"Host", "Content-Length", "Transfer-Encoding", "Connection", "Expect"}) {
    if (equal_ignoring_case(header.name, ours)) {
      return fail(fmt::format("the header {} is not the caller's to set", ours));
    }
  }
  return {};
}

Result<Url> check(const HttpRequest& request) {
  auto url = Url::parse(request.url);
  if (!url) return url;
  if (!is_token(request.method)) return fail("'" + request.method + "' is not a method");
  for (const auto& header : request.headers) {
    if (const auto status = check_header(header); !status) return std::unexpected(status.error());
  }
  return url;
}

bool is_idempotent(std::string_view method) {
  constexpr std::array<std::string_view, 6> kIdempotent{"GET",    "HEAD",    "PUT",
                                                        "DELETE", "OPTIONS", "TRACE"};
  return std::ranges::find(kIdempotent, method) != kIdempotent.end();
}

// One TCP connection, with TLS on top where the URL says so.
struct Connection {
  explicit Connection(asio::io_context& context) : socket(context) {}

  void close() {
    error_code ignored;
    socket.close(ignored);
  }
  // Whether the server has closed it, or said something that nobody asked for.
  bool is_stale() {
    error_code error;
    socket.non_blocking(true, error);
    char byte = 0;
    socket.receive(asio::buffer(&byte, 1), tcp::socket::message_peek, error);
    return error != asio::error::would_block;
  }

  tcp::socket socket;
  std::optional<ssl::stream<tcp::socket&>> tls;
  std::string server;  // what it may be used for again
  bool reused = false;
};
using ConnectionPtr = std::shared_ptr<Connection>;

}  // namespace

struct HttpClient::Impl : std::enable_shared_from_this<HttpClient::Impl> {
  class Call;
  struct Idle {
    ConnectionPtr connection;
    Instant until;
  };

  Impl(Loop& loop, HttpClientOptions options)
      : loop(loop), options(std::move(options)), idle_timer(loop.clock()) {}

  CallId send(HttpRequest request, Done done);
  void cancel(CallId id);
  void tell(CallId id);
  Result<ssl::context*> tls();
  ConnectionPtr take_idle(const std::string& server);
  void keep_idle(ConnectionPtr connection);
  void end_idle();

  Loop& loop;
  HttpClientOptions options;
  std::optional<ssl::context> tls_context;  // made at the first need: it reads the system's store
  std::map<CallId, std::shared_ptr<Call>> calls;
  std::uint64_t last_call = 0;
  std::deque<Idle> idle;  // the longest idle first
  ScopedTimer idle_timer;
};

// One request on its way: connect, (handshake,) write, read the head, read the body.
class HttpClient::Impl::Call : public std::enable_shared_from_this<Call> {
 public:
  Call(Impl& client, CallId id, HttpRequest request, Done done)
      : client_(client),
        id_(id),
        limits_(request.limits),
        done_(std::move(done)),
        outside_(client.loop.outside_work()),
        resolver_(client.loop.context()),
        phase_timer_(client.loop.clock()),
        whole_timer_(client.loop.clock()),
        request_(std::move(request)) {}

  void start() {
    auto url = check(request_);
    if (!url) return finish(std::unexpected(url.error()));
    url_ = *std::move(url);
    make_message();
    whole_timer_.set_after(limits_.whole, [this] { fail_with("did not answer in time"); });
    open();
  }

  // Nothing of it goes on.
  void stop() {
    over_ = true;
    phase_timer_.cancel();
    whole_timer_.cancel();
    resolver_.cancel();
    if (connection_) connection_->close();
  }

  void tell() { done_(std::move(*result_)); }

 private:
  std::string server() const {
    return fmt::format("{}://{}:{}", url_.secure ? "https" : "http", url_.host, url_.port);
  }

  void make_message() {
    message_.version(11);
    message_.method_string(request_.method);
    message_.target(url_.target);
    for (const auto& header : request_.headers) message_.insert(header.name, header.value);
    message_.set(beast::http::field::host, url_.authority());
    message_.body() = std::move(request_.body);
    message_.prepare_payload();
  }

  // Handlers come to nothing once the call is over; the clock may end it first.
  template <class Handler>
  auto guarded(Handler handler) {
    return [self = shared_from_this(), handler = std::move(handler)](auto&&... arguments) mutable {
      if (!self->over_) self->client_.loop.catch_up();
      if (!self->over_) handler(arguments...);
    };
  }

  template <class Operation>
  void on_stream(Operation operation) {
    connection_->tls ? operation(*connection_->tls) : operation(connection_->socket);
  }

  void open() {
    if ((connection_ = client_.take_idle(server()))) return write();
    connection_ = std::make_shared<Connection>(client_.loop.context());
    connection_->server = server();
    if (url_.secure && !prepare_tls()) return;
    phase_timer_.set_after(limits_.connect, [this] { fail_with("did not connect in time"); });
    error_code error;
    const auto address = asio::ip::make_address(url_.host, error);
    if (!error) return connect_to({tcp::endpoint(address, url_.port)});
    resolver_.async_resolve(
        url_.host, std::to_string(url_.port), tcp::resolver::numeric_service,
        guarded([this](error_code failed, const tcp::resolver::results_type& found) {
          if (failed) return fail_with("cannot be resolved: " + failed.message());
          connect_to({found.begin(), found.end()});
        }));
  }

  bool prepare_tls() {
    const auto context = client_.tls();
    if (!context) {
      finish(std::unexpected(context.error()));
      return false;
    }
    auto& stream = connection_->tls.emplace(connection_->socket, **context);
    stream.set_verify_mode(ssl::verify_peer);
    stream.set_verify_callback(ssl::host_name_verification(url_.host));
    error_code not_numeric;
    asio::ip::make_address(url_.host, not_numeric);
    // No literal addresses (RFC 6066 §3).
    if (not_numeric) SSL_set_tlsext_host_name(stream.native_handle(), url_.host.c_str());
    return true;
  }

  void connect_to(std::vector<tcp::endpoint> endpoints) {
    endpoints_ = std::move(endpoints);
    if (const auto why = drop_refused(); endpoints_.empty()) return fail_with(why);
    asio::async_connect(connection_->socket, endpoints_,
                        guarded([this](error_code error, const tcp::endpoint&) {
                          if (error) return fail_with("cannot be connected to: " + error.message());
                          error_code ignored;
                          connection_->socket.set_option(tcp::no_delay(true), ignored);
                          connection_->tls ? handshake() : write();
                        }));
  }

  // Gives why the last of them was dropped.
  std::string drop_refused() {
    std::string why = "has no address";
    if (!client_.options.refuse) return why;
    std::erase_if(endpoints_, [&](const tcp::endpoint& endpoint) {
      auto address = endpoint.address();
      if (address.is_v6()) {
        auto bare = address.to_v6();
        bare.scope_id(0);
        address = bare;
      }
      const auto parsed = IpAddress::parse(address.to_string());
      auto refused = parsed ? client_.options.refuse(*parsed) : std::string("has no address");
      if (refused.empty()) return false;
      why = std::move(refused);
      return true;
    });
    return why;
  }

  void handshake() {
    connection_->tls->async_handshake(ssl::stream_base::client, guarded([this](error_code error) {
                                        if (error) return fail_with(explain_tls(error));
                                        write();
                                      }));
  }

  std::string explain_tls(error_code error) const {
    const auto verified = SSL_get_verify_result(connection_->tls->native_handle());
    if (verified == X509_V_OK) return "speaks no TLS that we accept: " + error.message();
    const auto& file = client_.options.ca_file;
    return fmt::format("has a certificate that is not trusted: {} ({})",
                       X509_verify_cert_error_string(verified),
                       file.empty() ? "by the system's authorities" : "by those in " + file);
  }

  void write() {
    phase_timer_.cancel();
    on_stream([this](auto& stream) {
      beast::http::async_write(stream, message_, guarded([this](error_code error, std::size_t) {
                                 // It may have refused before it had read everything.
                                 if (error && connection_->reused) return broken(error);
                                 read_head();
                               }));
    });
  }

  void read_head() {
    if (!phase_timer_.is_set()) {
      phase_timer_.set_after(limits_.first_byte,
                             [this] { fail_with("did not begin to answer in time"); });
    }
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(limits_.head_bytes));
    parser_->body_limit(limits_.body_bytes);
    parser_->skip(message_.method() == beast::http::verb::head);
    on_stream([this](auto& stream) {
      beast::http::async_read_header(
          stream, buffer_, *parser_,
          guarded([this](error_code error, std::size_t) { on_head(error); }));
    });
  }

  void on_head(error_code error) {
    if (error) return broken(error);
    const auto status = parser_->get().result_int();
    if (status == 101) return fail_with("switches protocols, which was not asked for");
    if (status < 100 || status > 599) return fail_with(fmt::format("answers status {}", status));
    if (status < 200) {
      if (++interim_answers_ > kMaxInterimAnswers) return fail_with("sends only interim answers");
      return read_head();
    }
    phase_timer_.cancel();
    on_stream([this](auto& stream) {
      beast::http::async_read(stream, buffer_, *parser_,
                              guarded([this](error_code failed, std::size_t) { on_body(failed); }));
    });
  }

  void on_body(error_code error) {
    if (error) return broken(error);
    const bool reusable = parser_->keep_alive() && buffer_.size() == 0;
    auto message = parser_->release();
    HttpResponse response;
    response.status = static_cast<int>(message.result_int());
    for (const auto& field : message) {
      response.headers.push_back({std::string(field.name_string()), std::string(field.value())});
    }
    response.body = std::move(message.body());
    if (reusable) client_.keep_idle(std::exchange(connection_, nullptr));
    finish(std::move(response));
  }

  void broken(error_code error) {
    namespace http = beast::http;
    const bool nothing_came = !parser_ || !parser_->got_some();
    if (connection_->reused && nothing_came && is_idempotent(request_.method)) {
      connection_->close();
      phase_timer_.cancel();
      buffer_.clear();
      return open();
    }
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
      return fail_with(fmt::format(
          "answers with a head, or a line of a chunk, of more than {} bytes", limits_.head_bytes));
    }
    if (error == http::error::body_limit) {
      return fail_with(fmt::format("answers with more than {} bytes", limits_.body_bytes));
    }
    if (error == http::error::end_of_stream || error == http::error::partial_message ||
        error == ssl::error::stream_truncated || error == asio::error::eof) {
      return fail_with("closed the connection before its answer was whole");
    }
    if (error.category() == http::make_error_code(http::error::bad_version).category()) {
      return fail_with("does not answer as HTTP/1.1: " + error.message());
    }
    fail_with("broke off: " + error.message());
  }

  void fail_with(const std::string& what) { finish(fail(server() + " " + what)); }

  void finish(Result<HttpResponse> result) {
    const auto self = shared_from_this();
    stop();
    result_ = std::move(result);
    client_.loop.tasks().post([weak = client_.weak_from_this(), id = id_] {
      if (const auto client = weak.lock()) client->tell(id);
    });
  }

  Impl& client_;
  const CallId id_;
  Url url_;
  HttpLimits limits_;
  Done done_;
  bool over_ = false;
  std::optional<Result<HttpResponse>> result_;
  std::shared_ptr<void> outside_;
  tcp::resolver resolver_;
  ScopedTimer phase_timer_;
  ScopedTimer whole_timer_;
  HttpRequest request_;
  std::vector<tcp::endpoint> endpoints_;
  ConnectionPtr connection_;
  beast::http::request<beast::http::string_body> message_;
  std::optional<Parser> parser_;
  beast::flat_buffer buffer_{limits_.head_bytes + kReadAhead};
  int interim_answers_ = 0;
};

HttpClient::CallId HttpClient::Impl::send(HttpRequest request, Done done) {
  const CallId id{++last_call};
  const auto call = std::make_shared<Call>(*this, id, std::move(request), std::move(done));
  calls.emplace(id, call);
  call->start();
  return id;
}

void HttpClient::Impl::cancel(CallId id) {
  if (const auto call = calls.extract(id)) call.mapped()->stop();
}

void HttpClient::Impl::tell(CallId id) {
  if (const auto call = calls.extract(id)) call.mapped()->tell();
}

Result<ssl::context*> HttpClient::Impl::tls() {
  if (tls_context) return &*tls_context;
  ssl::context context(ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  error_code error;
  options.ca_file.empty() ? context.set_default_verify_paths(error)
                          : context.load_verify_file(options.ca_file, error);
  if (error) {
    return fail("the certificates of the authorities cannot be read: " + error.message(),
                {options.ca_file});
  }
  return &tls_context.emplace(std::move(context));
}

ConnectionPtr HttpClient::Impl::take_idle(const std::string& server) {
  for (auto i = idle.size(); i-- > 0;) {
    if (idle[i].connection->server != server) continue;
    auto connection = std::move(idle[i].connection);
    idle.erase(idle.begin() + static_cast<std::ptrdiff_t>(i));
    if (connection->is_stale()) continue;
    connection->reused = true;
    return connection;
  }
  return nullptr;
}

void HttpClient::Impl::keep_idle(ConnectionPtr connection) {
  const auto of_server = std::ranges::count_if(
      idle, [&](const Idle& other) { return other.connection->server == connection->server; });
  if (static_cast<std::size_t>(of_server) >= options.idle_per_server ||
      options.idle_connections == 0) {
    return connection->close();
  }
  if (idle.size() >= options.idle_connections) {
    idle.front().connection->close();
    idle.pop_front();
  }
  idle.push_back({std::move(connection), loop.clock().now() + options.idle_for});
  if (!idle_timer.is_set()) idle_timer.set_after(options.idle_for, [this] { end_idle(); });
}

void HttpClient::Impl::end_idle() {
  while (!idle.empty() && idle.front().until <= loop.clock().now()) {
    idle.front().connection->close();
    idle.pop_front();
  }
  if (!idle.empty()) {
    idle_timer.set_after(idle.front().until - loop.clock().now(), [this] { end_idle(); });
  }
}

HttpClient::HttpClient(Loop& loop, HttpClientOptions options)
    : impl_(std::make_shared<Impl>(loop, std::move(options))) {}

HttpClient::~HttpClient() {
  for (const auto& [id, call] : impl_->calls) call->stop();
  impl_->calls.clear();
  for (const auto& kept : impl_->idle) kept.connection->close();
}

HttpClient::CallId HttpClient::send(HttpRequest request, Done done) {
  return impl_->send(std::move(request), std::move(done));
}

void HttpClient::cancel(CallId id) {
  impl_->cancel(id);
}

std::size_t HttpClient::under_way() const {
  return impl_->calls.size();
}

std::string_view HttpResponse::header(std::string_view name) const {
  for (const auto& header : headers) {
    if (equal_ignoring_case(header.name, name)) return header.value;
  }
  return {};
}

namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

// "host", "host:port", "[address]:port".
Status parse_authority(std::string_view text, Url& url) {
  if (text.contains('@')) return fail("the URL must not hold a user name");
  const auto bracket = text.find(']');
  const auto colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon != std::string_view::npos) {
    const auto port = parse_port(text.substr(colon + 1));
    if (!port) return fail("the URL's port must be a number from 1 to 65535");
    url.port = *port;
    text = text.substr(0, colon);
  }
  if (text.starts_with('[') && text.ends_with(']')) {
    text = text.substr(1, text.size() - 2);
    error_code error;
    asio::ip::make_address_v6(std::string(text), error);
    if (error) return fail("the URL's [host] is not an IPv6 address");
  } else if (text.find_first_of("[]\\\"<>^`{|}") != std::string_view::npos) {
    return fail("the URL's host is not a name or an address");
  }
  if (text.empty()) return fail("the URL names no host");
  url.host = text;
  return {};
}

}  // namespace

Result<Url> Url::parse(std::string_view text) {
  if (text.size() > kMaxUrl) return fail(fmt::format("the URL is longer than {} bytes", kMaxUrl));
  if (!std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; })) {
    return fail("the URL has characters that must be percent-encoded");
  }
  Url url;
  const auto scheme = text.substr(0, text.find("://"));
  url.secure = equal_ignoring_case(scheme, "https");
  if (scheme.size() == text.size() || (!url.secure && !equal_ignoring_case(scheme, "http"))) {
    return fail("only http:// and https:// URLs are called: " + std::string(text));
  }
  if (url.secure) url.port = 443;
  text.remove_prefix(scheme.size() + 3);
  const auto slash = std::min(text.find_first_of("/?#"), text.size());
  if (const auto status = parse_authority(text.substr(0, slash), url); !status) {
    return std::unexpected(status.error());
  }
  auto target = text.substr(slash);
  target = target.substr(0, target.find('#'));
  url.target = (target.starts_with('/') ? "" : "/") + std::string(target);
  return url;
}

std::string Url::authority() const {
  const auto name = host.contains(':') ? "[" + host + "]" : host;
  return port == (secure ? 443 : 80) ? name : fmt::format("{}:{}", name, port);
}

}  // namespace loopgate::io

#include "emulators/http/http_client.h"

#include <algorithm>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <charconv>
#include <memory>
#include <optional>
#include <utility>

namespace loopgate::http {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t kMaxUrl = 8192;

class ClientExchange : public std::enable_shared_from_this<ClientExchange> {
 public:
  ClientExchange(io::Loop& loop, HttpClientRequest request, Url url,
                 std::move_only_function<void(Result<Response>)> done)
      : loop_(loop),
        url_(std::move(url)),
        done_(std::move(done)),
        resolver_(loop.context()),
        socket_(loop.context()),
        timer_(loop.context()),
        limit_(request.response_limit) {
    message_.version(11);
    message_.method_string(request.method);
    message_.target(url_.target);
    for (const auto& header : request.headers) message_.insert(header.name, header.value);
    message_.set(beast::http::field::host, url_.authority());
    message_.set(beast::http::field::connection, "close");
    message_.body() = std::move(request.body);
    message_.prepare_payload();
    timer_.expires_after(request.timeout);
  }

  void start() {
    watch_time();
    error_code error;
    const auto host = url_.host == "localhost" ? std::string("127.0.0.1") : url_.host;
    const auto address = asio::ip::make_address(host, error);
    if (!error) {
      const auto port = static_cast<std::uint16_t>(std::stoi(url_.port));
      socket_.async_connect({address, port}, [self = shared_from_this()](error_code failed) {
        self->on_connected(failed);
      });
      return;
    }
    resolver_.async_resolve(
        url_.host, url_.port, [self = shared_from_this()](error_code failed, const auto& found) {
          if (failed) return self->finish_with("cannot resolve " + self->url_.host, failed);
          asio::async_connect(
              self->socket_, found,
              [self](error_code refused, const tcp::endpoint&) { self->on_connected(refused); });
        });
  }

 private:
  void watch_time() {
    timer_.async_wait([weak = weak_from_this()](error_code error) {
      const auto self = weak.lock();
      if (error || !self) return;
      self->finish(fail(self->url_.authority() + " did not answer in time"));
    });
  }

  void on_connected(error_code error) {
    if (error) return finish_with("cannot connect to " + url_.authority(), error);
    error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    beast::http::async_write(
        socket_, message_, [self = shared_from_this()](error_code failed, std::size_t) {
          if (failed) return self->finish_with("cannot write to " + self->url_.authority(), failed);
          self->read();
        });
  }

  void read() {
    parser_.body_limit(limit_);
    if (message_.method() == beast::http::verb::head) parser_.skip(true);
    beast::http::async_read(
        socket_, buffer_, parser_, [self = shared_from_this()](error_code error, std::size_t) {
          if (error) return self->finish_with("no answer from " + self->url_.authority(), error);
          self->finish(self->take_response());
        });
  }

  Response take_response() {
    auto message = parser_.release();
    Response response;
    response.status = static_cast<int>(message.result_int());
    for (const auto& field : message) {
      response.headers.push_back({std::string(field.name_string()), std::string(field.value())});
    }
    response.body = std::move(message.body());
    return response;
  }

  void finish_with(const std::string& what, error_code error) {
    finish(fail(what + ": " + error.message()));
  }

  void finish(Result<Response> result) {
    if (!done_) return;
    auto done = std::exchange(done_, nullptr);
    resolver_.cancel();
    error_code ignored;
    socket_.close(ignored);
    timer_.cancel();
    loop_.catch_up();
    done(std::move(result));
  }

  io::Loop& loop_;
  Url url_;
  std::move_only_function<void(Result<Response>)> done_;
  tcp::resolver resolver_;
  tcp::socket socket_;
  asio::steady_timer timer_;
  beast::http::request<beast::http::string_body> message_;
  beast::http::response_parser<beast::http::string_body> parser_;
  beast::flat_buffer buffer_;
  std::size_t limit_;
};

bool is_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port != 0;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

}  // namespace

Result<Url> Url::parse(std::string_view text) {
  constexpr std::string_view kScheme = "http://";
  if (text.size() > kMaxUrl)
    return fail("the URL is longer than " + std::to_string(kMaxUrl) + " bytes");
  if (!is_token(text)) return fail("the URL has characters that must be percent-encoded");
  if (!text.starts_with(kScheme)) return fail("only http:// URLs are called: " + std::string(text));
  text.remove_prefix(kScheme.size());
  const auto slash = std::min(text.find_first_of("/?#"), text.size());
  auto authority = text.substr(0, slash);
  auto target = text.substr(slash);
  target = target.substr(0, target.find('#'));

  Url url;
  if (authority.find('@') != std::string_view::npos)
    return fail("the URL must not hold a user name");
  const auto bracket = authority.find(']');
  const auto colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon != std::string_view::npos) {
    url.port = authority.substr(colon + 1);
    if (!is_port(url.port)) return fail("the URL's port must be a number from 1 to 65535");
    authority = authority.substr(0, colon);
  }
  if (authority.starts_with('[') && authority.ends_with(']')) {
    authority = authority.substr(1, authority.size() - 2);
  }
  if (authority.empty()) return fail("the URL names no host");
  url.host = authority;
  url.target = (target.starts_with('/') ? "" : "/") + std::string(target);
  return url;
}

std::string Url::authority() const {
  const auto name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return port == "80" ? name : name + ":" + port;
}

void http_request(io::Loop& loop, HttpClientRequest request,
                  std::move_only_function<void(Result<Response>)> done) {
  auto url = Url::parse(request.url);
  const auto is_header = [](const Header& header) {
    return is_token(header.name) && header.value.find_first_of("\r\n") == std::string::npos;
  };
  auto refused = url ? Status{} : Status(std::unexpected(url.error()));
  if (!is_token(request.method)) refused = fail("the method must be a word");
  if (!std::ranges::all_of(request.headers, is_header))
    refused = fail("a header holds a line break");
  if (!refused) {
    loop.tasks().post([done = std::move(done), error = refused.error()]() mutable {
      done(std::unexpected(std::move(error)));
    });
    return;
  }
  auto exchange =
      std::make_shared<ClientExchange>(loop, std::move(request), *std::move(url), std::move(done));
  exchange->start();
}

}  // namespace loopgate::http

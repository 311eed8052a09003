// HTTP/1.1 requests that leave from inside the loop, over TCP or TLS: deliveries and hooks, and
// calls of a remote AWS. Where they may go is for the caller to decide. No redirects are followed,
// no proxies used, no cookies kept.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.h"
#include "base/result.h"
#include "base/time.h"
#include "io/loop.h"

namespace loopgate::io {

struct Url {
  bool secure = false;
  std::string host;  // without brackets
  std::uint16_t port = 80;
  std::string target = "/";  // path and query

  // "http[s]://host[:port][/path][?query][#dropped]". Refused: other schemes, user names, and what
  // would have to be percent-encoded.
  static Result<Url> parse(std::string_view text);
  std::string authority() const;  // as in the Host header: without the scheme's own port
};

struct HttpHeader {
  std::string name;
  std::string value;
};

// Times on the loop's clock.
struct HttpLimits {
  Duration connect = std::chrono::seconds(10);     // resolving, TCP and TLS
  Duration first_byte = std::chrono::seconds(60);  // from the request's last byte to a whole head
  Duration whole = std::chrono::seconds(300);      // from `send` to the last byte
  std::size_t head_bytes = 64 * 1024;              // of the answer
  std::size_t body_bytes = 16 * 1024 * 1024;
};

struct HttpRequest {
  std::string method = "POST";
  std::string url = {};
  // Ours and refused here: Host, Content-Length, Transfer-Encoding, Connection, Expect.
  std::vector<HttpHeader> headers = {};
  std::string body = {};
  HttpLimits limits = {};
};

struct HttpResponse {
  int status = 0;  // 200…599; interim answers (1xx) are passed over
  std::vector<HttpHeader> headers = {};
  std::string body = {};

  // Case-insensitive; the first of that name, empty when it is missing.
  std::string_view header(std::string_view name) const;
};

// Whoever takes a request and brings its answer: the client below, or what a scenario has in its
// place.
class HttpSender {
 public:
  enum class CallId : std::uint64_t {};
  using Done = std::move_only_function<void(Result<HttpResponse>)>;

  virtual ~HttpSender() = default;

  // `done` is called exactly once, in a later turn, unless the call is cancelled. An answer of any
  // status is a success; errors name the server.
  virtual CallId send(HttpRequest request, Done done) = 0;
  // Breaks it off; `done` is not called any more. Also from within another call's `done`.
  virtual void cancel(CallId id) = 0;
};

struct HttpClientOptions {
  // PEM file of the authorities that servers' certificates must come from; empty: the system's.
  std::string ca_file = {};
  // Why nothing is sent to an address, which ends the sentence "http://host:80 "; empty: it may be.
  // Null: everything may. A host with several addresses is called at those that may be.
  std::function<std::string(const IpAddress& address)> refuse = {};
  // Connections that are kept for later requests, of all servers together and of one, and for how
  // long.
  std::size_t idle_connections = 64;
  std::size_t idle_per_server = 8;
  Duration idle_for = std::chrono::seconds(15);
};

class HttpClient final : public HttpSender {
 public:
  explicit HttpClient(Loop& loop, HttpClientOptions options = {});
  ~HttpClient() override;  // as if every call were cancelled
  HttpClient(const HttpClient&) = delete;

  // A request is sent once more only where that cannot do anything twice: over a kept connection
  // that turns out closed, with a method that is idempotent (RFC 9110 §9.2.2).
  CallId send(HttpRequest request, Done done) override;
  void cancel(CallId id) override;

  // Calls whose `done` is still to come. The loop knows of them (Loop::awaits_outside).
  std::size_t under_way() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace loopgate::io

#include "io/http_client.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <optional>
#include <thread>

#include "base/random.h"
#include "base/system_time.h"

namespace loopgate::io {
namespace {

using testing::HasSubstr;

// A certificate that vouches for itself, and its key.
class Certificate {
 public:
  explicit Certificate(const char* names) : key_(EVP_EC_gen("P-256")), x509_(X509_new()) {
    ASN1_INTEGER_set(X509_get_serialNumber(x509_), 1);
    X509_set_version(x509_, X509_VERSION_3);
    X509_gmtime_adj(X509_getm_notBefore(x509_), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x509_), 3600);
    X509_set_pubkey(x509_, key_);
    X509_NAME* subject = X509_get_subject_name(x509_);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
    X509_set_issuer_name(x509_, subject);
    X509_EXTENSION* alternative =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names);
    X509_add_ext(x509_, alternative, -1);
    X509_EXTENSION_free(alternative);
    X509_sign(x509_, key_, EVP_sha256());
  }
  ~Certificate() {
    X509_free(x509_);
    EVP_PKEY_free(key_);
  }
  Certificate(const Certificate&) = delete;

  std::string write_file() const {
    const auto path = testing::TempDir() + "loopgate-" + Random::from_system().hex(12) + ".pem";
    std::FILE* file = std::fopen(path.c_str(), "w");
    PEM_write_X509(file, x509_);
    std::fclose(file);
    return path;
  }
  void use_in(SSL_CTX* context) const {
    SSL_CTX_use_certificate(context, x509_);
    SSL_CTX_use_PrivateKey(context, key_);
  }

 private:
  EVP_PKEY* key_;
  X509* x509_;
};

// One connection, seen from the server. Blocking; a client that has gone ends it.
class Peer {
 public:
  Peer(int socket, SSL_CTX* context) : socket_(socket) {
    if (context == nullptr) return;
    ssl_ = SSL_new(context);
    SSL_set_fd(ssl_, socket_);
    accepted_ = SSL_accept(ssl_) == 1;
  }
  ~Peer() {
    SSL_free(ssl_);
    ::close(socket_);
  }
  Peer(const Peer&) = delete;

  bool accepted() const { return accepted_; }
  std::string server_name() const {
    const char* name = SSL_get_servername(ssl_, TLSEXT_NAMETYPE_host_name);
    return name == nullptr ? "" : name;
  }
  // Up to the empty line; "" when the client has gone.
  std::string read_head() {
    std::string head;
    for (char byte = 0; !head.ends_with("\r\n\r\n");) {
      if (read_some(&byte, 1) != 1) return {};
      head += byte;
    }
    return head;
  }
  std::string read_exactly(std::size_t size) {
    std::string out(size, '\0');
    for (std::size_t had = 0; had < size;) {
      const auto got = read_some(out.data() + had, size - had);
      if (got <= 0) return {};
      had += static_cast<std::size_t>(got);
    }
    return out;
  }
  bool write(std::string_view text) {
    while (!text.empty()) {
      const auto sent = ssl_ != nullptr
                            ? SSL_write(ssl_, text.data(), static_cast<int>(text.size()))
                            : ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void say_goodbye() {
    if (ssl_ != nullptr) SSL_shutdown(ssl_);
  }
  void wait_until_it_has_gone() {
    char byte = 0;
    while (read_some(&byte, 1) > 0) {
    }
  }

 private:
  ssize_t read_some(char* data, std::size_t size) {
    return ssl_ != nullptr ? SSL_read(ssl_, data, static_cast<int>(size))
                           : ::recv(socket_, data, size, 0);
  }
  int socket_;
  SSL* ssl_ = nullptr;
  bool accepted_ = true;
};

// Runs `script` with each connection, one after the other.
class ScriptedServer {
 public:
  using Script = std::function<void(Peer&)>;

  explicit ScriptedServer(Script script, const Certificate* certificate = nullptr)
      : script_(std::move(script)) {
    ::signal(SIGPIPE, SIG_IGN);
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address));
    ::listen(listener_, 16);
    socklen_t size = sizeof(address);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    if (certificate != nullptr) {
      context_ = SSL_CTX_new(TLS_server_method());
      certificate->use_in(context_);
    }
    thread_ = std::thread([this] { serve(); });
  }
  ~ScriptedServer() {
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    ::shutdown(connection_, SHUT_RDWR);  // which a client may keep for later
    thread_.join();
    ::close(listener_);
    SSL_CTX_free(context_);
  }

  std::string url(std::string_view target = "/", std::string_view host = "127.0.0.1") const {
    return fmt::format("{}://{}:{}{}", context_ != nullptr ? "https" : "http", host, port_, target);
  }
  int connections() const { return connections_; }

 private:
  void serve() {
    for (int socket = 0; (socket = ::accept(listener_, nullptr, nullptr)) >= 0;) {
      ++connections_;
      connection_ = socket;
      if (stopping_) ::shutdown(socket, SHUT_RDWR);
      Peer peer(socket, context_);
      if (peer.accepted()) script_(peer);
    }
  }
  Script script_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  SSL_CTX* context_ = nullptr;
  std::atomic<int> connections_ = 0;
  std::atomic<int> connection_ = -1;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

// Answers every request of a connection with the same bytes.
ScriptedServer::Script always(std::string answer) {
  return [answer = std::move(answer)](Peer& peer) {
    while (!peer.read_head().empty() && peer.write(answer)) {
    }
  };
}

// Answers once, and closes.
ScriptedServer::Script once(std::string answer) {
  return [answer = std::move(answer)](Peer& peer) {
    peer.read_head();
    peer.write(answer);
    peer.say_goodbye();
  };
}

const std::string kHello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Which: one\r\n\r\nhello";

// On a clock that stands still: deadlines come when the test says so.
class HttpClientTest : public testing::Test {
 protected:
  using Answer = std::optional<Result<HttpResponse>>;

  template <class Predicate>
  bool until(Predicate happened) {
    const auto last = system_instant() + std::chrono::seconds(20);
    while (!happened() && system_instant() < last) loop.turn(std::chrono::milliseconds(20));
    return happened();
  }
  HttpRequest get(const std::string& url) { return {.method = "GET", .url = url}; }
  std::shared_ptr<Answer> begin(HttpClient& client, HttpRequest request) {
    auto answer = std::make_shared<Answer>();
    client.send(std::move(request), [answer](Result<HttpResponse> result) {
      EXPECT_FALSE(*answer) << "a second answer";
      *answer = std::move(result);
    });
    return answer;
  }
  Result<HttpResponse> send(HttpClient& client, HttpRequest request) {
    const auto answer = begin(client, std::move(request));
    if (!until([&] { return answer->has_value(); })) return fail("no answer in the test's time");
    return **answer;
  }
  Result<HttpResponse> send(HttpRequest request) { return send(client, std::move(request)); }

  Clock clock{system_wall(), system_instant()};
  TaskQueue tasks;
  Loop loop{clock, tasks, Loop::Mode::kSimulated};
  HttpClient client{loop};
};

TEST_F(HttpClientTest, SendsWhatIsGivenAndGivesWhatComes) {
  std::string seen;
  ScriptedServer server([&](Peer& peer) {
    seen = peer.read_head();
    seen += peer.read_exactly(7);
    peer.write(
        "HTTP/1.1 201 Created\r\nX-A: 1\r\nx-a: 2\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3\r\nabc\r\n2;extension\r\nde\r\n0\r\nTrailer: x\r\n\r\n");
  });
  const auto answer =
      send({.url = server.url("/hook?x=1"), .headers = {{"X-Sent", "yes"}}, .body = "payload"});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 201);
  EXPECT_EQ(answer->body, "abcde");
  EXPECT_EQ(answer->header("X-a"), "1");
  EXPECT_THAT(seen, testing::StartsWith("POST /hook?x=1 HTTP/1.1\r\n"));
  EXPECT_THAT(seen, HasSubstr("X-Sent: yes\r\n"));
  EXPECT_THAT(seen, HasSubstr("Content-Length: 7\r\n"));
  EXPECT_THAT(seen, HasSubstr("Host: 127.0.0.1:"));
  EXPECT_THAT(seen, testing::EndsWith("payload"));
}

struct AnswerCase {
  const char* name;
  const char* method;
  std::string answer;
  int status;
  std::string body;
};

class HttpClientAnswers : public HttpClientTest, public testing::WithParamInterface<AnswerCase> {};

// What follows such an answer on the connection is another answer.
TEST_P(HttpClientAnswers, EndWhereTheyEnd) {
  ScriptedServer server(always(GetParam().answer));
  for (int i = 0; i < 2; ++i) {
    const auto answer = send({.method = GetParam().method, .url = server.url()});
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, GetParam().status);
    EXPECT_EQ(answer->body, GetParam().body);
  }
  EXPECT_EQ(server.connections(), 1);
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, HttpClientAnswers,
    testing::Values(
        AnswerCase{"Length", "GET", kHello, 200, "hello"},
        AnswerCase{"NoContent", "GET", "HTTP/1.1 204 No Content\r\n\r\n", 204, ""},
        AnswerCase{"NotModified", "GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n",
                   304, ""},
        AnswerCase{"Head", "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n", 200, ""},
        AnswerCase{"HeadOfChunks", "HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                   200, ""},
        AnswerCase{"Continue", "GET", "HTTP/1.1 100 Continue\r\n\r\n" + kHello, 200, "hello"},
        AnswerCase{"EarlyHints", "GET",
                   "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n" +
                       kHello,
                   200, "hello"},
        AnswerCase{"Redirect", "GET",
                   "HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n",
                   302, ""},
        AnswerCase{"ServerError", "GET", "HTTP/1.1 503 Busy\r\nContent-Length: 2\r\n\r\nno", 503,
                   "no"}),
    [](const auto& test) { return test.param.name; });

struct HostileCase {
  const char* name;
  std::string answer;
  const char* message;
};

class HttpClientHostile : public HttpClientTest, public testing::WithParamInterface<HostileCase> {};

TEST_P(HttpClientHostile, IsAClearError) {
  ScriptedServer server(once(GetParam().answer));
  auto request = get(server.url());
  request.limits.head_bytes = 4096;
  request.limits.body_bytes = 10'000;
  const auto answer = send(std::move(request));
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().message, HasSubstr(GetParam().message));
  EXPECT_THAT(answer.error().message, HasSubstr("http://127.0.0.1:"));
}

INSTANTIATE_TEST_SUITE_P(
    Servers, HttpClientHostile,
    testing::Values(
        HostileCase{"EndlessHead", "HTTP/1.1 200 OK\r\nX: " + std::string(1 << 20, 'x'),
                    "more than 4096 bytes"},
        HostileCase{"EndlessHeaders",
                    [] {
                      std::string out = "HTTP/1.1 200 OK\r\n";
                      for (int i = 0; i < 50'000; ++i) out += "X: y\r\n";
                      return out;
                    }(),
                    "more than 4096 bytes"},
        HostileCase{
            "EndlessChunkExtension",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(1 << 20, 'x'),
            "more than 4096 bytes"},
        HostileCase{"EndlessTrailer",
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: " +
                        std::string(1 << 20, 'x'),
                    "more than 4096 bytes"},
        HostileCase{"BodyOverTheLimit",
                    "HTTP/1.1 200 OK\r\nContent-Length: 10001\r\n\r\n" + std::string(10'001, 'x'),
                    "more than 10000 bytes"},
        HostileCase{"ChunksOverTheLimit",
                    [] {
                      std::string out = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
                      for (int i = 0; i < 2000; ++i) out += "a\r\n0123456789\r\n";
                      return out;
                    }(),
                    "more than 10000 bytes"},
        HostileCase{"UntilCloseOverTheLimit", "HTTP/1.1 200 OK\r\n\r\n" + std::string(20'000, 'x'),
                    "more than 10000 bytes"},
        HostileCase{"BadChunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                    "does not answer as HTTP/1.1"},
        HostileCase{"ChunkOfMoreThanEverything",
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
                    "does not answer as HTTP/1.1"},
        HostileCase{"TwoLengths",
                    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                    "does not answer as HTTP/1.1"},
        HostileCase{"NegativeLength", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
                    "does not answer as HTTP/1.1"},
        HostileCase{"NotHttp", "SSH-2.0-OpenSSH_9.2\r\n\r\n", "does not answer as HTTP/1.1"},
        HostileCase{"OtherVersion", "HTTP/2.0 200 OK\r\n\r\n", "does not answer as HTTP/1.1"},
        HostileCase{"Nothing", "", "closed the connection before"},
        HostileCase{"HalfAHead", "HTTP/1.1 200 OK\r\nContent-", "closed the connection before"},
        HostileCase{"HalfABody", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
                    "closed the connection before"},
        HostileCase{"HalfTheChunks",
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
                    "closed the connection before"},
        HostileCase{"SwitchingProtocols", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
                    "switches protocols"},
        HostileCase{"OnlyInterimAnswers",
                    [] {
                      std::string out;
                      for (int i = 0; i < 100; ++i) out += "HTTP/1.1 100 Continue\r\n\r\n";
                      return out;
                    }(),
                    "only interim answers"}),
    [](const auto& test) { return test.param.name; });

TEST_F(HttpClientTest, ReadsToTheCloseWhereNoLengthIsGiven) {
  ScriptedServer server(once("HTTP/1.0 200 OK\r\n\r\nuntil the end"));
  const auto answer = send(get(server.url()));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "until the end");
}

TEST_F(HttpClientTest, NobodyThereIsAClearError) {
  std::string url;
  {
    const ScriptedServer server(always(kHello));
    url = server.url();
  }
  const auto answer = send(get(url));
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().message, HasSubstr("cannot be connected to: Connection refused"));
}

TEST_F(HttpClientTest, SendsNothingToAddressesThatAreRefused) {
  ScriptedServer server(always(kHello));
  std::vector<std::string> asked;
  HttpClient choosy(loop, {.refuse = [&](const IpAddress& address) -> std::string {
                      asked.push_back(address.to_string());
                      return address.is_v4() ? "is not to be called" : "";
                    }});
  const auto answer = send(choosy, get(server.url()));
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().message, testing::EndsWith("is not to be called"));
  EXPECT_THAT(asked, testing::ElementsAre("127.0.0.1"));
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(HttpClientTest, GivesUpOnTheClock) {
  std::atomic<bool> asked = false;
  ScriptedServer server([&](Peer& peer) {
    peer.read_head();
    asked = true;
    peer.wait_until_it_has_gone();
  });
  const auto answer = begin(client, get(server.url()));
  ASSERT_TRUE(until([&] { return asked.load(); }));
  loop.turn(std::chrono::milliseconds(20));
  clock.advance_to(clock.now() + std::chrono::seconds(59));
  loop.turn(std::chrono::milliseconds(20));
  EXPECT_FALSE(*answer);
  EXPECT_EQ(client.under_way(), 1u);
  clock.advance_to(clock.now() + std::chrono::seconds(2));
  ASSERT_TRUE(until([&] { return answer->has_value(); }));
  EXPECT_THAT((*answer)->error().message, HasSubstr("did not begin to answer in time"));
}

TEST_F(HttpClientTest, ATricklingBodyEndsWithTheWholeTime) {
  std::atomic<bool> begun = false;
  ScriptedServer server([&](Peer& peer) {
    peer.read_head();
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx");
    begun = true;
    peer.wait_until_it_has_gone();
  });
  const auto answer = begin(client, get(server.url()));
  ASSERT_TRUE(until([&] { return begun.load(); }));
  loop.turn(std::chrono::milliseconds(50));
  clock.advance_to(clock.now() + std::chrono::seconds(301));
  ASSERT_TRUE(until([&] { return answer->has_value(); }));
  EXPECT_THAT((*answer)->error().message, HasSubstr("in time"));
}

TEST_F(HttpClientTest, UsesAConnectionAgain) {
  ScriptedServer server(always(kHello));
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(send({.url = server.url()}));
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(HttpClientTest, DoesNotUseOneThatTheServerClosed) {
  ScriptedServer server(once(kHello));
  for (int i = 0; i < 3; ++i) {
    const auto answer = send({.url = server.url()});
    ASSERT_TRUE(answer) << answer.error().message;
  }
  EXPECT_EQ(server.connections(), 3);
}

TEST_F(HttpClientTest, DoesNotUseOneThatSaidMoreThanItWasAsked) {
  ScriptedServer server(always(kHello + kHello));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(send({.url = server.url()}));
  EXPECT_EQ(server.connections(), 3);
}

// Closed in the very moment of the next request: only what can do nothing twice is sent again.
TEST_F(HttpClientTest, SendsAgainOnlyWhatIsIdempotent) {
  std::atomic<int> requests = 0;
  ScriptedServer server([&](Peer& peer) {
    peer.read_head();
    ++requests;
    peer.write(kHello);
    if (!peer.read_head().empty()) ++requests;  // and close without an answer
  });
  ASSERT_TRUE(send(get(server.url())));
  EXPECT_TRUE(send(get(server.url())));
  EXPECT_EQ(requests, 3);
  const auto answer = send({.url = server.url()});
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().message, HasSubstr("closed the connection before"));
  EXPECT_EQ(requests, 4);
}

TEST_F(HttpClientTest, KeepsABoundedNumberOfConnectionsForABoundedTime) {
  HttpClient few(loop, {.idle_connections = 0});
  ScriptedServer server(always(kHello));
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(send(few, {.url = server.url()}));
  EXPECT_EQ(server.connections(), 2);
  ASSERT_TRUE(send({.url = server.url()}));
  clock.advance_to(clock.now() + std::chrono::seconds(16));
  ASSERT_TRUE(send({.url = server.url()}));
  EXPECT_EQ(server.connections(), 4);
}

TEST_F(HttpClientTest, ACancelledCallIsNotAnswered) {
  std::atomic<bool> asked = false;
  ScriptedServer server([&](Peer& peer) {
    peer.read_head();
    asked = true;
    peer.wait_until_it_has_gone();
  });
  bool answered = false;
  const auto id = client.send(get(server.url()), [&](Result<HttpResponse>) { answered = true; });
  ASSERT_TRUE(until([&] { return asked.load(); }));
  client.cancel(id);
  client.cancel(id);
  EXPECT_EQ(client.under_way(), 0u);
  for (int i = 0; i < 5; ++i) loop.turn(std::chrono::milliseconds(5));
  EXPECT_FALSE(answered);
}

TEST_F(HttpClientTest, EndsItsCallsWithItself) {
  ScriptedServer server([](Peer& peer) { peer.wait_until_it_has_gone(); });
  auto own = std::make_unique<HttpClient>(loop);
  own->send(get(server.url()), [](Result<HttpResponse>) { FAIL(); });
  own->send(get("nonsense"), [](Result<HttpResponse>) { FAIL(); });
  own.reset();
  for (int i = 0; i < 5; ++i) loop.turn(std::chrono::milliseconds(5));
  EXPECT_FALSE(loop.awaits_outside());
}

TEST_F(HttpClientTest, MayBeEndedByItsOwnAnswer) {
  ScriptedServer server(always(kHello));
  auto own = std::make_unique<HttpClient>(loop);
  bool answered = false;
  own->send(get(server.url()), [&](Result<HttpResponse>) {
    own.reset();
    answered = true;
  });
  EXPECT_TRUE(until([&] { return answered; }));
}

TEST_F(HttpClientTest, TheLoopKnowsWhatIsUnderWay) {
  EXPECT_FALSE(loop.awaits_outside());
  ScriptedServer server(always(kHello));
  const auto answer = begin(client, get(server.url()));
  EXPECT_TRUE(loop.awaits_outside());
  EXPECT_EQ(client.under_way(), 1u);
  ASSERT_TRUE(until([&] { return answer->has_value(); }));
  EXPECT_FALSE(loop.awaits_outside());
  EXPECT_EQ(client.under_way(), 0u);
}

TEST_F(HttpClientTest, UsesNoProxy) {
  ::setenv("http_proxy", "http://127.0.0.1:9", 1);
  ::setenv("HTTPS_PROXY", "http://127.0.0.1:9", 1);
  ScriptedServer server(always(kHello));
  EXPECT_TRUE(send(get(server.url())));
  ::unsetenv("http_proxy");
  ::unsetenv("HTTPS_PROXY");
}

struct RefusedCase {
  const char* name;
  HttpRequest request;
  const char* message;
};
class HttpClientRefuses : public HttpClientTest, public testing::WithParamInterface<RefusedCase> {};

TEST_P(HttpClientRefuses, InALaterTurn) {
  const auto answer = begin(client, GetParam().request);
  EXPECT_FALSE(*answer);
  ASSERT_TRUE(until([&] { return answer->has_value(); }));
  ASSERT_FALSE(**answer);
  EXPECT_THAT((*answer)->error().message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Requests, HttpClientRefuses,
    testing::Values(
        RefusedCase{"Scheme", {.url = "ftp://h/"}, "only http:// and https://"},
        RefusedCase{"Method", {.method = "GET /", .url = "http://h/"}, "is not a method"},
        RefusedCase{"LineBreakInHeader",
                    {.url = "http://h/", .headers = {{"X", "a\r\nY: b"}}},
                    "holds a control character"},
        RefusedCase{"HeaderName", {.url = "http://h/", .headers = {{"X Y", "a"}}}, "header's name"},
        RefusedCase{"Length",
                    {.url = "http://h/", .headers = {{"content-length", "3"}}},
                    "not the caller's to set"},
        RefusedCase{"Encoding",
                    {.url = "http://h/", .headers = {{"Transfer-Encoding", "chunked"}}},
                    "not the caller's to set"}),
    [](const auto& test) { return test.param.name; });

class HttpsClientTest : public HttpClientTest {
 protected:
  ~HttpsClientTest() override { std::remove(authority.c_str()); }

  Certificate certificate{"DNS:localhost,IP:127.0.0.1"};
  std::string authority = certificate.write_file();
  HttpClient trusting{loop, {.ca_file = authority}};
};

TEST_F(HttpsClientTest, TalksToWhomItsAuthorityVouchesFor) {
  std::string name;
  ScriptedServer server(
      [&](Peer& peer) {
        name = peer.server_name();
        always(kHello)(peer);
      },
      &certificate);
  for (int i = 0; i < 3; ++i) {
    const auto answer = send(trusting, get(server.url("/", "localhost")));
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->body, "hello");
  }
  EXPECT_EQ(name, "localhost");
}

TEST_F(HttpsClientTest, TakesAnAddressOfTheCertificate) {
  std::string name = "none";
  ScriptedServer server(
      [&](Peer& peer) {
        name = peer.server_name();
        always(kHello)(peer);
      },
      &certificate);
  EXPECT_TRUE(send(trusting, get(server.url())));
  EXPECT_EQ(name, "");
}

TEST_F(HttpsClientTest, RefusesWhomTheSystemDoesNotKnow) {
  ScriptedServer server(always(kHello), &certificate);
  const auto answer = send(client, get(server.url()));
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().message, HasSubstr("a certificate that is not trusted: self"));
}

TEST_F(HttpsClientTest, RefusesACertificateOfAnotherName) {
  const Certificate other("DNS:example.com");
  HttpClient trusts_other(loop, {.ca_file = other.write_file()});
  ScriptedServer server(always(kHello), &other);
  const auto answer = send(trusts_other, get(server.url("/", "localhost")));
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().message, HasSubstr("certificate that is not trusted"));
}

TEST_F(HttpsClientTest, RefusesWhatIsNotTls) {
  ScriptedServer plain([](Peer& peer) {
    peer.read_exactly(1);
    peer.write(kHello);
  });
  auto url = plain.url();
  url.insert(4, "s");
  const auto answer = send(trusting, get(url));
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().message, HasSubstr("speaks no TLS that we accept"));
}

TEST_F(HttpsClientTest, AMissingAuthorityFileIsAClearError) {
  HttpClient wrong(loop, {.ca_file = "/no/such/file.pem"});
  const auto answer = send(wrong, get("https://127.0.0.1:1/"));
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().to_string(), HasSubstr("/no/such/file.pem"));
}

// Somebody between us could have cut it off.
TEST_F(HttpsClientTest, AnEndWithoutGoodbyeIsNoEndOfABody) {
  ScriptedServer server(
      [](Peer& peer) {
        peer.read_head();
        peer.write("HTTP/1.1 200 OK\r\n\r\nhalf");
      },
      &certificate);
  const auto answer = send(trusting, get(server.url()));
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().message, HasSubstr("closed the connection before"));
}

TEST_F(HttpsClientTest, ASilentHandshakeEndsOnTheClock) {
  std::atomic<bool> there = false;
  ScriptedServer silent([&](Peer& peer) {
    there = true;
    peer.wait_until_it_has_gone();
  });
  auto url = silent.url();
  url.insert(4, "s");
  const auto answer = begin(trusting, get(url));
  ASSERT_TRUE(until([&] { return there.load(); }));
  loop.turn(std::chrono::milliseconds(20));
  clock.advance_to(clock.now() + std::chrono::seconds(11));
  ASSERT_TRUE(until([&] { return answer->has_value(); }));
  EXPECT_THAT((*answer)->error().message, HasSubstr("did not connect in time"));
}

TEST(UrlParse, TakesUrlsApart) {
  const auto url = Url::parse("http://[::1]:8080?x=1#part");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "::1");
  EXPECT_EQ(url->authority(), "[::1]:8080");
  EXPECT_EQ(url->target, "/?x=1");
  EXPECT_EQ(Url::parse("http://host/a")->authority(), "host");
  EXPECT_EQ(Url::parse("HTTPS://host/a")->port, 443);
  EXPECT_EQ(Url::parse("https://host:443")->authority(), "host");
  EXPECT_EQ(Url::parse("https://host:80")->authority(), "host:80");
  for (const auto* bad :
       {"", "host/", "http:/h", "http://", "https://?x", "http://a b", "http://h:0", "http://h:x",
        "http://h:65536", "http://u@h/", "http://h/\r\nX: y", "file:///etc/passwd", "http://[h]/",
        "http://[::1", "http://a]b/"}) {
    EXPECT_FALSE(Url::parse(bad)) << bad;
  }
}

}  // namespace
}  // namespace loopgate::io

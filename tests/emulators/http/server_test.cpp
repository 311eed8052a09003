#include "emulators/http/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <filesystem>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "base/file.h"
#include "emulators/http/body_file.h"
#include "emulators/http/head_check.h"
#include "emulators/http/response_head.h"
#include "tests/emulators/http/client_thread.h"

namespace loopgate::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

const Endpoint kAnyPort{IpAddress::v4(127, 0, 0, 1), 0};

class HttpServer : public testing::Test {
 protected:
  void listen(Handler handler, ServerLimits limits = {}) {
    server = Server::listen(live.loop, kAnyPort, std::move(handler), limits).value();
  }
  void echo(ServerLimits limits = {}) {
    listen(
        [](Request request, std::shared_ptr<Exchange> exchange) {
          exchange->respond(Response::text(
              200, request.method + " " + request.path + "?" + request.query + " " + request.body));
        },
        limits);
  }
  std::string say(std::string_view text) {
    std::string answer;
    EXPECT_TRUE(with_client(live, [&] {
      RawClient client(server->local());
      client.send(text);
      answer = client.read_to_end();
    }));
    return answer;
  }

  io::LiveLoop live;
  std::unique_ptr<Server> server;
};

TEST_F(HttpServer, AnswersSeveralRequestsOnOneConnection) {
  std::vector<std::uint16_t> ports;
  listen([&](Request request, std::shared_ptr<Exchange> exchange) {
    ports.push_back(request.from.port);
    exchange->respond({200, {{"X-Path", request.path}}, request.body});
  });
  std::vector<std::string> answers;
  ASSERT_TRUE(with_client(live, [&] {
    httplib::Client client("127.0.0.1", server->local().port);
    client.set_keep_alive(true);
    for (const auto* body : {"a", "", "ccc"}) {
      const auto result = client.Post("/path", body, "text/plain");
      answers.push_back(result ? result->get_header_value("X-Path") + result->body : "failed");
    }
  }));
  EXPECT_THAT(answers, ElementsAre("/patha", "/path", "/pathccc"));
  ASSERT_EQ(ports.size(), 3u);
  EXPECT_EQ(ports[0], ports[2]);
}

TEST_F(HttpServer, CarriesLargeBodiesBothWays) {
  echo();
  const std::string body(8 * 1024 * 1024, 'x');
  std::string answer;
  ASSERT_TRUE(with_client(live, [&] {
    httplib::Client client("127.0.0.1", server->local().port);
    const auto result = client.Post("/", body, "text/plain");
    if (result) answer = result->body;
  }));
  EXPECT_TRUE(answer == "POST /? " + body);
}

TEST_F(HttpServer, AnswersPipelinedRequestsInOrder) {
  // Answered in later turns, and the first one last if it could.
  int delay = 3;
  listen([&](Request request, std::shared_ptr<Exchange> exchange) {
    live.clock.call_after(std::chrono::milliseconds(delay--), [=] {
      exchange->respond(Response::text(200, "[" + request.path + "]"));
    });
  });
  const auto answer =
      say("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n"
          "GET /3 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_LT(answer.find("[/1]"), answer.find("[/2]"));
  EXPECT_LT(answer.find("[/2]"), answer.find("[/3]"));
  EXPECT_NE(answer.find("[/3]"), std::string::npos);
}

struct Exchanged {
  const char* name;
  std::string said;
  std::string answer;  // a part of it
};
void PrintTo(const Exchanged& exchanged, std::ostream* out) {
  *out << exchanged.name;
}

class HttpServerAnswers : public HttpServer, public testing::WithParamInterface<Exchanged> {};

TEST_P(HttpServerAnswers, WhatItIsSentExactly) {
  echo({.header_bytes = 4096, .body_bytes = 100});
  EXPECT_THAT(say(GetParam().said), HasSubstr(GetParam().answer));
}

INSTANTIATE_TEST_SUITE_P(
    Texts, HttpServerAnswers,
    testing::Values(
        Exchanged{"Query", "GET /a?b=%20 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
                  "\r\n\r\nGET /a?b=%20 "},
        Exchanged{"AbsoluteForm",
                  "GET http://h:1/a?b HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
                  "\r\n\r\nGET /a?b "},
        Exchanged{
            "Chunked",
            "POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
            "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
            "POST /? abcde"},
        Exchanged{"Version10", "GET / HTTP/1.0\r\n\r\n", "Connection: close\r\n"},
        Exchanged{"Version10KeptAlive",
                  "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n",
                  "Connection: keep-alive\r\n"},
        Exchanged{"HeadHasALengthButNoBody",
                  "HEAD /abc HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
                  "Content-Length: 11\r\nConnection: close\r\n\r\n"},
        Exchanged{"ExpectContinue",
                  "POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 2\r\n"
                  "Expect: 100-continue\r\n\r\nok",
                  "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"},
        Exchanged{"NotHttp", "what\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n"},
        Exchanged{"TlsHandshake", "\x16\x03\x01\x02\x01\x01", "HTTP/1.1 400 Bad Request\r\n"},
        Exchanged{"OtherVersion", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP/1.1 505 "},
        Exchanged{"BadChunk",
                  "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                  "400 Bad"},
        Exchanged{"BadLength", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
                  "400 Bad"},
        Exchanged{"TargetIsNoPath", "GET a HTTP/1.1\r\nHost: h\r\n\r\n", "must be a path"},
        Exchanged{"BodyTooLarge", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 101\r\n\r\n",
                  "413 Content Too Large"},
        Exchanged{
            "BodyTooLargeBeforeContinue",
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 101\r\nExpect: 100-continue\r\n\r\n",
            "the body is larger than 100 bytes"},
        Exchanged{"ChunksTooLarge",
                  "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n" +
                      std::string(0x65, 'x') + "\r\n0\r\n\r\n",
                  "413 Content Too Large"},
        Exchanged{"HeadersTooLarge",
                  "GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(5000, 'x') + "\r\n\r\n",
                  "431 Request Header Fields Too Large"}),
    [](const auto& test) { return test.param.name; });

TEST_F(HttpServer, HeadIsAnsweredWithoutABody) {
  echo();
  EXPECT_TRUE(say("HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").ends_with("\r\n\r\n"));
}

TEST_F(HttpServer, ARequestThatDoesNotComeInTimeIsRefused) {
  echo({.idle = std::chrono::seconds(1)});
  EXPECT_THAT(say("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhalf"),
              HasSubstr("408 Request"));
  EXPECT_THAT(say("GET / HT"), HasSubstr("408 Request"));
}

TEST_F(HttpServer, AnIdleConnectionIsClosedWithoutAWord) {
  echo({.idle = std::chrono::seconds(1)});
  EXPECT_EQ(say(""), "");
}

TEST_F(HttpServer, RefusesConnectionsWhenAllAreBeingAnswered) {
  std::vector<std::shared_ptr<Exchange>> kept;
  listen([&](Request, std::shared_ptr<Exchange> exchange) { kept.push_back(exchange); },
         {.connections = 1});
  std::string second;
  RawClient first(server->local());
  first.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(live.turn_until([&] { return !kept.empty(); }));
  ASSERT_TRUE(with_client(live, [&] { second = RawClient(server->local()).read_to_end(); }));
  EXPECT_THAT(second, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(second, HasSubstr("\r\nDate: "));
  EXPECT_THAT(second, HasSubstr("\r\nx-amzn-RequestId: "));
}

TEST_F(HttpServer, TheLongestSilentConnectionGivesWay) {
  echo({.connections = 3});
  std::vector<std::unique_ptr<RawClient>> idle;
  std::string fourth;
  std::string first;
  std::string second;
  ASSERT_TRUE(with_client(live, [&] {
    for (int i = 0; i < 3; ++i) {
      idle.push_back(std::make_unique<RawClient>(server->local()));
      idle.back()->send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n");
      idle.back()->read_until("GET /1");
    }
    // The first speaks again, so the second has kept silent longest; half a request is no excuse.
    idle[0]->send("GET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
    idle[0]->read_until("GET /2");
    RawClient newcomer(server->local());
    newcomer.send("GET /new HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    fourth = newcomer.read_to_end();
    second = idle[1]->read_to_end();
    idle[0]->send("GET /3 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    first = idle[0]->read_to_end();
  }));
  EXPECT_THAT(fourth, HasSubstr("GET /new"));
  EXPECT_EQ(second, "");
  EXPECT_THAT(first, HasSubstr("GET /3"));
}

TEST_F(HttpServer, NobodyIsLockedOutByManyWhoSayNothing) {
  echo({.connections = 20});
  std::string answer;
  ASSERT_TRUE(with_client(live, [&] {
    std::vector<std::unique_ptr<RawClient>> silent;
    for (int i = 0; i < 100; ++i) {
      silent.push_back(std::make_unique<RawClient>(server->local()));
      if (i % 2 == 0) silent.back()->send("GET / HTTP/1.1\r\nHo");
    }
    RawClient client(server->local());
    client.send("GET /in HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    answer = client.read_to_end();
  }));
  EXPECT_THAT(answer, HasSubstr("GET /in"));
}

// Sends a byte, waits a moment for an answer, and again, until there is one.
std::string trickle(const Endpoint& server, std::string_view head, std::string_view piece) {
  RawClient client(server);
  client.wait_at_most(std::chrono::milliseconds(100));
  client.send(head);
  std::string answer;
  for (int i = 0; i < 80 && answer.empty(); ++i) {
    client.send(piece);
    answer = client.read_until("\r\n\r\n");
  }
  return answer;
}

TEST_F(HttpServer, ARequestThatTricklesIsEnded) {
  echo({.idle = std::chrono::seconds(4), .receive_grace = std::chrono::seconds(1)});
  std::string body;
  std::string head;
  std::string chunk;
  ASSERT_TRUE(with_client(live, [&] {
    body =
        trickle(server->local(), "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n", "x");
  }));
  ASSERT_TRUE(
      with_client(live, [&] { head = trickle(server->local(), "GET / HTTP/1.1\r\nX: ", "x"); }));
  ASSERT_TRUE(with_client(live, [&] {
    chunk =
        trickle(server->local(), "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n",
                "1\r\nx\r\n");
  }));
  EXPECT_THAT(body, StartsWith("HTTP/1.1 408 "));
  EXPECT_THAT(head, StartsWith("HTTP/1.1 408 "));
  EXPECT_THAT(chunk, StartsWith("HTTP/1.1 408 "));
}

TEST_F(HttpServer, ABodyMayTakeLongWhenItComesAtARate) {
  echo({.idle = std::chrono::seconds(4),
        .receive_grace = std::chrono::seconds(1),
        .receive_rate = 100});
  std::string answer;
  ASSERT_TRUE(with_client(live, [&] {
    answer = trickle(server->local(), "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3000\r\n\r\n",
                     std::string(100, 'x'));
  }));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 "));
}

struct Ambiguous {
  const char* name;
  std::string said;
};
void PrintTo(const Ambiguous& ambiguous, std::ostream* out) {
  *out << ambiguous.name;
}
class HttpServerRefuses : public HttpServer, public testing::WithParamInterface<Ambiguous> {};

// What would be a request of its own, if the body before it were read as none.
constexpr std::string_view kSmuggled = "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n";

TEST_P(HttpServerRefuses, AndClosesBeforeAnythingIsSmuggled) {
  int requests = 0;
  listen([&](Request, std::shared_ptr<Exchange> exchange) {
    ++requests;
    exchange->respond(Response::text(200, ""));
  });
  const auto answer = say(GetParam().said + std::string(kSmuggled));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nDate: "));
  EXPECT_THAT(answer, HasSubstr("\r\nx-amzn-RequestId: "));
  EXPECT_EQ(answer.rfind("HTTP/1.1 "), 0u);
  EXPECT_EQ(requests, 0);
}

std::string post(const std::string& headers) {
  return "POST / HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n";
}

INSTANTIATE_TEST_SUITE_P(
    Requests, HttpServerRefuses,
    testing::Values(
        Ambiguous{"ChunkedThenIdentity", post("Transfer-Encoding: chunked, identity\r\n")},
        Ambiguous{"IdentityThenChunked", post("Transfer-Encoding: identity, chunked\r\n")},
        Ambiguous{"Identity", post("Transfer-Encoding: identity\r\n")},
        Ambiguous{"Gzip", post("Transfer-Encoding: gzip\r\n")},
        Ambiguous{"GzipThenChunked", post("Transfer-Encoding: gzip, chunked\r\n")},
        Ambiguous{"XChunked", post("Transfer-Encoding: xchunked\r\n")},
        Ambiguous{"ChunkedX", post("Transfer-Encoding: chunkedx\r\n")},
        Ambiguous{"ChunkedTwice", post("Transfer-Encoding: chunked, chunked\r\n")},
        Ambiguous{"ChunkedWithParameter", post("Transfer-Encoding: chunked;q=1\r\n")},
        Ambiguous{"ChunkedQuoted", post("Transfer-Encoding: \"chunked\"\r\n")},
        Ambiguous{"ChunkedInComma", post("Transfer-Encoding: ,chunked\r\n")},
        Ambiguous{"ChunkedAfterVerticalTab", post("Transfer-Encoding: \vchunked\r\n")},
        Ambiguous{"EmptyCoding", post("Transfer-Encoding:\r\n")},
        Ambiguous{"TwoCodings",
                  post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n")},
        Ambiguous{"TwoCodingsTheOtherWay",
                  post("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n")},
        Ambiguous{"TwiceChunked",
                  post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")},
        Ambiguous{"CodingAndLength", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n")},
        Ambiguous{"LengthAndCoding", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")},
        Ambiguous{"LengthAndNoCoding",
                  post("Content-Length: 5\r\nTransfer-Encoding: identity\r\n")},
        Ambiguous{"CodingInHttp10", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"},
        Ambiguous{"TwoLengths", post("Content-Length: 0\r\nContent-Length: 5\r\n")},
        Ambiguous{"SameLengthTwice", post("Content-Length: 5\r\nContent-Length: 5\r\n")},
        Ambiguous{"LengthList", post("Content-Length: 5, 5\r\n")},
        Ambiguous{"LengthWithSign", post("Content-Length: +5\r\n")},
        Ambiguous{"LengthInHex", post("Content-Length: 0x5\r\n")},
        Ambiguous{"LengthWithSpace", post("Content-Length: 5 5\r\n")},
        Ambiguous{"EmptyLength", post("Content-Length:\r\n")},
        Ambiguous{"LengthTooLong", post("Content-Length: 99999999999999999999\r\n")},
        Ambiguous{"FoldedLine", post("X: a\r\n Transfer-Encoding: chunked\r\n")},
        Ambiguous{"FoldedByTab", post("Transfer-Encoding:\r\n\tchunked\r\n")},
        Ambiguous{"FoldedFirstLine", "POST / HTTP/1.1\r\n Host: h\r\n\r\n"},
        Ambiguous{"SpaceBeforeColon", post("Transfer-Encoding : chunked\r\n")},
        Ambiguous{"TabBeforeColon", post("Content-Length\t: 5\r\n")},
        Ambiguous{"BareLineFeed", post("X: a\nTransfer-Encoding: chunked\r\n")},
        Ambiguous{"BareLineFeedAtTheEnd", "POST / HTTP/1.1\r\nHost: h\r\n\n"},
        Ambiguous{"BareLineFeedsAlone", "POST / HTTP/1.1\nHost: h\n\n"},
        Ambiguous{"BareCarriageReturn", post("X: a\rTransfer-Encoding: chunked\r\n")},
        Ambiguous{"NoColon", post("Transfer-Encoding\r\n")},
        Ambiguous{"EmptyName", post(": chunked\r\n")},
        Ambiguous{"NulInAValue", post(std::string("X: a\0b\r\n", 8))},
        Ambiguous{"NoHost", "POST / HTTP/1.1\r\n\r\n"},
        Ambiguous{"EmptyHost", "POST / HTTP/1.1\r\nHost:\r\n\r\n"},
        Ambiguous{"TwoHosts", post("Host: h\r\n")},
        Ambiguous{"TwoHostsInHttp10", "POST / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"},
        Ambiguous{"HostList", "POST / HTTP/1.1\r\nHost: a, b\r\n\r\n"},
        Ambiguous{"HostWithUser", "POST / HTTP/1.1\r\nHost: a@b\r\n\r\n"},
        Ambiguous{"HostWithPath", "POST / HTTP/1.1\r\nHost: a/b\r\n\r\n"},
        Ambiguous{"AuthorityIsNone", "POST http:/// HTTP/1.1\r\nHost: h\r\n\r\n"},
        Ambiguous{"AuthorityWithUser", "POST http://u@h/ HTTP/1.1\r\nHost: h\r\n\r\n"}),
    [](const auto& test) { return test.param.name; });

TEST_F(HttpServer, TheHostOfAnAbsoluteTargetCounts) {
  listen([](Request request, std::shared_ptr<Exchange> exchange) {
    exchange->respond(Response::text(200, std::string(request.header("Host")) + request.path));
  });
  EXPECT_THAT(say("GET http://evil.test:1/a HTTP/1.1\r\nHost: localhost\r\n"
                  "Connection: close\r\n\r\n"),
              testing::EndsWith("\r\n\r\nevil.test:1/a"));
}

TEST_F(HttpServer, TrailersAddOnlyWhatIsKnownToStandThere) {
  listen([](Request request, std::shared_ptr<Exchange> exchange) {
    const auto said = [&](const char* name) { return std::string(request.header(name)) + ","; };
    exchange->respond(Response::text(
        200, said("Host") + said("X-Amz-Target") + said("Lambda-Runtime-Function-Error-Type")));
  });
  EXPECT_THAT(say("POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"
                  "Transfer-Encoding: chunked\r\n\r\n0\r\nHost: evil\r\nX-Amz-Target: evil\r\n"
                  "Lambda-Runtime-Function-Error-Type: Broke\r\n\r\n"),
              testing::EndsWith("\r\n\r\nh,,Broke,"));
}

TEST(HeadCheckOf, TakesAHeadInPiecesAndLeavesTheRest) {
  const std::string head = "GET / HTTP/1.1\r\nHost: h\r\nX:\r\n\r\n";
  HeadCheck check;
  for (const char c : head) {
    EXPECT_FALSE(check.is_done());
    check.take({&c, 1});
  }
  EXPECT_TRUE(check.is_done());
  EXPECT_EQ(check.wrong(), "");
  check.take("\x01");
  EXPECT_EQ(check.taken(), head.size());
}

std::string text_of(const std::string& path) {
  return read_file(path, 1 << 30).value_or("unreadable");
}

struct HttpServerFiles : HttpServer {
  ~HttpServerFiles() override { std::filesystem::remove_all(folder); }
  void listen_for_files(Handler handler, std::uint64_t limit = 1 << 30) {
    listen(std::move(handler), {.body_bytes = 1000});
    server->plan_bodies(folder, [limit](const Request& head) {
      return head.path == "/object" ? BodyPlan{.limit = limit, .to_file = true} : BodyPlan{};
    });
  }
  std::size_t files() const {
    std::error_code ignored;
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(folder, ignored), {}));
  }
  const std::string folder = testing::TempDir() + "loopgate-bodies-" + std::to_string(::getpid());
};

TEST_F(HttpServerFiles, ALargeBodyGoesToAFileIfItsRouteSaysSo) {
  const std::string body = std::string(8 * 1024 * 1024, 'x') + "end";
  std::string seen;
  std::string kept = folder + "-kept";
  listen_for_files([&](Request request, std::shared_ptr<Exchange> exchange) {
    if (!request.body_file) return exchange->respond(Response::text(200, request.body));
    EXPECT_EQ(request.body, "");
    EXPECT_EQ(request.body_file->size(), body.size());
    EXPECT_TRUE(text_of(request.body_file->path()) == body);
    EXPECT_EQ(files(), 1u);
    const bool keeps = request.query == "keep";
    EXPECT_TRUE(!keeps || request.body_file->keep_as(kept));
    exchange->respond(Response::text(200, "in a file"));
  });
  std::vector<std::string> answers;
  ASSERT_TRUE(with_client(live, [&] {
    httplib::Client client("127.0.0.1", server->local().port);
    for (const auto* target : {"/object", "/object?keep"}) {
      const auto result = client.Put(target, body, "text/plain");
      answers.push_back(result ? result->body : "failed");
    }
    const auto result = client.Put("/other", "small", "text/plain");
    answers.push_back(result ? result->body : "failed");
  }));
  EXPECT_THAT(answers, ElementsAre("in a file", "in a file", "small"));
  EXPECT_THAT(say("PUT /other HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n"),
              HasSubstr("413 Content"));
  EXPECT_EQ(files(), 0u);
  EXPECT_TRUE(text_of(kept) == body);
  std::filesystem::remove(kept);
}

TEST_F(HttpServerFiles, ChunksToAFileAreLimitedAndWhatIsBrokenOffIsRemoved) {
  int requests = 0;
  listen_for_files(
      [&](Request request, std::shared_ptr<Exchange> exchange) {
        ++requests;
        exchange->respond(Response::text(200, text_of(request.body_file->path())));
      },
      4);
  const std::string head =
      "PUT /object HTTP/1.1\r\nHost: h\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_THAT(say(head + "3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n"), testing::EndsWith("\r\n\r\nabcd"));
  EXPECT_THAT(say(head + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"), HasSubstr("413 Content"));
  EXPECT_EQ(requests, 1);
  ASSERT_TRUE(with_client(live, [&] { RawClient(server->local()).send(head + "3\r\na"); }));
  ASSERT_TRUE(live.turn_until([&] { return files() == 0; }));
  EXPECT_EQ(requests, 1);
}

TEST_F(HttpServer, HeadersCannotBeSplitByTheirValues) {
  listen([](Request, std::shared_ptr<Exchange> exchange) {
    exchange->respond({200, {{"X-A", "1\r\nX-B: 2"}, {"content-length", "7"}}, "abc"});
  });
  const auto answer = say("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\nX-A: 1X-B: 2\r\nDate: "));
  EXPECT_TRUE(answer.ends_with("\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc"));
}

TEST_F(HttpServer, EveryAnswerIsDatedAndNumberedOnce) {
  listen([&](Request request, std::shared_ptr<Exchange> exchange) {
    if (request.path == "/own") {
      return exchange->respond({200, {{"x-amz-request-id", "MINE"}, {"date", "then"}}, ""});
    }
    if (request.path == "/dropped") return;
    if (request.path == "/stream") {
      exchange->begin_stream({200, {}, ""});
      return exchange->end_stream();
    }
    exchange->respond(Response::text(200, ""));
  });
  for (const auto* path : {"/", "/dropped", "/stream"}) {
    const auto answer =
        say(std::string("GET ") + path + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(answer, HasSubstr("\r\nDate: " + http_date(live.clock.wall()).substr(0, 17)))
        << path;
    EXPECT_THAT(answer, testing::ContainsRegex("\r\nx-amzn-RequestId: [0-9a-f-]{36}\r\n")) << path;
  }
  const auto own = say("GET /own HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(own, Not(HasSubstr("x-amzn-RequestId")));
  EXPECT_THAT(own, Not(HasSubstr("Date: ")));
}

TEST(HttpDate, IsWrittenAsHttpWantsIt) {
  EXPECT_EQ(http_date(*parse_iso8601("1994-11-06T08:49:37.900Z")), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(http_date(WallTime{}), "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST_F(HttpServer, AnExchangeThatIsDroppedAnswers500) {
  listen([](Request, std::shared_ptr<Exchange>) {});
  EXPECT_THAT(say("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"),
              StartsWith("HTTP/1.1 500 "));
}

TEST_F(HttpServer, StreamsChunksAsTheyAreWritten) {
  std::shared_ptr<Exchange> kept;
  listen([&](Request, std::shared_ptr<Exchange> exchange) {
    exchange->begin_stream({200, {{"Content-Type", "text/plain"}}, ""});
    EXPECT_TRUE(exchange->write("one,"));
    kept = exchange;
  });
  std::string head;
  std::string tail;
  std::atomic<bool> first_came = false;
  live.loop.at_turn_end(io::Loop::Stage::kCommit, [&] {
    if (!first_came || !kept) return;
    EXPECT_TRUE(kept->write("two"));
    kept->end_stream();
    kept.reset();
  });
  ASSERT_TRUE(with_client(live, [&] {
    RawClient client(server->local());
    client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    head = client.read_until("one,\r\n");
    first_came = true;
    tail = client.read_to_end();
  }));
  EXPECT_THAT(head, HasSubstr("Transfer-Encoding: chunked\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\n\r\n4\r\none,\r\n"));
  EXPECT_EQ(tail, "3\r\ntwo\r\n0\r\n\r\n");
}

TEST_F(HttpServer, AStreamForHttp10EndsWithTheConnection) {
  listen([&](Request, std::shared_ptr<Exchange> exchange) {
    exchange->begin_stream({200, {}, ""});
    exchange->write("one");
    exchange->end_stream();
  });
  const auto answer = say("GET / HTTP/1.0\r\n\r\n");
  EXPECT_THAT(answer, Not(HasSubstr("chunked")));
  EXPECT_TRUE(answer.ends_with("\r\n\r\none"));
}

TEST_F(HttpServer, AStreamThatIsNotReadIsCutAtItsLimit) {
  bool cut = false;
  bool told = false;
  std::size_t written = 0;
  listen(
      [&](Request, std::shared_ptr<Exchange> exchange) {
        exchange->begin_stream({200, {}, ""});
        exchange->on_closed([&] { told = true; });
        const std::string chunk(64 * 1024, 'x');
        while (written < 64 * 1024 * 1024 && exchange->write(chunk)) written += chunk.size();
        cut = written < 64 * 1024 * 1024;
      },
      {.stream_backlog = 1024 * 1024});
  ASSERT_TRUE(with_client(live, [&] {
    RawClient client(server->local());
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_THAT(client.read_to_end(), Not(HasSubstr("\r\n0\r\n\r\n")));
  }));
  EXPECT_TRUE(cut);
  EXPECT_TRUE(live.turn_until([&] { return told; }));
}

TEST_F(HttpServer, ALongPollHearsThatItsClientHasGone) {
  bool gone = false;
  std::shared_ptr<Exchange> kept;
  listen([&](Request, std::shared_ptr<Exchange> exchange) {
    exchange->on_closed([&] { gone = true; });
    kept = exchange;
  });
  RawClient client(server->local());
  client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(live.turn_until([&] { return kept != nullptr; }));
  EXPECT_FALSE(gone);
  client.close();
  ASSERT_TRUE(live.turn_until([&] { return gone; }));
  EXPECT_FALSE(kept->write("x"));
  kept->respond(Response::text(200, "too late"));
}

TEST_F(HttpServer, ALongPollSeesAtOnceWhetherItsClientIsThere) {
  std::shared_ptr<Exchange> kept;
  listen([&](Request, std::shared_ptr<Exchange> exchange) { kept = exchange; });
  RawClient client(server->local());
  client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(live.turn_until([&] { return kept != nullptr; }));
  EXPECT_TRUE(kept->is_awaited());
  client.close();
  EXPECT_FALSE(kept->is_awaited()) << "before the loop has turned";
}

TEST_F(HttpServer, AnAnswerThatIsNotReadIsTold) {
  for (const bool reads : {true, false}) {
    bool unread = false;
    listen([&](Request, std::shared_ptr<Exchange> exchange) {
      exchange->on_unread([&] { unread = true; });
      exchange->respond(Response::text(200, "taken"));
    });
    RawClient client(server->local());
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    ASSERT_TRUE(live.turn_until([&] { return client.has_bytes(); }));
    if (reads) {
      EXPECT_THAT(client.read_until("taken"), HasSubstr("200"));
    }
    EXPECT_FALSE(unread);
    client.close();
    if (reads) {
      for (int i = 0; i < 20; ++i) live.loop.turn(Duration{});
      EXPECT_FALSE(unread);
    } else {
      EXPECT_TRUE(live.turn_until([&] { return unread; }));
    }
  }
}

TEST_F(HttpServer, AClientThatOnlyEndsItsSendingIsAnswered) {
  echo();
  std::string answer;
  ASSERT_TRUE(with_client(live, [&] {
    RawClient client(server->local());
    client.send("GET /half HTTP/1.1\r\nHost: h\r\n\r\n");
    client.end_sending();
    answer = client.read_to_end();
  }));
  EXPECT_THAT(answer, HasSubstr("GET /half"));
}

TEST_F(HttpServer, EndsItsConnectionsWithItself) {
  std::shared_ptr<Exchange> kept;
  listen([&](Request, std::shared_ptr<Exchange> exchange) { kept = exchange; });
  RawClient client(server->local());
  client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(live.turn_until([&] { return kept != nullptr; }));
  server.reset();
  EXPECT_EQ(client.read_to_end(), "");
  kept->respond(Response::text(200, "nobody"));
}

TEST_F(HttpServer, APortInUseIsAClearError) {
  echo();
  const auto second = Server::listen(live.loop, server->local(), {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().message, server->local().to_string() + ": address already in use");
}

}  // namespace
}  // namespace loopgate::http

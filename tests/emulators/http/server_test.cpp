#include "emulators/http/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <memory>
#include <string>
#include <vector>

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

TEST_F(HttpServer, RefusesConnectionsBeyondTheLimit) {
  echo({.connections = 1});
  std::string second;
  ASSERT_TRUE(with_client(live, [&] {
    RawClient first(server->local());
    first.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    first.read_until("GET /");
    second = RawClient(server->local()).read_to_end();
  }));
  EXPECT_THAT(second, StartsWith("HTTP/1.1 503 "));
}

TEST_F(HttpServer, HeadersCannotBeSplitByTheirValues) {
  listen([](Request, std::shared_ptr<Exchange> exchange) {
    exchange->respond({200, {{"X-A", "1\r\nX-B: 2"}, {"content-length", "7"}}, "abc"});
  });
  const auto answer = say("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(answer,
            "HTTP/1.1 200 OK\r\nX-A: 1X-B: 2\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc");
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

#include "sandbox/control.h"

#include <gmock/gmock.h>

#include "base/json.h"
#include "codec/base64.h"
#include "tests/sandbox/live_sandbox.h"

namespace loopgate {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class ControlRoutes : public LiveSandbox {
 protected:
  void SetUp() override {
    start();
    captured = std::make_unique<CapturedDatagrams>(sandbox->clock());
    control = std::make_unique<Control>(*sandbox, *captured);
  }
  void TearDown() override {
    control.reset();
    captured.reset();
  }

  class Answer final : public http::Exchange {
   public:
    void respond(http::Response response) override { given = std::move(response); }
    void begin_stream(http::Response head) override { given = std::move(head); }
    bool write(std::string_view) override { return true; }
    void end_stream() override {}
    void on_drained(std::function<void()>) override {}
    void on_closed(std::function<void()>) override {}
    std::optional<http::Response> given;
  };
  http::Response ask(const std::string& method, const std::string& path, std::string body = {},
                     std::string query = {}) {
    const auto answer = std::make_shared<Answer>();
    http::Request request;
    request.method = method;
    request.path = "/_loopgate/" + path;
    request.query = std::move(query);
    request.body = std::move(body);
    control->handle(std::move(request), answer);
    EXPECT_TRUE(turn_until([&] { return answer->given.has_value(); }));
    return answer->given.value_or(http::Response{});
  }
  http::Response post(const std::string& path, const json& body) {
    return ask("POST", path, write_json(body));
  }
  static json datagram(const std::string& from = "192.0.2.1:5000") {
    return {{"from", from}, {"data", codec::base64_encode(as_bytes("ping"))}};
  }
  static json datagrams(std::size_t count) {
    json list = json::array();
    for (std::size_t i = 0; i < count; ++i) list.push_back(datagram());
    return {{"listener", "Listener"}, {"datagrams", std::move(list)}};
  }

  std::unique_ptr<CapturedDatagrams> captured;
  std::unique_ptr<Control> control;
};

TEST_F(ControlRoutes, SaysWhatIsWrong) {
  struct Case {
    const char* name;
    const char* method;
    const char* path;
    std::string body;
    int status;
    const char* sentence;
  };
  const Case cases[] = {
      {"another method", "PUT", "health", "", 405, "use GET or POST"},
      {"an unknown GET", "GET", "nothing", "", 404, "there is no GET /_loopgate/nothing"},
      {"an unknown POST", "POST", "nothing", "", 404, "there is no POST /_loopgate/nothing"},
      {"a body that is not JSON", "POST", "deploy", "{\n x", 400,
       "the body is not JSON: line 2, column 2: "},
      {"a list", "POST", "deploy", "[]", 400, "the body is not a JSON object"},
      {"no template", "POST", "deploy", "{}", 400, "neither 'template' nor 'template_file'"},
      {"no stack", "POST", "delete", "{}", 400, "the body has no 'stack'"},
      {"no datagrams", "POST", "inject", "{}", 400, "the body has no list 'datagrams'"},
      {"a datagram that is a number", "POST", "inject", R"({"datagrams":[7]})", 400,
       "datagrams[0] is not an object"},
      {"from nowhere", "POST", "inject", R"({"datagrams":[{"from":"x","data":""}]})", 400,
       "datagrams[0].from is not ADDRESS:PORT"},
      {"data that is not base64", "POST", "inject",
       R"({"datagrams":[{"from":"192.0.2.1:1","data":"?"}]})", 400,
       "datagrams[0].data is not base64"},
      {"no such listener", "POST", "inject",
       R"({"listener":"L","datagrams":[{"from":"192.0.2.1:1","data":""}]})", 400,
       "there is no listener"},
      {"no duration", "POST", "clock", R"({"advance":"soon"})", 400, "advance: "},
      {"a number for text", "POST", "clock", R"({"advance":60})", 400, "advance is not text"},
      {"a misspelt member", "POST", "reset", R"({"keep_stack":true})", 400,
       "the body may not have 'keep_stack' (it takes keep_stacks, account): did you mean "
       "'keep_stacks'?"},
      {"text for a flag", "POST", "reset", R"({"keep_stacks":"yes"})", 400,
       "keep_stacks is neither true nor false"},
      {"an account that is none", "POST", "reset", R"({"account":"alice"})", 400,
       "account 'alice' is not twelve digits"},
      {"an empty account", "POST", "reset", R"({"account":""})", 400,
       "account '' is not twelve digits"},
      {"text for a list", "POST", "peers", R"({"allowed_ips":"10.0.0.1"})", 400,
       "allowed_ips is not a list"},
      {"a list for an object", "POST", "deploy", R"({"parameters":[]})", 400,
       "parameters is not an object"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto answer = ask(c.method, c.path, c.body);
    EXPECT_EQ(answer.status, c.status);
    const auto document = read_json(answer.body);
    ASSERT_TRUE(document) << answer.body;
    EXPECT_THAT((*document)["error"].get<std::string>(), HasSubstr(c.sentence));
  }
  const auto by_query = ask("POST", "reset", "", "keep_stacks=true");
  EXPECT_EQ(by_query.status, 400);
  EXPECT_THAT(by_query.body, HasSubstr("a POST has its parameters in its body"));
}

TEST_F(ControlRoutes, InjectsAsManyDatagramsAsARequestMayHaveAndNotOneMore) {
  ASSERT_EQ(deploy(listener_to_queue()), "");
  const auto over = post("inject", datagrams(10'001));
  EXPECT_EQ(over.status, 400);
  EXPECT_THAT(over.body, HasSubstr("more than 10000 datagrams in one request"));
  EXPECT_EQ(count(EventKind::kReceived), 0u);
  const auto most = post("inject", datagrams(10'000));
  EXPECT_EQ(most.status, 200);
  EXPECT_EQ(read_json(most.body).value()["injected"], 10'000);
  EXPECT_EQ(count(EventKind::kReceived), 10'000u);
}

TEST_F(ControlRoutes, OfARequestThatIsRefusedNothingIsInjected) {
  ASSERT_EQ(deploy(listener_to_queue()), "");
  auto body = datagrams(2);
  body["datagrams"].push_back(datagram("nowhere"));
  const auto answer = post("inject", body);
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.body, HasSubstr("datagrams[2].from"));
  EXPECT_EQ(count(EventKind::kReceived), 0u);
}

TEST_F(ControlRoutes, TellsTheTimeAndMovesIt) {
  const auto now = [&] { return read_json(ask("GET", "clock").body).value(); };
  EXPECT_EQ(now()["ahead"], "0s");
  EXPECT_EQ(post("clock", {{"advance", "2h"}}).status, 200);
  EXPECT_EQ(now()["ahead"], "2h");
}

}  // namespace
}  // namespace loopgate

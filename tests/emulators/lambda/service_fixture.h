// Lambda's REST API in front of functions on simulated time.
#pragma once

#include <zip.h>

#include "emulators/lambda/service.h"
#include "tests/emulators/lambda/functions_fixture.h"

namespace loopgate::lambda {

class RecordedExchange : public http::Exchange {
 public:
  void respond(http::Response given) override { response = std::move(given); }
  void begin_stream(http::Response head) override { response = std::move(head); }
  bool write(std::string_view chunk) override {
    response->body += chunk;
    return true;
  }
  void end_stream() override { ended = true; }
  void on_drained(std::function<void()>) override {}
  void on_closed(std::function<void()>) override {}

  std::string header(std::string_view name) const {
    for (const auto& one : response->headers) {
      if (one.name == name) return one.value;
    }
    return "";
  }

  std::optional<http::Response> response;
  bool ended = false;
};

class LambdaServiceTest : public FunctionsTest {
 protected:
  std::shared_ptr<RecordedExchange> send(const std::string& method, const std::string& path,
                                         const std::string& body = "",
                                         std::vector<http::Header> headers = {}) {
    LambdaService api(*world->functions, *world->mappings);
    http::Request request;
    request.method = method;
    const auto question = path.find('?');
    request.path = path.substr(0, question);
    if (question != std::string::npos) request.query = path.substr(question + 1);
    request.headers = std::move(headers);
    request.body = body;
    EXPECT_TRUE(api.owns(request));
    auto exchange = std::make_shared<RecordedExchange>();
    api.handle(std::move(request), {kAccount, kRegion, "", ""}, exchange);
    EXPECT_TRUE(world->until([&] { return exchange->response.has_value(); }));
    return exchange;
  }
  void deploy_echo() {
    const auto made = send(
        "POST", "/2015-03-31/functions",
        R"({"FunctionName":"echo","Runtime":"loopgate.echo","Role":"arn:aws:iam::123456789012:role/r"})");
    ASSERT_EQ(made->response->status, 201) << made->response->body;
  }
};

inline std::string zip_of(const std::string& folder, const std::string& text) {
  const auto path = folder + "/upload.zip";
  int code = 0;
  auto* archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
  zip_file_add(archive, "app.py", zip_source_buffer(archive, text.data(), text.size(), 0), 0);
  zip_close(archive);
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace loopgate::lambda

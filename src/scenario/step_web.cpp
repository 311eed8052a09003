// expect http: the next request at a receiver. answer: how it answers from now on.
#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
#include "codec/text.h"
#include "scenario/json_subset.h"
#include "scenario/limits.h"
#include "scenario/payload.h"
#include "scenario/stage.h"
#include "template/suggestion.h"

namespace loopgate::scenario {

namespace {

using nlohmann::json;

Outcome check_receiver(const WebReceivers& receivers, const std::string& name) {
  if (receivers.has(name)) return {};
  return mismatch(
      fmt::format("no receiver is called {}{}", name, cfn::did_you_mean(name, receivers.names())));
}

std::string header_of(const io::HttpRequest& request, const std::string& name) {
  const auto found = std::ranges::find_if(request.headers, [&](const io::HttpHeader& header) {
    return codec::equal_ignoring_case(header.name, name);
  });
  return found == request.headers.end() ? "(none)" : found->value;
}

class ExpectHttp final : public Step {
 public:
  std::string receiver;
  PayloadMatcher body;
  std::optional<json> document;  // the body as JSON has at least this
  std::vector<std::pair<std::string, std::string>> headers;
  std::optional<Duration> within;
  std::size_t count = 1;

  bool acts() const override { return false; }

  Outcome run(Stage& stage) const override {
    if (auto known = check_receiver(stage.web(), receiver); !known) return known;
    const Instant limit = stage.sandbox().clock().now() + within.value_or(Duration{});
    for (std::size_t i = 0; i < count; ++i) {
      auto arrival = stage.web().take(receiver);
      while (!arrival && stage.advance_towards(limit)) arrival = stage.web().take(receiver);
      if (!arrival) {
        return mismatch(fmt::format("no request came at {} ({} of {} came)", receiver, i, count));
      }
      const auto text = difference_of(stage, arrival->request);
      if (!text.empty()) {
        return std::unexpected(Mismatch{
            "another request came at " + receiver, "",
            text + "\n              " + describe_payload(as_bytes(arrival->request.body))});
      }
    }
    return {};
  }

 private:
  // Empty when it is the expected one.
  std::string difference_of(const Stage& stage, const io::HttpRequest& got) const {
    const auto same = body.matches(as_bytes(got.body), stage.folder());
    if (!same) return same.error().to_string();
    if (!*same) return body.describe(as_bytes(got.body)) + " instead of " + body.expected();
    if (document) {
      auto text = difference(*document, read_json(got.body).value_or(nullptr));
      if (!text.empty()) return text;
    }
    for (const auto& [name, value] : headers) {
      const auto has = header_of(got, name);
      if (has != value) return fmt::format("header {} is {}, not {}", name, has, value);
    }
    return {};
  }
};

class Answer final : public Step {
 public:
  std::string receiver;
  std::vector<WebAnswer> answers;

  Outcome run(Stage& stage) const override {
    if (auto known = check_receiver(stage.web(), receiver); !known) return known;
    stage.web().answer(receiver, answers);
    return {};
  }
};

}  // namespace

Result<StepPtr> parse_expect_http(const Node& value) {
  Fields fields(value, "expect http");
  auto step = std::make_unique<ExpectHttp>();
  step->receiver = fields.required_text("at");
  step->body = parse_matcher(fields);
  if (const Node* document = fields.find("json"); document != nullptr)
    step->document = cfn::to_json(*document);
  step->headers = fields.pairs("headers");
  step->within = fields.duration("within");
  step->count = fields.number("count", kMaxCount).value_or(1);
  if (const auto status = fields.finish(); !status) return std::unexpected(status.error());
  return step;
}

Result<StepPtr> parse_answer(const Node& value) {
  Fields fields(value, "answer");
  auto step = std::make_unique<Answer>();
  step->receiver = fields.required_text("at");
  if (!fields.has("with")) fields.refuse("answer needs 'with', a status or silence");
  for (const auto& text : fields.texts("with")) {
    int status = 0;
    if (text != "silence") {
      const bool is_status = text.size() == 3 &&
                             std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
      if (is_status) status = std::stoi(text);
      if (status < 200 || status > 599) {
        fields.refuse("answer: 'with' is a status from 200 to 599, silence, or a list of these");
      }
    }
    step->answers.push_back(status);
  }
  if (const auto status = fields.finish(); !status) return std::unexpected(status.error());
  return step;
}

}  // namespace loopgate::scenario

#include "tests/suite/states/world.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
#include "codec/base64.h"
#include "codec/percent.h"
#include "emulators/http/message.h"
#include "tests/suite/states/stub_zip.h"

namespace suite {

namespace http = loopgate::http;
using loopgate::write_json;

namespace {

std::string pascal(const std::string& snake) {
  std::string out;
  bool upper = true;
  for (const char c : snake) {
    if (c == '_') {
      upper = true;
    } else {
      out += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
      upper = false;
    }
  }
  return out;
}

// What the stubs of the recordings do, in Python.
std::string python_of(const std::string& behaviour) {
  std::string body = "    return event\n";
  std::string before;
  if (behaviour.find("always raises Exception") != std::string::npos) {
    // The stack trace names line 2.
    return "def handler(event, context):\n    raise Exception(\"Some exception was raised.\")\n";
  }
  if (behaviour.find("CustomException") != std::string::npos) {
    before =
        "class CustomException(Exception):\n    message = \"CustomException message\"\n"
        "    def __init__(self):\n        super().__init__()\n";
    body = "    raise CustomException()\n";
  } else if (behaviour.find("returns the bytes") != std::string::npos) {
    body = "    return '\"HelloWorld!\"'\n";
  } else if (behaviour.find("sleeps 60") != std::string::npos) {
    before = "import time\n";
    body = "    time.sleep(60)\n    return event\n";
  } else if (behaviour.find("257*1024") != std::string::npos) {
    body = "    return \"a\" * (257 * 1024)\n";
  } else if (behaviour.find("{\"Return\"") != std::string::npos) {
    body = "    return {\"Return\": \"HelloWorld\"}\n";
  } else if (behaviour.find("'input-event-'") != std::string::npos) {
    body = "    return f\"input-event-{event}\"\n";
  } else if (behaviour.find("PayloadFromTrustedAccount") != std::string::npos) {
    body = "    return \"PayloadFromTrustedAccount\"\n";
  }
  return before + "def handler(event, context):\n" + body;
}

std::string form_of(const std::string& action, const Json& params) {
  std::string out = "Action=" + action + "&Version=2010-03-31";
  const auto add = [&](const std::string& name, const std::string& value) {
    out += "&" + name + "=" + loopgate::codec::percent_encode(value);
  };
  for (const auto& member : params.items()) {
    if (member.value().is_string()) add(member.key(), member.value().get<std::string>());
    if (!member.value().is_object()) continue;
    int number = 0;
    for (const auto& entry : member.value().items()) {
      const auto prefix = fmt::format("{}.entry.{}.", member.key(), ++number);
      add(prefix + "key", entry.key());
      add(prefix + "value",
          entry.value().is_string() ? entry.value().get<std::string>() : write_json(entry.value()));
    }
  }
  return out;
}

}  // namespace

class World::Pending final : public http::Exchange {
 public:
  void respond(http::Response response) override { given = std::move(response); }
  void begin_stream(http::Response head) override { given = std::move(head); }
  bool write(std::string_view chunk) override {
    given->body += chunk;
    return true;
  }
  void end_stream() override {}
  void on_drained(std::function<void()>) override {}
  void on_closed(std::function<void()>) override {}
  std::optional<http::Response> given;
};

World::World() {
  loopgate::SandboxOptions options;
  options.simulated = true;
  options.network = &network_;
  options.account = kAccount;
  options.regions = {kRegion};
  options.port = 0;
  options.function_guard = std::chrono::seconds(10);
  auto made = loopgate::Sandbox::create(std::move(options));
  if (!made) {
    fmt::print(stderr, "{}\n", made.error().to_string());
    std::exit(2);
  }
  sandbox_ = std::move(*made);
  create_role(kAccount);
}

bool World::emulates(const std::string& service) const {
  const auto names = sandbox_->service_names();
  return std::ranges::find(names, service) != names.end();
}

Answer World::request(const std::string& service, const std::string& target,
                      const std::string& content_type, const std::string& method,
                      const std::string& path, std::string body, const std::string& account) {
  http::Request request;
  request.method = method;
  request.path = path;
  request.headers = {
      {"Host", fmt::format("{}.{}.amazonaws.com", service, kRegion)},
      {"Content-Type", content_type},
      {"Authorization", fmt::format("AWS4-HMAC-SHA256 Credential={}/20260101/{}/{}/aws4_request, "
                                    "SignedHeaders=host, Signature=00",
                                    account, kRegion, service)}};
  if (!target.empty()) request.headers.push_back({"X-Amz-Target", target});
  request.body = std::move(body);
  const auto exchange = std::make_shared<Pending>();
  sandbox_->handle(std::move(request), exchange);
  sandbox_->settle();
  // Long polls wait for the clock.
  for (int i = 0; i < 70 && !exchange->given; ++i) sandbox_->advance(std::chrono::seconds(1));
  Answer out;
  if (!exchange->given) return out;
  out.status = exchange->given->status;
  out.body = parse_or_text(exchange->given->body);
  if (out.failed() && out.body.is_object()) {
    out.code = out.body.value("__type", "");
    out.code = out.code.substr(out.code.find('#') + 1);
  }
  return out;
}

Json World::parse_or_text(const std::string& text) {
  auto json = loopgate::read_ordered_json(text);
  return json ? std::move(*json) : Json(text);
}

Answer World::call(const std::string& operation, const Json& params, const std::string& account) {
  const auto dot = operation.find('.');
  const auto service = operation.substr(0, dot);
  const auto name = pascal(operation.substr(dot + 1));
  const auto json = [&](const char* signing, const char* prefix, const char* version) {
    return request(signing, std::string(prefix) + "." + name,
                   std::string("application/x-amz-json-") + version, "POST", "/",
                   write_json(params), account);
  };
  if (service == "stepfunctions") return json("states", "AWSStepFunctions", "1.0");
  if (service == "sqs") return json("sqs", "AmazonSQS", "1.0");
  if (service == "logs") return json("logs", "Logs_20140328", "1.1");
  if (service == "dynamodb") return json("dynamodb", "DynamoDB_20120810", "1.0");
  if (service == "events") return json("events", "AWSEvents", "1.1");
  if (service == "s3") {
    const auto body = params.value("Body", "");
    const auto key = params.value("Key", "");
    return request("s3", "", "binary/octet-stream", "PUT",
                   "/" + params.value("Bucket", "") + (key.empty() ? "" : "/" + key), body,
                   account);
  }
  return request(service, "", "application/x-www-form-urlencoded", "POST", "/",
                 form_of(name, params), account);
}

void World::create_role(const std::string& account) {
  constexpr const char* kTrust =
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}]})";
  constexpr const char* kAll =
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})";
  call("iam.create_role", {{"RoleName", "suite"}, {"AssumeRolePolicyDocument", kTrust}}, account);
  call("iam.put_role_policy",
       {{"RoleName", "suite"}, {"PolicyName", "all"}, {"PolicyDocument", kAll}}, account);
}

void World::create_function(const std::string& arn, const std::string& behaviour) {
  const auto name = arn.substr(arn.rfind(':') + 1);
  const auto account =
      arn.starts_with("arn:") ? arn.substr(arn.find(":function:") - 12, 12) : std::string(kAccount);
  const Json body = {{"FunctionName", name},
                     {"Runtime", "python3.12"},
                     {"Role", fmt::format("arn:aws:iam::{}:role/suite", account)},
                     {"Handler", "handler.handler"},
                     {"Timeout", 120},
                     {"Code", {{"ZipFile", stub_zip("handler.py", python_of(behaviour))}}}};
  const auto made = request("lambda", "", "application/json", "POST", "/2015-03-31/functions",
                            write_json(body), account);
  if (made.failed()) fmt::print(stderr, "CreateFunction: {}\n", write_json(made.body));
}

}  // namespace suite

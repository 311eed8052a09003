// Foreign bytes as HTTP requests to a whole sandbox in memory: every route, every protocol. An
// input is requests one after another, two zero bytes between them; each is a request line, headers
// and an empty line (CR or not), then the body. Whatever comes, each is answered once at most, with
// a status, and JSON that says so is JSON.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/time.h"
#include "emulators/http/head_check.h"
#include "emulators/http/message.h"
#include "io/loop.h"
#include "sandbox.h"
#include "scenario/sim_network.h"
#include "scenario/web_receivers.h"

namespace {

using namespace loopgate;

// What requests of the corpus speak of.
constexpr std::string_view kTemplate = R"(
Mappings:
  ProxylityConfig:
    Fn::Transform:
      Name: AWS::Include
      Parameters:
        Location: !Sub s3://proxylity-config-${AWS::Region}/${AWS::AccountId}/customer-config.json
Resources:
  Topic: {Type: 'AWS::SNS::Topic', Properties: {TopicName: topic}}
  Queue: {Type: 'AWS::SQS::Queue', Properties: {QueueName: queue}}
  Subscription:
    Type: AWS::SNS::Subscription
    Properties: {TopicArn: !Ref Topic, Protocol: sqs, Endpoint: !GetAtt Queue.Arn}
  Echo:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: echo
      Runtime: loopgate.echo
      Handler: echo
      Role: !GetAtt Role.Arn
      Code: {ZipFile: none}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - Effect: Allow
            Principal: {AWS: !FindInMap [ProxylityConfig, !Ref AWS::Region, ServiceRole]}
            Action: sts:AssumeRole
      Policies:
        - PolicyName: all
          PolicyDocument: {Statement: [{Effect: Allow, Action: '*', Resource: '*'}]}
  Udp:
    Type: Custom::ProxylityUdpGatewayListener
    Properties:
      ServiceToken: !FindInMap [ProxylityConfig, !Ref AWS::Region, ServiceToken]
      ApiKey: !FindInMap [ProxylityConfig, Account, ApiKey]
      Protocols: [udp]
      ClientRestrictions: {Networks: [0.0.0.0/0]}
      Destinations:
        - Name: echo
          DestinationArn: !GetAtt Echo.Arn
          Role: {Arn: !GetAtt Role.Arn}
)";

constexpr int kInputsPerSandbox = 100;
constexpr std::size_t kMaxRequests = 16;
// A century takes a while, even of simulated time.
constexpr Duration kLongestAdvance = std::chrono::minutes(10);

class CheckedExchange final : public http::Exchange {
 public:
  void respond(http::Response response) override {
    check_head(response);
    check_body(response);
  }
  void begin_stream(http::Response head) override { check_head(head); }
  bool write(std::string_view) override { return true; }
  void end_stream() override {}
  void on_drained(std::function<void()>) override {}
  void on_closed(std::function<void()>) override {}

 private:
  void check_head(const http::Response& response) {
    LOOPGATE_CHECK(!answered_);
    LOOPGATE_CHECK(response.status >= 200 && response.status < 600);
    answered_ = true;
  }
  static void check_body(const http::Response& response) {
    for (const auto& header : response.headers) {
      if (header.name != "Content-Type" || header.value.find("json") == std::string::npos) continue;
      LOOPGATE_CHECK(response.body.empty() || nlohmann::json::accept(response.body));
    }
  }
  bool answered_ = false;
};

std::string_view take_line(std::string_view& text) {
  const auto end = std::min(text.find('\n'), text.size());
  auto line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

http::Request parse(std::string_view text) {
  http::Request request;
  auto line = take_line(text);
  const auto space = line.find(' ');
  request.method = line.substr(0, space);
  auto target = space == std::string_view::npos ? "/" : line.substr(space + 1);
  target = target.substr(0, target.find(' '));
  const auto question = target.find('?');
  request.path = target.substr(0, question);
  if (question != std::string_view::npos) request.query = target.substr(question + 1);
  if (!request.path.starts_with('/')) request.path.insert(0, "/");
  while (!(line = take_line(text)).empty()) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    auto value = line.substr(colon + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    request.headers.push_back({std::string(line.substr(0, colon)), std::string(value)});
  }
  request.body = text;
  return request;
}

bool moves_the_clock_too_far(const http::Request& request) {
  if (request.path != "/_loopgate/clock" || request.method != "POST") return false;
  const auto body = nlohmann::json::parse(request.body, nullptr, false);
  if (!body.is_object() || !body.contains("advance") || !body["advance"].is_string()) return false;
  const auto step = parse_duration(body["advance"].get<std::string>());
  return step && *step > kLongestAdvance;
}

struct World {
  World() {
    SandboxOptions options;
    options.simulated = true;
    options.network = &network;
    options.http = &web;  // nobody is reached
    options.port = 0;
    options.allow_origins = {"http://localhost:3000"};
    sandbox = Sandbox::create(std::move(options)).value();
    web.attach(sandbox->clock(), sandbox->loop().tasks(), [](const std::string&) {});
    DeployOptions deploy;
    deploy.stack = "base";
    deploy.template_text = kTemplate;
    sandbox->deploy(std::move(deploy), [](Result<DeployResult> result) {
      if (!result) std::fprintf(stderr, "%s\n", result.error().to_string().c_str());
      LOOPGATE_CHECK(result.has_value());
    });
    sandbox->settle();
  }

  void ask(std::string_view text) {
    auto request = parse(text);
    if (moves_the_clock_too_far(request)) return;
    sandbox->handle(std::move(request), std::make_shared<CheckedExchange>());
    sandbox->settle();
  }

  scenario::SimNetwork network;
  scenario::WebReceivers web;
  std::unique_ptr<Sandbox> sandbox;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Functions that a request makes find no interpreter: nothing of what was made up here is run.
  static const int kNoPrograms = ::setenv("PATH", "/nonexistent", 1);
  LOOPGATE_CHECK(kNoPrograms == 0);
  static std::unique_ptr<World> world;
  static int inputs = 0;
  if (!world || ++inputs % kInputsPerSandbox == 0) {
    world.reset();
    world = std::make_unique<World>();
  }
  std::string_view text(reinterpret_cast<const char*>(data), size);
  http::HeadCheck check;
  check.take(text);
  for (std::size_t count = 0; count < kMaxRequests && !text.empty(); ++count) {
    const auto end = std::min(text.find(std::string_view("\0\0", 2)), text.size());
    world->ask(text.substr(0, end));
    text.remove_prefix(std::min(end + 2, text.size()));
  }
  return 0;
}

#include "emulators/states/integrations.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "aws/arn.h"
#include "aws/sdk_names.h"
#include "aws/shapes/services.h"
#include "base/json.h"
#include "codec/text.h"
#include "emulators/states/shape_names.h"

namespace loopgate::states {

namespace {

// How AWS spells a service in error names and sentences, by the name that it is signed for.
struct Spelling {
  std::string_view signing;     // "dynamodb"
  std::string_view optimized;   // "DynamoDB": of optimized integrations
  std::string_view client;      // "AmazonDynamoDBv2": in their sentences
  std::string_view unmodelled;  // "AmazonDynamoDBException"
  std::string_view sdk;         // "DynamoDb": of SDK integrations
};
constexpr auto kSpellings = std::to_array<Spelling>({
    {"dynamodb", "DynamoDB", "AmazonDynamoDBv2", "AmazonDynamoDBException", "DynamoDb"},
    {"sqs", "SQS", "AmazonSQS", "AmazonSQSException", "Sqs"},
    {"sns", "SNS", "AmazonSNS", "AmazonSNSException", "Sns"},
    {"lambda", "Lambda", "AWSLambda", "AWSLambdaException", "Lambda"},
    {"states", "StepFunctions", "AWSStepFunctions", "AWSStepFunctionsException", "Sfn"},
    {"events", "EventBridge", "AmazonEventBridge", "AmazonEventBridgeException", "EventBridge"},
    {"s3", "S3", "Amazon S3", "AmazonS3Exception", "S3"},
    {"secretsmanager", "SecretsManager", "AWSSecretsManager", "AWSSecretsManagerException",
     "SecretsManager"},
    {"logs", "CloudWatchLogs", "AWSLogs", "AWSLogsException", "CloudWatchLogs"},
    {"cloudformation", "CloudFormation", "AmazonCloudFormation", "AmazonCloudFormationException",
     "CloudFormation"},
    {"iam", "Iam", "AmazonIdentityManagement", "AmazonIdentityManagementException", "Iam"},
    {"sts", "Sts", "AWSSecurityTokenService", "AWSSecurityTokenServiceException", "Sts"},
});

Spelling spelling_of(const std::string& signing) {
  const auto* const found = std::ranges::find(kSpellings, signing, &Spelling::signing);
  if (found != kSpellings.end()) return *found;
  return {.signing = {}, .optimized = {}, .client = {}, .unmodelled = {}, .sdk = {}};
}

std::string capital(std::string_view name) {
  std::string out(name);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 32);
  return out;
}

const aws::ServiceModel* model_of(std::string_view signing) {
  for (const auto* model : aws::shapes::kServices) {
    if (model->name == signing) return model;
  }
  return nullptr;
}

// "QueueDoesNotExist" and "ResourceNotFoundException" alike end in Exception.
std::string exception_name(std::string_view code) {
  const auto dot = code.rfind('.');
  if (dot != std::string_view::npos) code.remove_prefix(dot + 1);
  return std::string(code) + (code.ends_with("Exception") ? "" : "Exception");
}

// What optimized integrations take as JSON and the service as text.
void write_texts(const Resource& resource, Json& parameters) {
  const auto as_text = [&](const char* name) {
    const auto found = parameters.find(name);
    if (found != parameters.end() && !found->is_string()) *found = write_json(*found);
  };
  // A null is as good as nothing.
  if (resource.service == "states" && parameters.value("Input", Json()).is_null()) {
    parameters.erase("Input");
  }
  if (resource.service == "sqs") as_text("MessageBody");
  if (resource.service == "sns") as_text("Message");
  if (resource.service == "states") as_text("Input");
  if (resource.service == "events" && parameters.contains("Entries") &&
      parameters["Entries"].is_array()) {
    for (auto& entry : parameters["Entries"]) {
      const auto detail = entry.is_object() ? entry.find("Detail") : entry.end();
      if (entry.is_object() && detail != entry.end() && !detail->is_string()) {
        *detail = write_json(*detail);
      }
    }
  }
}

struct Headers {
  std::string_view service;
  std::string_view connection;  // how it spells the header
  std::string_view content_type;
};
constexpr auto kHeaders = std::to_array<Headers>({
    {"sqs", "connection", "application/x-amz-json-1.0"},
    {"sns", "connection", "text/xml"},
    {"states", "connection", "application/x-amz-json-1.0"},
    {"dynamodb", "Connection", "application/x-amz-json-1.0"},
    {"lambda", "Connection", "application/json"},
});

std::string http_date(WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const auto days = std::chrono::floor<std::chrono::days>(seconds);
  const std::chrono::year_month_day date(days);
  const std::chrono::hh_mm_ss clock(seconds - days);
  constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  return fmt::format(
      "{}, {:02} {} {} {:02}:{:02}:{:02} GMT", kDays[std::chrono::weekday(days).c_encoding()],
      static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
      static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
      clock.seconds().count());
}

Fault failed_entries(const Json& answer) {
  return {.error = "EventBridge.FailedEntry", .cause = write_json(answer)};
}

}  // namespace

std::string signing_name(std::string_view service) {
  if (!service.starts_with("aws-sdk:")) return std::string(service);
  return std::string(aws::signing_name_of_sdk(service.substr(8)));
}

// As the SDK for Java shows the answer's headers: some of which it has, some twice.
Json Integrations::metadata(const Resource& resource, std::size_t bytes) {
  const auto* const headers = std::ranges::find(kHeaders, resource.service, &Headers::service);
  if (headers == kHeaders.end()) return nullptr;
  const std::string id = random_.uuid();
  std::vector<std::pair<std::string, std::string>> all;
  if (resource.service == "lambda") {
    all.emplace_back("X-Amz-Executed-Version", "$LATEST");
    all.emplace_back("x-amzn-Remapped-Content-Length", "0");
  }
  if (resource.service == "dynamodb") all.emplace_back("Server", "Server");
  all.emplace_back(headers->connection, "keep-alive");
  all.emplace_back("x-amzn-RequestId", id);
  if (resource.service == "dynamodb") {
    all.emplace_back("x-amz-crc32", std::to_string(random_.below(0xffffffff)));
  }
  all.emplace_back("Content-Length", std::to_string(bytes));
  all.emplace_back("Date", http_date(clock_.wall()));
  if (resource.service == "lambda") {
    all.emplace_back("X-Amzn-Trace-Id",
                     "root=1-" + random_.hex(8) + "-" + random_.hex(24) + ";sampled=0");
  }
  all.emplace_back("Content-Type", headers->content_type);
  Json lists = Json::object(), texts = Json::object();
  for (const auto& [name, value] : all) {
    lists[name] = Json::array({value});
    texts[name] = value;
  }
  return {{"SdkHttpMetadata",
           {{"AllHttpHeaders", std::move(lists)},
            {"HttpHeaders", std::move(texts)},
            {"HttpStatusCode", 200}}},
          {"SdkResponseMetadata", {{"RequestId", id}}}};
}

Fault Integrations::fault_of(const Resource& resource, const aws::AwsError& error,
                             const std::string& request_id) {
  const bool sdk = resource.service.starts_with("aws-sdk:");
  const auto signing = signing_name(resource.service);
  auto spelling = spelling_of(signing);
  const std::string own = capital(sdk ? std::string_view(resource.service).substr(8) : signing);
  if (spelling.signing.empty()) {
    spelling = {.signing = signing, .optimized = own, .client = own, .unmodelled = {}, .sdk = own};
  }
  const auto* model = model_of(signing);
  const bool modelled = model == nullptr || model->find_error(error.code) != nullptr ||
                        model->find_error(error.code + "Exception") != nullptr;
  const std::string name = exception_name(error.code);
  if (sdk) {
    return {.error = fmt::format("{}.{}", spelling.sdk,
                                 modelled ? name : std::string(spelling.sdk) + "Exception"),
            .cause = fmt::format("{} (Service: {}, Status Code: {}, Request ID: {}) (SDK Attempt "
                                 "Count: 1)",
                                 error.message, spelling.sdk, error.status, request_id)};
  }
  const std::string other =
      spelling.unmodelled.empty() ? own + "Exception" : std::string(spelling.unmodelled);
  return {.error = fmt::format("{}.{}", spelling.optimized, modelled ? name : other),
          .cause = fmt::format("{} (Service: {}; Status Code: {}; Error Code: {}; Request ID: {}; "
                               "Proxy: null)",
                               error.message, spelling.client, error.status,
                               signing == "sns" ? error.code_for_query() : error.code, request_id)};
}

void Integrations::call(const Resource& resource, const Datum& parameters,
                        const aws::SessionPtr& session, const std::string& region, TaskDone done) {
  if (resource.kind == Resource::Kind::kFunction || resource.service == "lambda") {
    return invoke(resource, parameters, session, region, std::move(done));
  }
  const auto signing = signing_name(resource.service);
  const std::string operation = capital(resource.action);
  Json given = parameters.json();
  const bool sdk = resource.service.starts_with("aws-sdk:");
  if (!sdk) write_texts(resource, given);
  const auto* model = model_of(signing);
  const auto shape = model == nullptr ? std::nullopt : model->find(operation);
  nlohmann::json params = shape && shape->input()
                              ? to_service_names(*shape->input(), given)
                              : read_json(write_json(given)).value_or(nlohmann::json::object());
  api_.call(session, {.region = region, .service = signing, .name = operation}, std::move(params),
            [this, resource, shape, sdk,
             done = std::move(done)](aws::Outcome<nlohmann::json> answer) mutable {
              if (!answer) {
                return done(std::unexpected(fault_of(resource, answer.error(), random_.uuid())));
              }
              Json out = shape && shape->output()
                             ? to_state_names(*shape->output(), *answer)
                             : read_ordered_json(write_json(*answer)).value_or(Json::object());
              if (!out.is_object()) out = Json::object();
              if (!sdk && resource.service == "events" &&
                  out.value("FailedEntryCount", std::int64_t{0}) > 0) {
                return done(std::unexpected(failed_entries(out)));
              }
              if (!sdk) {
                const Json more = metadata(resource, write_json(out).size());
                if (more.is_object()) {
                  for (const auto& member : more.items()) out[member.key()] = member.value();
                }
              }
              done(Datum(std::move(out)));
            });
}

void Integrations::invoke(const Resource& resource, const Datum& parameters,
                          const aws::SessionPtr& session, const std::string& region,
                          TaskDone done) {
  aws::InvokeRequest request;
  const bool bare = resource.kind == Resource::Kind::kFunction;
  if (bare) {
    request.function_arn = resource.arn;
    request.payload = parameters.text();
  } else {
    const Json& json = parameters.json();
    const auto text = [&](const char* name) {
      const auto found = json.find(name);
      return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
    };
    const std::string name = text("FunctionName");
    request.function_arn = name;
    if (!aws::Arn::parse(name)) {
      request.function_arn =
          fmt::format("arn:aws:lambda:{}:{}:function:{}", region, session->account, name);
    }
    if (const auto qualifier = text("Qualifier"); !qualifier.empty()) {
      request.function_arn += ":" + qualifier;
    }
    request.async = text("InvocationType") == "Event";
    const auto payload = json.find("Payload");
    request.payload = payload == json.end() || payload->is_null() ? "{}" : write_json(*payload);
    // A text that is JSON is taken for the payload itself.
    if (payload != json.end() && payload->is_string() &&
        check_json(payload->get_ref<const std::string&>())) {
      request.payload = payload->get<std::string>();
    }
  }
  lambda_.invoke(session, std::move(request),
                 [this, resource, bare,
                  done = std::move(done)](aws::Outcome<aws::InvokeResponse> answer) mutable {
                   if (!answer) {
                     Resource named = resource;
                     named.service = "lambda";
                     return done(std::unexpected(fault_of(named, answer.error(), random_.uuid())));
                   }
                   auto payload = read_ordered_json(answer->payload);
                   if (!answer->function_error.empty()) {
                     const std::string type = payload && payload->is_object() &&
                                                      payload->contains("errorType") &&
                                                      (*payload)["errorType"].is_string()
                                                  ? (*payload)["errorType"].get<std::string>()
                                                  : "Lambda.Unknown";
                     return done(std::unexpected(Fault{.error = type, .cause = answer->payload}));
                   }
                   const Json value = payload ? std::move(*payload) : Json();
                   if (bare) return done(Datum(value));
                   Json out = {{"ExecutedVersion", "$LATEST"}, {"Payload", value}};
                   const Json more = metadata(resource, answer->payload.size());
                   for (const auto& member : more.items()) out[member.key()] = member.value();
                   out["StatusCode"] = answer->status;
                   if (answer->status == 202) out.erase("ExecutedVersion");
                   done(Datum(std::move(out)));
                 });
}

}  // namespace loopgate::states

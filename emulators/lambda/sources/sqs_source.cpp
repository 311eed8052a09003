#include "emulators/lambda/sources/sqs_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "aws/arn.h"
#include "base/json.h"
#include "emulators/lambda/errors.h"

namespace loopgate::lambda {

namespace {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

constexpr std::size_t kMaxReceived = 10;  // by one ReceiveMessage, and deleted by one batch
constexpr std::int64_t kPollSeconds = 20;

// What the role must allow, in the order in which AWS asks.
constexpr std::array<std::string_view, 3> kActions = {"ReceiveMessage", "DeleteMessage",
                                                      "GetQueueAttributes"};

// Of streams alone.
constexpr std::array<const char*, 7> kForStreams = {
    "BisectBatchOnFunctionError", "DestinationConfig",     "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",       "ParallelizationFactor", "Topics",
    "TumblingWindowInSeconds"};

// As AWS orders them in an event.
constexpr std::array<const char*, 9> kAttributes = {
    "ApproximateReceiveCount", "AWSTraceHeader",           "SentTimestamp",
    "SequenceNumber",          "MessageGroupId",           "SenderId",
    "MessageDeduplicationId",  "DeadLetterQueueSourceArn", "ApproximateFirstReceiveTimestamp"};

std::string queue_url(const std::string& queue_arn) {
  const auto arn = aws::Arn::parse(queue_arn);
  return arn ? fmt::format("https://sqs.{}.amazonaws.com/{}/{}", arn->region, arn->account,
                           arn->resource)
             : std::string();
}

std::chrono::seconds visibility_of(const Json& attributes) {
  const auto text = attributes.value("Attributes", Json::object()).value("VisibilityTimeout", "");
  std::int64_t seconds = 0;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  return std::chrono::seconds(seconds);
}

Json attributes_wanted(const std::string& url) {
  return {{"QueueUrl", url}, {"AttributeNames", {"VisibilityTimeout"}}};
}

// The code of the Query protocol, which Lambda's sentences have.
std::string why_unreachable(const aws::AwsError& error) {
  return fmt::format(
      "Error occurred while ReceiveMessage. SQS Error Code: {}. SQS Error Message: {}",
      error.code_for_query(), error.message);
}

OrderedJson message_attribute(const Json& attribute) {
  OrderedJson out;
  if (attribute.contains("StringValue")) out["stringValue"] = attribute["StringValue"];
  if (attribute.contains("BinaryValue")) out["binaryValue"] = attribute["BinaryValue"];
  out["stringListValues"] = OrderedJson::array();
  out["binaryListValues"] = OrderedJson::array();
  out["dataType"] = attribute.value("DataType", "");
  return out;
}

// Not by the role, which need not be allowed that: it is as if they had never been received.
void make_visible(const SourceWorld& world, const EventSourceMapping& mapping,
                  const std::string& url, const SourceRecords& records) {
  auto own = std::make_shared<aws::Session>();
  own->account = mapping.account;
  for (std::size_t begin = 0; begin < records.size(); begin += kMaxReceived) {
    Json entries = Json::array();
    for (std::size_t i = begin; i < std::min(begin + kMaxReceived, records.size()); ++i) {
      entries.push_back({{"Id", std::to_string(i)},
                         {"ReceiptHandle", records[i].handle},
                         {"VisibilityTimeout", 0}});
    }
    world.api.call(own, {mapping.region, "sqs", "ChangeMessageVisibilityBatch"},
                   {{"QueueUrl", url}, {"Entries", std::move(entries)}}, [](auto) {});
  }
}

SourceRecord record_of(const Json& message, const EventSourceMapping& mapping) {
  SourceRecord out{message.value("MessageId", ""), message.value("ReceiptHandle", ""), {}};
  auto& event = out.event;
  event["messageId"] = out.id;
  event["receiptHandle"] = out.handle;
  event["body"] = message.value("Body", "");
  event["attributes"] = OrderedJson::object();
  const auto system = message.value("Attributes", Json::object());
  for (const auto* name : kAttributes) {
    if (const auto found = system.find(name); found != system.end()) {
      event["attributes"][name] = *found;
    }
  }
  event["messageAttributes"] = OrderedJson::object();
  const auto attributes = message.value("MessageAttributes", Json::object());
  for (const auto& [name, attribute] : attributes.items()) {
    event["messageAttributes"][name] = message_attribute(attribute);
  }
  // Recorded (2023-02-27, 2023-10-31): with a batching window it is null where else it is absent.
  if (const auto md5 = message.find("MD5OfMessageAttributes"); md5 != message.end()) {
    event["md5OfMessageAttributes"] = *md5;
  } else if (mapping.window.count() > 0) {
    event["md5OfMessageAttributes"] = nullptr;
  }
  event["md5OfBody"] = message.value("MD5OfBody", "");
  event["eventSource"] = "aws:sqs";
  event["eventSourceARN"] = mapping.source_arn;
  event["awsRegion"] = mapping.region;
  return out;
}

}  // namespace

aws::Outcome<void> validate_sqs(const Json& params, const EventSourceMapping& mapping) {
  if (params.contains("StartingPosition") || params.contains("StartingPositionTimestamp")) {
    return aws::refuse(invalid_parameter("StartingPosition is not valid for SQS event sources."));
  }
  for (const auto* name : kForStreams) {
    const auto given = params.find(name);
    if (given == params.end() || given->empty()) continue;
    return aws::refuse(invalid_parameter(
        fmt::format("Unsupported {} parameter for given event source mapping type.", name)));
  }
  if (mapping.source_arn.ends_with(".fifo") && mapping.window.count() > 0) {
    return aws::refuse(invalid_parameter("Batching window is not supported for FIFO queues"));
  }
  if (mapping.batch_size > static_cast<std::int64_t>(kMaxReceived) && mapping.window.count() == 0) {
    return aws::refuse(
        invalid_parameter("Maximum batch window in seconds must be greater than 0 if maximum batch "
                          "size is greater than 10"));
  }
  return {};
}

void check_sqs(const SourceWorld& world, const EventSourceMapping& mapping, FunctionPtr function,
               aws::Completion<aws::Done> done) {
  with_execution_role(
      world, function,
      [world, mapping, function, done = std::move(done)](aws::SessionPtr session) mutable {
        for (const auto action : kActions) {
          if (world.authorize(*session, fmt::format("sqs:{}", action), mapping.source_arn))
            continue;
          return done(aws::refuse(invalid_parameter(fmt::format(
              "The provided execution role does not have permissions to call {} on SQS", action))));
        }
        world.api.call(
            session, {mapping.region, "sqs", "GetQueueAttributes"},
            attributes_wanted(queue_url(mapping.source_arn)),
            [function, done = std::move(done)](aws::Outcome<Json> attributes) mutable {
              if (!attributes) {
                return done(aws::refuse(invalid_parameter(why_unreachable(attributes.error()))));
              }
              const auto visibility = visibility_of(*attributes);
              if (visibility < function->timeout) {
                return done(aws::refuse(invalid_parameter(fmt::format(
                    "Queue visibility timeout: {} seconds is less than Function timeout: {} "
                    "seconds",
                    visibility.count(), function->timeout.count()))));
              }
              done(aws::Done{});
            });
      });
}

std::unique_ptr<EventSource> make_sqs_source(const SourceWorld& world,
                                             const EventSourceMapping& mapping) {
  return std::make_unique<SqsSource>(world, mapping);
}

SqsSource::SqsSource(const SourceWorld& world, const EventSourceMapping& mapping)
    : world_(world), mapping_(mapping), queue_url_(queue_url(mapping.source_arn)) {}

void SqsSource::call(std::string_view operation, Json params, aws::Completion<Json> done,
                     aws::SessionPtr session) {
  world_.api.call(std::move(session), {mapping_.region, "sqs", std::string(operation)},
                  std::move(params),
                  [alive = alive_.token(), done = std::move(done)](aws::Outcome<Json> out) mutable {
                    if (alive) done(std::move(out));
                  });
}

void SqsSource::open(FunctionPtr function, aws::Completion<aws::Done> done) {
  with_execution_role(
      world_, function,
      [this, alive = alive_.token(), done = std::move(done)](aws::SessionPtr session) mutable {
        if (!alive) return;
        session_ = std::move(session);
        call(
            "GetQueueAttributes", attributes_wanted(queue_url_),
            [this, done = std::move(done)](aws::Outcome<Json> attributes) mutable {
              if (!attributes) return done(aws::refuse(std::move(attributes.error())));
              visibility_ = visibility_of(*attributes);
              done(aws::Done{});
            },
            session_);
      });
}

void SqsSource::receive(std::size_t most, aws::Completion<SourceRecords> done) {
  Json params = {{"QueueUrl", queue_url_},
                 {"MaxNumberOfMessages", std::min(most, kMaxReceived)},
                 {"WaitTimeSeconds", kPollSeconds},
                 {"AttributeNames", {"All"}},
                 {"MessageAttributeNames", {"All"}}};
  abandon_ = world_.api.start(
      session_, {mapping_.region, "sqs", "ReceiveMessage"}, std::move(params),
      [this, alive = alive_.token(), world = world_, mapping = mapping_, url = queue_url_,
       done = std::move(done)](aws::Outcome<Json> answer) mutable {
        SourceRecords records;
        if (answer) {
          for (const auto& message : answer->value("Messages", Json::array())) {
            records.push_back(record_of(message, mapping));
          }
        }
        // They were on their way when the last one who wanted them went.
        if (!alive) return make_visible(world, mapping, url, records);
        abandon_ = nullptr;
        if (!answer) return done(aws::refuse(std::move(answer.error())));
        done(std::move(records));
      });
}

void SqsSource::stop() {
  if (const auto abandon = std::exchange(abandon_, nullptr)) abandon();
}

// A body that is a JSON object is seen as one, any other as text.
// https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html
Json SqsSource::filtered_view(const SourceRecord& record) const {
  Json out = record.event;
  auto body = read_json(out["body"].get_ref<const std::string&>()).value_or(nullptr);
  if (body.is_object()) out["body"] = std::move(body);
  return out;
}

void SqsSource::settle(SourceRecords batch, const std::set<std::string>& failed,
                       aws::Completion<aws::Done> done) {
  std::vector<std::string> handles;
  for (auto& record : batch) {
    if (!failed.contains(record.id)) handles.push_back(std::move(record.handle));
  }
  delete_next(std::move(handles), std::move(done));
}

// Ten at a time; the first refusal is told, and hinders no other.
void SqsSource::delete_next(std::vector<std::string> handles, aws::Completion<aws::Done> done) {
  if (handles.empty()) return done(aws::Done{});
  Json entries = Json::array();
  for (; !handles.empty() && entries.size() < kMaxReceived; handles.pop_back()) {
    entries.push_back(
        {{"Id", std::to_string(entries.size())}, {"ReceiptHandle", std::move(handles.back())}});
  }
  call(
      "DeleteMessageBatch", {{"QueueUrl", queue_url_}, {"Entries", std::move(entries)}},
      [this, handles = std::move(handles),
       done = std::move(done)](aws::Outcome<Json> answer) mutable {
        aws::Outcome<aws::Done> outcome = aws::Done{};
        if (!answer) {
          outcome = aws::refuse(std::move(answer.error()));
        } else if (const auto refused = answer->find("Failed"); refused != answer->end()) {
          outcome = aws::refuse(
              {refused->front().value("Code", ""), refused->front().value("Message", ""), 400, {}});
        }
        delete_next(std::move(handles), [outcome = std::move(outcome), done = std::move(done)](
                                            aws::Outcome<aws::Done> rest) mutable {
          done(outcome ? std::move(rest) : std::move(outcome));
        });
      },
      session_);
}

void SqsSource::give_back(SourceRecords records) {
  make_visible(world_, mapping_, queue_url_, records);
}

}  // namespace loopgate::lambda

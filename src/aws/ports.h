// The small ports through which the gateway reaches AWS. Every port is submit-and-complete: a call
// returns at once and its completion runs later, from the task queue, exactly once, also when the
// port is embedded (emulators/<service>/<service>_port.*). Every call carries the session on whose
// behalf it is made, and fails with AccessDenied when that session's role does not allow it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "aws/api.h"
#include "aws/session.h"

namespace loopgate::aws {

class StsPort {
 public:
  virtual ~StsPort() = default;
  // AccessDenied when the role does not exist or its trust policy does not admit `principal_arn`.
  virtual void assume_role(const std::string& role_arn, const std::string& principal_arn,
                           const std::string& session_name, Duration duration,
                           Completion<SessionPtr> done) = 0;
};

struct InvokeRequest {
  std::string function_arn;  // with or without a qualifier
  std::string payload;       // JSON
  bool async = false;        // InvocationType Event
  std::string tenant_id;
};
struct InvokeResponse {
  int status = 200;            // 202 for async
  std::string payload;         // the function's answer, or its error document
  std::string function_error;  // "", "Unhandled" or "Handled": the X-Amz-Function-Error header
  std::string request_id;
};

class LambdaPort {
 public:
  virtual ~LambdaPort() = default;
  virtual void invoke(SessionPtr session, InvokeRequest request,
                      Completion<InvokeResponse> done) = 0;
  // InvokeWithResponseStream: `on_chunk` gets the bytes as the function writes them; then `done`,
  // whose payload is empty unless the function failed.
  virtual void invoke_streaming(SessionPtr session, InvokeRequest request,
                                std::function<void(std::string_view chunk)> on_chunk,
                                Completion<InvokeResponse> done) = 0;
};

struct MessageAttribute {
  std::string name;
  std::string type;   // "String", "Number", "Binary" or with a suffix
  std::string value;  // raw bytes for Binary
};
struct SendEntry {
  std::string body;
  std::vector<MessageAttribute> attributes;
  std::string group_id;          // FIFO
  std::string deduplication_id;  // FIFO
};
struct SendFailure {
  std::size_t index = 0;  // into the entries of the call
  AwsError error;
};
struct SendResult {
  std::vector<SendFailure> failed;  // the others were accepted
};
struct ReceivedMessage {
  std::string message_id;
  std::string receipt_handle;
  std::string body;
  std::vector<MessageAttribute> attributes;
};

class SqsPort {
 public:
  virtual ~SqsPort() = default;
  virtual void get_queue_url(SessionPtr session, const std::string& queue_arn,
                             Completion<std::string> done) = 0;
  // At most 10 entries and 1 MiB in sum, as in AWS.
  virtual void send_message_batch(SessionPtr session, const std::string& queue_arn,
                                  std::vector<SendEntry> entries, Completion<SendResult> done) = 0;
  // Long poll: completes when there are messages (at most 10), or empty after `wait`.
  virtual void receive(SessionPtr session, const std::string& queue_arn, Duration wait,
                       Completion<std::vector<ReceivedMessage>> done) = 0;
  virtual void delete_messages(SessionPtr session, const std::string& queue_arn,
                               std::vector<std::string> receipt_handles, Completion<Done> done) = 0;
  // Makes it with this policy (JSON; empty: none), or finds it as it is. Gives the ARN.
  virtual void create_queue(SessionPtr session, const std::string& region, const std::string& name,
                            const std::string& policy, Completion<std::string> done) = 0;
  virtual void delete_queue(SessionPtr session, const std::string& queue_arn,
                            Completion<Done> done) = 0;
};

struct QueueSubscription {
  std::string topic_arn;
  std::string queue_arn;
  std::string filter_policy{};  // JSON; empty: none
  // The queue gets the published body as it is, and its attributes; else SNS's envelope.
  bool raw_delivery = false;
};

class SnsPort {
 public:
  virtual ~SnsPort() = default;
  // Gives the subscription's ARN.
  virtual void subscribe(SessionPtr session, const QueueSubscription& subscription,
                         Completion<std::string> done) = 0;
  virtual void unsubscribe(SessionPtr session, const std::string& subscription_arn,
                           Completion<Done> done) = 0;
  virtual void list_subscriptions_by_topic(SessionPtr session, const std::string& topic_arn,
                                           Completion<std::vector<std::string>> done) = 0;
};

struct LogLine {
  WallTime at{};
  std::string text;
};

class LogsPort {
 public:
  virtual ~LogsPort() = default;
  // Makes the stream when it is missing (logs:CreateLogStream), never the group. `group` is a name
  // in `region`, or a group's ARN, which says its own.
  virtual void put_log_events(SessionPtr session, const std::string& region,
                              const std::string& group, const std::string& stream,
                              std::vector<LogLine> lines, Completion<Done> done) = 0;
};

// What the gateway is given: all of AWS that it knows.
struct Ports {
  StsPort& sts;
  LambdaPort& lambda;
  SqsPort& sqs;
  SnsPort& sns;
  LogsPort& logs;
  Api& api;
};

}  // namespace loopgate::aws

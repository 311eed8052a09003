// A message on its way through a topic: what Publish takes, and the forms in which subscribers get
// it. https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/error.h"
#include "aws/ports.h"
#include "base/time.h"

namespace loopgate::sns {

struct PublishRequest {
  std::string topic_arn;
  std::string message;
  std::optional<std::string> subject;
  std::string structure;  // "" or "json": `message` is an object of a text per protocol
  std::vector<aws::MessageAttribute> attributes;
  std::string group_id;
  std::string deduplication_id;
  std::string trace_header{};  // X-Amzn-Trace-Id
};

// What does not depend on the topic: sizes, subject, attributes, structure.
aws::Outcome<void> check_message(const PublishRequest& request);
// Of these the structure alone.
aws::Outcome<void> check_structure(const PublishRequest& request);
std::size_t message_size(const PublishRequest& request);

// `MessageAttributes` of a request, in the shape of the JSON protocol. `batch_entry` counts from 1;
// 0: none.
aws::Outcome<std::vector<aws::MessageAttribute>> parse_message_attributes(
    const nlohmann::json& attributes, std::size_t batch_entry);

struct Notification {
  std::string topic_arn;
  std::string message_id;
  std::string sequence_number;  // FIFO
  std::string signature_version = "1";
  std::optional<std::string> subject;
  std::string text;                                // for protocols that have none of their own
  std::map<std::string, std::string> by_protocol;  // of MessageStructure json
  std::vector<aws::MessageAttribute> attributes;
  WallTime at{};
  bool replayed = false;  // out of the archive of a FIFO topic

  bool is_fifo() const { return !sequence_number.empty(); }
  const std::string& text_for(const std::string& protocol) const;
};

// What is signed of a notification whose text is `text`.
std::string string_to_sign(const Notification& notification, const std::string& text);

// What a form of a notification says about itself beside its content.
struct Seal {
  std::string signature;  // base64; empty: none, as what FIFO topics send
  std::string certificate_url;
  std::string unsubscribe_url;
};

// The document that a queue gets without raw delivery, laid out as AWS does.
std::string render_envelope(const Notification& notification, const std::string& protocol,
                            const Seal& seal);
// The event that a function gets.
std::string render_lambda_event(const Notification& notification,
                                const std::string& subscription_arn, const Seal& seal);

}  // namespace loopgate::sns

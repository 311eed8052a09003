// Messages as they are sent, received and stored.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/ports.h"
#include "base/bytes.h"
#include "base/time.h"

namespace loopgate::sqs {

using Attributes = std::vector<aws::MessageAttribute>;

struct SendRequest {
  std::string body;
  Attributes attributes;
  Attributes system_attributes;               // AWSTraceHeader alone
  std::optional<std::int64_t> delay_seconds;  // else the queue's
  std::string group_id;
  std::string deduplication_id;
  std::string sender_id;
  bool in_batch = false;  // which words an error of the size has
};

struct SentMessage {
  std::string message_id;
  std::string md5_of_body;
  std::string md5_of_attributes;         // empty without attributes
  std::string md5_of_system_attributes;  // the same
  std::string sequence_number;           // FIFO
};

struct ReceiveRequest {
  std::int64_t max_messages = 1;
  std::optional<std::int64_t> visibility_seconds;  // else the queue's
  std::optional<Duration> wait;                    // else the queue's
  std::string attempt_id;                          // FIFO: ReceiveRequestAttemptId
  // Whether somebody is still there who will read what a long poll brings; null: always.
  std::function<bool()> is_awaited = nullptr;
};

struct Message {
  std::string message_id;
  std::string receipt_handle;
  std::string body;
  Attributes attributes;
  Attributes system_attributes;
  std::string sender_id;
  WallTime sent{};
  WallTime first_received{};
  std::int64_t receive_count = 0;
  std::string group_id;
  std::string deduplication_id;
  std::string sequence_number;     // FIFO
  std::string dead_letter_source;  // ARN of the queue that it was moved from
};

// The form over which SQS's attribute digest is computed, and in which we store them: by name, each
// part with a 32-bit length before it, and one byte between type and value (1 text, 2 binary).
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
Bytes encode_attributes(const Attributes& attributes);
Attributes decode_attributes(ByteSpan stored);

// X-Ray's header of the request (X-Amzn-Trace-Id; may be empty) goes with its message as
// AWSTraceHeader, unless the message has its own.
void add_trace(SendRequest& request, const std::string& trace_header);

// Bytes that count against the limit: names, types and values.
std::size_t size_of(const Attributes& attributes);

// XML 1.0's characters, in valid UTF-8: all that a body or a text attribute may have.
bool is_message_text(std::string_view text);

}  // namespace loopgate::sqs

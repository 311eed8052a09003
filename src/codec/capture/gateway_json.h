// The gateway's own JSON as a capture: what destinations got (a Lambda event, messages of a queue
// or topic, records of a stream, lines of a log or of Firehose's files) read back into the packets
// that it was made from, and functions' answers beside them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/byte_source.h"
#include "base/ip_address.h"
#include "base/result.h"
#include "base/time.h"
#include "codec/capture/byte_stream.h"
#include "codec/formatter.h"

namespace loopgate::codec::capture {

struct GatewayPacket {
  WallTime time{};  // ReceivedAt; of an answer, that of its packet
  Endpoint remote;
  Endpoint local;        // of the capture nothing but its port is known: the address is unspecified
  std::string peer_key;  // base64, of a WireGuard peer; then `payload` is what it encrypted
  bool is_answer = false;  // a function's, to `remote`
  Bytes payload;
};

// Whether bytes begin as JSON does: no capture does.
bool looks_like_json(ByteSpan head);

// Reads a document, or one a line (NDJSON), whichever it is: a packet; {"Messages": […]}; what
// Lambda gives a function for SQS, SNS, Kinesis and Firehose, and what `aws sqs receive-message`
// prints; an answer {"Replies": […]} to packets that stand before it. Others are passed over and
// counted.
class GatewayJson {
 public:
  explicit GatewayJson(std::unique_ptr<ByteSource> source) : stream_(std::move(source)) {}

  // Until the next call; null at the end. An error names the line.
  Result<const GatewayPacket*> next();

  // Objects that are neither packets nor answers, and answers to packets that are not there.
  std::uint64_t others() const { return others_; }
  std::uint64_t unknown_tags() const { return unknown_tags_; }

 private:
  struct Known {
    Endpoint remote;
    Endpoint local;
    WallTime time;
    std::string peer_key;
    Formatter formatter;
  };

  Result<bool> read_document();
  Result<std::string> read_rest();
  Result<std::string> read_line();

  struct Collector;

  ByteStream stream_;
  bool begun_ = false;  // a document was read
  bool whole_ = false;  // all of the rest was it
  std::uint64_t line_ = 0;
  std::vector<GatewayPacket> packets_;  // of the document at hand
  std::size_t next_ = 0;
  std::map<std::string, Known> by_tag_;
  std::vector<std::string> tag_order_;
  std::uint64_t others_ = 0;
  std::uint64_t unknown_tags_ = 0;
};

}  // namespace loopgate::codec::capture

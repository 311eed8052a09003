// The digests of SQS: MD5, by which clients check their messages, and SHA-256, by which content is
// told apart.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace loopgate::sqs {

// Keeps its context: looking the algorithm up costs more than a message's digest.
class Md5 {
 public:
  Md5();
  ~Md5();
  Md5(const Md5&) = delete;

  std::string hex(ByteSpan bytes);  // 32 lower-case digits

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

// SHA-256 in hex: the deduplication id of a message by its content.
std::string content_digest(std::string_view body);

}  // namespace loopgate::sqs

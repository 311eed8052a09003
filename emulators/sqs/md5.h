// MD5, by which clients check their messages.
#pragma once

#include <memory>
#include <string>

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

}  // namespace loopgate::sqs

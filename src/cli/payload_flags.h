// A payload from the command line: --text, --hex, --file or --coap, exactly one.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace loopgate::cli {

class PayloadFlags {
 public:
  void add_to(CLI::App& verb);
  Result<Bytes> payload() const;

 private:
  std::string text_;
  std::string hex_;
  std::string file_;
  std::string coap_;
  std::string coap_payload_;
  CLI::Option* text_option_ = nullptr;
};

// "hello\n" as text where it is printable UTF-8, else "hex: …".
std::string printable(ByteSpan payload);

}  // namespace loopgate::cli

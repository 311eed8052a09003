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
  bool is_coap() const { return !coap_.empty(); }

 private:
  std::string text_;
  std::string hex_;
  std::string file_;
  std::string coap_;
  std::string coap_payload_;
  CLI::Option* text_option_ = nullptr;
};

// "hello\n" as it is where it is UTF-8 without control characters, else as `hex: …`; these and what
// turns the direction of writing are escaped.
std::string printable(ByteSpan payload);

}  // namespace loopgate::cli

// The one reader and the one writer of JSON. Both are bounded and neither throws, so that no
// document from outside can end the process: not by its depth (values are copied and destroyed by
// recursion), not by its size, not by bytes that are not UTF-8. Nobody else parses or dumps:
// tests/architecture/check.py. Two readers stay beside it, bounded as well: the gateway's json_scan
// (replies are scanned, not built) and template/json_reader (every value with its line).
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/result.h"

namespace loopgate {

// Levels of arrays and objects. Ours: AWS's services take 20 (policies) to 100 (state machines),
// real payloads a dozen; a level costs up to 2 KiB of stack where a value is copied by a build with
// sanitizers.
inline constexpr std::size_t kMaxJsonDepth = 512;
// Of text. Ours: above every body, row and file that is taken elsewhere.
inline constexpr std::size_t kMaxJsonBytes = 128 * 1024 * 1024;

struct JsonLimits {
  std::size_t depth = kMaxJsonDepth;
  std::size_t bytes = kMaxJsonBytes;
};

// The document, or what is wrong and where: "line 3, column 14: …". Of a name that stands twice the
// last value is taken. `ordered` keeps the members as they were written.
Result<nlohmann::json> read_json(std::string_view text, JsonLimits limits = {});
Result<nlohmann::ordered_json> read_ordered_json(std::string_view text, JsonLimits limits = {});
// Whether read_json would take it; nothing is built.
Status check_json(std::string_view text, JsonLimits limits = {});

enum class JsonText : unsigned char {
  kUtf8,
  kAscii,  // everything beyond is escaped: for headers, and for sentences about what is invisible
};

// On one line, without spaces. What is not UTF-8 becomes U+FFFD. What is nested deeper than twice
// the reader's limit (only we can build that) becomes null.
std::string write_json(const nlohmann::json& value, JsonText text = JsonText::kUtf8);
std::string write_json(const nlohmann::ordered_json& value, JsonText text = JsonText::kUtf8);
// A string in its quotes.
std::string quote_json(std::string_view text);

}  // namespace loopgate

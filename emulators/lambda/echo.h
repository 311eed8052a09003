// The built-in function without code, for demos and benchmarks: Runtime `loopgate.echo`. Its
// Handler chooses
//   echo  (default) each message of {"Messages":[…]} is replied to with its own Data; any other
//   event is
//         returned as it came
//   sink  {"Replies":[]}
//   fail  a function error
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace loopgate::lambda {

enum class BuiltIn { kEcho, kSink, kFail };

Result<BuiltIn> parse_built_in(std::string_view handler);

// `event` is valid JSON. No JSON library stands on the way of a batch of the gateway's: strings are
// copied in their escaped form. Every other form goes through the library, with the same result.
std::string echo(std::string_view event);

// The two ways, for tests: the first gives false when the event is not of the form it knows.
bool echo_by_scan(std::string_view event, std::string& replies);
std::string echo_by_parser(std::string_view event);

}  // namespace loopgate::lambda

// The capture that a verb was given: a regular file, or "-" for standard input.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "codec/capture/reader.h"

namespace loopgate::cli {

bool is_standard_input(const std::string& path);  // "-" and /dev/stdin

// Whether reading it will come to an end. Standard input passes.
Status check_regular(const std::string& path, std::string_view verb);

// `verb` is who asks, for the error. A pipe, socket or device by name may have no end and is
// refused before a byte of it is read.
Result<codec::capture::Reader> open_capture(const std::string& path, std::string_view verb);

// To stderr: what the file itself had to say, a cut end above all. Those behind the first `told`.
void print_warnings(const codec::capture::Annotations& notes, const std::string& path,
                    std::size_t told = 0);

}  // namespace loopgate::cli

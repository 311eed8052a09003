// A function's layers as they are run: unpacked one over the other, as at /opt, into a folder that
// functions with the same layers share. A process cannot be given an /opt of its own: what it looks
// for there is found by the variables of its runtime (worker_launch).
#pragma once

#include <string>

#include "base/result.h"
#include "emulators/lambda/function.h"

namespace loopgate::lambda {

inline constexpr const char* kUnpackedLayers = "layers";  // beside those of function_table.h

// Where they are, or will be; empty without layers.
std::string layers_folder(const FunctionConfig& config, const std::string& data_folder);
// The same, unpacked.
Result<std::string> unpack_layers(const FunctionConfig& config, const std::string& data_folder);

}  // namespace loopgate::lambda

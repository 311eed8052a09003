#pragma once

#include <string>

namespace loopgate::io {

// What an `errno` says, as the second half of a sentence: "address already in use".
std::string system_message(int error);

}  // namespace loopgate::io

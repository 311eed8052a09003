// What an ItemReader makes of a file.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "emulators/states/language/definition.h"

namespace loopgate::states {

// At most `most` items (0: all). The error is AWS's sentence where it is known.
std::expected<std::vector<Datum>, std::string> read_items(const ItemReader& reader,
                                                          std::string_view text, std::size_t most);

}  // namespace loopgate::states

// Upper and lower case of any script, as JavaScript's toUpperCase and toLowerCase: Unicode's simple
// mappings (the C library's), and those of its special ones that text in use has.
#pragma once

#include <string>
#include <string_view>

namespace loopgate::codec::jsonata {

std::string upper_case(std::string_view text);
std::string lower_case(std::string_view text);

}  // namespace loopgate::codec::jsonata

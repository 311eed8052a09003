// English words of integers: "Twelve Thousand, Four Hundred and First".
#pragma once

#include <string>
#include <string_view>

namespace loopgate::codec::jsonata {

// In title case. `value` is not negative.
std::string words_of(double value, bool ordinal);
// Of words in lower case; NaN when one of them is unknown.
double number_of_words(std::string_view text);
// All words, as alternatives of a regular expression.
const std::string& word_alternatives();

}  // namespace loopgate::codec::jsonata

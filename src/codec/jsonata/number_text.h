// Numbers as JavaScript writes and reads them (ECMA-262 §6.1.6.1.20 Number::toString, §21.1.3
// toFixed and toPrecision, §7.1.4.1 StringToNumber).
#pragma once

#include <string>
#include <string_view>

namespace loopgate::codec::jsonata {

// "0.1", "100000000000000000000", "1e+21", "NaN", "-Infinity".
std::string number_text(double value);
// In base 2 … 36, lower case; exact for integers.
std::string number_text(double value, int base);
// With `places` digits behind the point.
std::string fixed_text(double value, int places);
// Rounded to 15 significant digits: how the language prints what is not an integer.
double to_15_digits(double value);
// Of decimal digits with an optional sign, fraction and exponent, rounded; NaN when it is none.
double number_from(std::string_view text);
// value · 10^exponent, exactly rounded from the shortest decimal digits of the value.
double shift_decimal(double value, double exponent);

bool is_integer(double value);

}  // namespace loopgate::codec::jsonata

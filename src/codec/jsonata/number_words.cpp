#include "codec/jsonata/number_words.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "codec/text.h"

namespace loopgate::codec::jsonata {

namespace {

constexpr std::array<std::string_view, 20> kFew = {
    "Zero",     "One",     "Two",     "Three",     "Four",     "Five",    "Six",
    "Seven",    "Eight",   "Nine",    "Ten",       "Eleven",   "Twelve",  "Thirteen",
    "Fourteen", "Fifteen", "Sixteen", "Seventeen", "Eighteen", "Nineteen"};
constexpr std::array<std::string_view, 20> kOrdinals = {
    "Zeroth",     "First",     "Second",    "Third",       "Fourth",     "Fifth",     "Sixth",
    "Seventh",    "Eighth",    "Ninth",     "Tenth",       "Eleventh",   "Twelfth",   "Thirteenth",
    "Fourteenth", "Fifteenth", "Sixteenth", "Seventeenth", "Eighteenth", "Nineteenth"};
constexpr std::array<std::string_view, 8> kTens = {"Twenty", "Thirty",  "Forty",  "Fifty",
                                                   "Sixty",  "Seventy", "Eighty", "Ninety"};
constexpr std::array<std::string_view, 4> kMagnitudes = {"Thousand", "Million", "Billion",
                                                         "Trillion"};

std::string ieth(std::string_view tens) {
  return std::string(tens.substr(0, tens.size() - 1)) + "ieth";
}

// What follows a larger part is joined: small numbers by "and", others by a comma.
std::string spell(double value, bool after, bool ordinal) {
  const auto rest_or_th = [&](double rest) {
    return rest > 0 ? spell(rest, true, ordinal) : std::string(ordinal ? "th" : "");
  };
  if (value < 20) {
    const auto index = static_cast<std::size_t>(value);
    return (after ? " and " : "") + std::string(ordinal ? kOrdinals[index] : kFew[index]);
  }
  if (value < 100) {
    const auto tens = kTens[static_cast<std::size_t>(value / 10) - 2];
    const double rest = std::fmod(value, 10);
    const std::string lead = after ? " and " : "";
    if (rest > 0) return lead + std::string(tens) + "-" + spell(rest, false, ordinal);
    return lead + (ordinal ? ieth(tens) : std::string(tens));
  }
  const std::string lead = after ? ", " : "";
  if (value < 1000) {
    const auto hundreds = kFew[static_cast<std::size_t>(value / 100)];
    return lead + std::string(hundreds) + " Hundred" + rest_or_th(std::fmod(value, 100));
  }
  const auto largest = static_cast<double>(kMagnitudes.size());
  const double magnitude = std::min(std::floor(std::log10(value) / 3), largest);
  const double factor = std::pow(10, magnitude * 3);
  const double count = std::floor(value / factor);
  return lead + spell(count, false, false) + " " +
         std::string(kMagnitudes[static_cast<std::size_t>(magnitude) - 1]) +
         rest_or_th(value - count * factor);
}

using Words = std::vector<std::pair<std::string, double>>;

const Words& all_words() {
  static const Words words = [] {
    Words made;
    const auto add = [&](std::string_view word, double value) {
      made.emplace_back(lower(word), value);
    };
    for (std::size_t i = 0; i < kFew.size(); ++i) add(kFew[i], static_cast<double>(i));
    for (std::size_t i = 0; i < kFew.size(); ++i) add(kOrdinals[i], static_cast<double>(i));
    for (std::size_t i = 0; i < kTens.size(); ++i) {
      add(kTens[i], static_cast<double>((i + 2) * 10));
      add(ieth(kTens[i]), static_cast<double>((i + 2) * 10));
    }
    add("hundred", 100);
    add("hundredth", 100);
    for (std::size_t i = 0; i < kMagnitudes.size(); ++i) {
      add(kMagnitudes[i], std::pow(1000, static_cast<double>(i + 1)));
      add(std::string(kMagnitudes[i]) + "th", std::pow(1000, static_cast<double>(i + 1)));
    }
    return made;
  }();
  return words;
}

double value_of(std::string_view word) {
  const auto found = std::ranges::find(all_words(), word, &std::pair<std::string, double>::first);
  return found == all_words().end() ? NAN : found->second;
}

// The words between blanks, hyphens, commas and "and".
std::vector<std::string_view> split_words(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at <= text.size();) {
    const auto end = std::min(text.find_first_of(" \t\n,-\\", at), text.size());
    const auto word = text.substr(at, end - at);
    if (!word.empty() && (word != "and" || words.empty())) words.push_back(word);
    at = end + 1;
  }
  return words;
}

}  // namespace

std::string words_of(double value, bool ordinal) {
  return spell(value, false, ordinal);
}

double number_of_words(std::string_view text) {
  std::vector<double> segments = {0};
  for (const auto word : split_words(text)) {
    const double value = value_of(word);
    if (std::isnan(value)) return NAN;
    if (value >= 100) {
      segments.back() *= value;
    } else if (segments.back() >= 1000) {
      segments.push_back(value);
    } else {
      segments.back() += value;
    }
  }
  double total = 0;
  for (const double segment : segments) total += segment;
  return total;
}

const std::string& word_alternatives() {
  static const std::string alternatives = [] {
    std::string made;
    for (const auto& [word, value] : all_words()) made += word + "|";
    return made + "and|[\\-, ]";
  }();
  return alternatives;
}

}  // namespace loopgate::codec::jsonata

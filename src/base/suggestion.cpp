#include "base/suggestion.h"

#include <algorithm>
#include <numeric>

namespace loopgate {

namespace {

constexpr std::size_t kMaxCompared = 255;  // longest logical id that AWS takes

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Levenshtein's distance without regard to case.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string did_you_mean(std::string_view unknown, const std::vector<std::string>& known) {
  if (unknown.size() > kMaxCompared) return {};
  std::size_t best = std::max<std::size_t>(2, unknown.size() / 3) + 1;
  const std::string* nearest = nullptr;
  for (const std::string& name : known) {
    if (name.size() > kMaxCompared) continue;
    const std::size_t d = distance(unknown, name);
    if (d < best) {
      best = d;
      nearest = &name;
    }
  }
  return nearest ? ": did you mean '" + *nearest + "'?" : "";
}

}  // namespace loopgate

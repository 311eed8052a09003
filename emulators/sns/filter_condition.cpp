#include "emulators/sns/filter_condition.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "emulators/sns/limits.h"

namespace loopgate::sns {
namespace {

using nlohmann::json;

// Which sets of conditions can hold together: bit s stands for the set whose members are the bits
// of s. At most five conditions, so 32 sets. The empty set can always hold.
using Family = std::uint32_t;
constexpr Family kNothing = 1;
static_assert(kMaxFilterPolicyKeys <= 5, "a family must fit its bits");

Family subsets_of(std::uint32_t set) {
  Family family = 0;
  for (std::uint32_t s = 0; s < 32; ++s) {
    if ((s & ~set) == 0) family |= Family{1} << s;
  }
  return family;
}

// What can hold when both parts are given at once: every union of a set of one with a set of the
// other.
Family together(Family a, Family b) {
  if (a == kNothing) return b;
  if (b == kNothing) return a;
  Family family = 0;
  for (std::uint32_t left = a; left != 0; left &= left - 1) {
    const auto set = static_cast<std::uint32_t>(std::countr_zero(left));
    for (std::uint32_t right = b; right != 0; right &= right - 1) {
      family |= Family{1} << (set | static_cast<std::uint32_t>(std::countr_zero(right)));
    }
  }
  return family;
}

// One walk over the document for one alternative: which sets of its conditions hold, which paths
// are there.
class Walk {
 public:
  explicit Walk(const FilterAlternative& alternative) : alternative_(alternative) {
    LOOPGATE_CHECK(alternative.size() <= kMaxFilterPolicyKeys);
  }

  Family visit(const json& node, const std::string& path, std::size_t depth) {
    if (depth > kMaxBodyDepth) return kNothing;
    if (node.is_object()) return visit_members(node, path, depth);
    if (node.is_array()) {
      Family family = kNothing;  // one element has to serve for all that lies below
      for (const auto& element : node) family |= visit(element, path, depth + 1);
      return family;
    }
    return visit_leaf(node, path);
  }

  std::uint32_t present() const { return present_; }  // conditions whose path has a leaf
  std::uint32_t matched() const { return matched_; }  // conditions that hold for some leaf

 private:
  Family visit_members(const json& object, const std::string& path, std::size_t depth) {
    Family family = kNothing;
    for (const auto& [key, value] : object.items()) {
      const std::string child = path.empty() ? key : path + "." + key;
      if (leads_somewhere(child)) family = together(family, visit(value, child, depth + 1));
    }
    return family;
  }

  Family visit_leaf(const json& value, const std::string& path) {
    std::uint32_t set = 0;
    for (std::size_t i = 0; i < alternative_.size(); ++i) {
      if (alternative_[i].path != path) continue;
      present_ |= 1u << i;
      if (alternative_[i].matches(value)) set |= 1u << i;
    }
    matched_ |= set;
    return set == 0 ? kNothing : subsets_of(set);
  }

  bool leads_somewhere(std::string_view path) const {
    return std::ranges::any_of(alternative_, [&](const FilterCondition& condition) {
      const std::string_view wanted = condition.path;
      return wanted.starts_with(path) &&
             (wanted.size() == path.size() || wanted[path.size()] == '.');
    });
  }

  const FilterAlternative& alternative_;
  std::uint32_t present_ = 0;
  std::uint32_t matched_ = 0;
};

std::optional<std::string> evaluate(const FilterAlternative& alternative, const json& document) {
  Walk walk(alternative);
  const Family family = walk.visit(document, "", 0);
  std::uint32_t needed = 0;
  for (std::size_t i = 0; i < alternative.size(); ++i) {
    const auto& condition = alternative[i];
    const bool is_present = (walk.present() >> i & 1u) != 0;
    if (is_present) {
      if ((walk.matched() >> i & 1u) == 0) {
        return condition.path + ": no value of the policy's matches";
      }
      needed |= 1u << i;
    } else if (!condition.accepts_absence()) {
      return condition.path + ": missing";
    } else if (document.empty()) {
      // "exists": false asks for a message that has something else.
      return condition.path +
             ": missing, but so is everything else, and exists: false needs something";
    }
  }
  if ((family >> needed & 1u) != 0) return std::nullopt;
  return "no element of the array matches all keys at once";
}

}  // namespace

bool FilterCondition::matches(const json& value) const {
  return std::ranges::all_of(lists, [&](const std::vector<FilterRule>& list) {
    return std::ranges::any_of(list, [&](const FilterRule& rule) { return rule.matches(value); });
  });
}

bool FilterCondition::accepts_absence() const {
  return std::ranges::all_of(lists, [](const std::vector<FilterRule>& list) {
    return std::ranges::any_of(list, [](const FilterRule& rule) { return rule.accepts_absence(); });
  });
}

std::optional<std::string> evaluate(const std::vector<FilterAlternative>& alternatives,
                                    const json& document) {
  std::optional<std::string> first;
  for (const auto& alternative : alternatives) {
    auto mismatch = evaluate(alternative, document);
    if (!mismatch) return std::nullopt;
    if (!first) first = std::move(mismatch);
  }
  return first;
}

}  // namespace loopgate::sns

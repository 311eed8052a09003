// What one expression may take. Ours, unless a source is given: the language itself has no limits,
// and an expression can be written that recurses, loops or grows for ever.
#pragma once

#include <cstddef>
#include <cstdint>

namespace loopgate::codec::jsonata {

// A state machine's whole definition has at most 1 MiB; a token of it costs half a KiB when parsed.
inline constexpr std::size_t kMaxExpressionBytes = 256 * 1024;
// Levels of nesting in the expression's text, and of its tree: a chain of operators is one, too.
inline constexpr std::uint32_t kMaxNesting = 250;
inline constexpr std::uint32_t kMaxTreeHeight = 1000;
// Of the stack, where frames are larger than levels alone tell (builds with sanitizers).
inline constexpr std::intptr_t kMaxStackBytes = 5 * 1024 * 1024;
// Of a regular expression, what one search may take before it is given up.
inline constexpr std::uint32_t kMaxPatternSteps = 1'000'000;
inline constexpr std::uint32_t kMaxPatternHeapKib = 16 * 1024;
// Levels of arrays and objects that a value may have to be compared, printed or given back; what
// is read has fewer.
inline constexpr int kMaxValueDepth = 600;
// What the reference allows the range operator.
inline constexpr double kMaxRangeItems = 1e7;

struct Limits {
  // Evaluations inside one another. A call that is not a tail call costs three or more.
  std::uint32_t depth = 3000;
  // Evaluations of a node of the expression, and what a function does for an item: about a second.
  std::uint64_t steps = 20'000'000;
  // Of values that the evaluation makes; the document and what it is given do not count. The
  // largest range that the language has takes 160 MB.
  std::size_t bytes = std::size_t{256} * 1024 * 1024;
};

}  // namespace loopgate::codec::jsonata

#include "emulators/dynamodb/expressions/checks.h"

#include "emulators/dynamodb/expressions/reserved_words.h"

namespace loopgate::dynamodb {

Parsed<void> check_reserved(const Path& path) {
  for (const auto& part : path) {
    if (!is_reserved(part.name)) continue;
    return std::unexpected("Attribute name is a reserved keyword; reserved keyword: " + part.name);
  }
  return {};
}

Parsed<void> check_reserved(const Expression& expression) {
  if (auto done = check_reserved(expression.path); !done) return done;
  for (const auto& arg : expression.args) {
    if (auto done = check_reserved(arg); !done) return done;
  }
  return {};
}

}  // namespace loopgate::dynamodb

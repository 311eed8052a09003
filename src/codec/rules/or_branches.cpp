#include "codec/rules/or_branches.h"

#include <cstddef>

#include "codec/rules/filter_rule.h"

namespace loopgate::rules {
namespace {

// From behind the token of an object or list to behind its end.
void skip_rest(JsonTokens& tokens) {
  for (std::size_t open = 1; open > 0;) {
    switch (tokens.next()) {
      case JsonToken::kObject:
      case JsonToken::kArray:
        ++open;
        break;
      case JsonToken::kObjectEnd:
      case JsonToken::kArrayEnd:
        --open;
        break;
      case JsonToken::kEnd:
        return;
      default:
        break;
    }
  }
}

// Whether an object, just begun, has a key and none that is an operator's name; read to its end.
bool is_branch(JsonTokens& tokens) {
  bool has_key = false, has_operator = false;
  while (tokens.next() == JsonToken::kName) {
    has_key = true;
    has_operator = has_operator || is_filter_operator(tokens.text());
    const auto value = tokens.next();
    if (value == JsonToken::kObject || value == JsonToken::kArray) skip_rest(tokens);
  }
  return has_key && !has_operator;
}

}  // namespace

bool begins_branches(JsonTokens tokens) {
  if (tokens.next() != JsonToken::kArray) return false;
  std::size_t count = 0;
  while (tokens.next() != JsonToken::kArrayEnd) {
    if (tokens.token() != JsonToken::kObject || !is_branch(tokens)) return false;
    ++count;
  }
  return count >= 2;
}

}  // namespace loopgate::rules

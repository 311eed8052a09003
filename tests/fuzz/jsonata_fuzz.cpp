// JSONata: the first line is the expression, the rest the document. Whatever both are, the
// evaluation ends within its limits, and what it gives is a document again.
#include "base/check.h"
#include "base/json.h"
#include "codec/jsonata/jsonata.h"

namespace jsonata = loopgate::codec::jsonata;

namespace {

void evaluate(std::string_view text, std::string_view document, jsonata::Dialect dialect) {
  const auto expression = jsonata::Expression::compile(text, dialect);
  if (!expression) {
    LOOPGATE_CHECK(!expression.error().code.empty() && !expression.error().message.empty());
    return;
  }
  const auto input = jsonata::Document::parse(document);
  auto random = loopgate::Random::from_seed(1);
  const std::vector<jsonata::Variable> variables;
  const auto result = expression->evaluate(
      input ? *input : jsonata::Document(),
      {.variables = variables,
       .random = random,
       .limits = {.depth = 300, .steps = 20'000, .bytes = std::size_t{8} * 1024 * 1024}});
  if (!result) {
    LOOPGATE_CHECK(!result.error().code.empty() && !result.error().message.empty());
    return;
  }
  // The text is JSON again unless a string has half a surrogate pair.
  LOOPGATE_CHECK(!result->to_text().empty());
  (void)loopgate::write_json(result->to_json());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto line = text.find('\n');
  const auto document = line == text.npos ? std::string_view() : text.substr(line + 1);
  evaluate(text.substr(0, line), document, jsonata::Dialect::kPlain);
  evaluate(text.substr(0, line), document, jsonata::Dialect::kStates);
  return 0;
}

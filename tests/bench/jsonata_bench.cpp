// How long an expression takes, compiled once and warm: `jsonata_bench EXPRESSION-FILE
// DOCUMENT-FILE ROUNDS` prints nanoseconds a round. $states is the document.
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "codec/jsonata/jsonata.h"

namespace jsonata = loopgate::codec::jsonata;

namespace {

std::string read_text(const char* path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    fmt::print(stderr, "usage: jsonata_bench EXPRESSION-FILE DOCUMENT-FILE ROUNDS\n");
    return 2;
  }
  const auto expression = jsonata::Expression::compile(read_text(argv[1]));
  const auto document = jsonata::Document::parse(read_text(argv[2]));
  if (!expression || !document) {
    fmt::print(stderr, "{}\n",
               expression ? document.error().message : expression.error().to_string());
    return 1;
  }
  auto random = loopgate::Random::from_seed(1);
  const std::vector<jsonata::Variable> variables = {{"states", *document}};
  const auto round = [&] {
    return expression->evaluate(*document, {.variables = variables, .random = random});
  };
  const long rounds = std::atol(argv[3]);
  for (long i = 0; i < rounds / 10; ++i) {
    if (round()) continue;
    fmt::print(stderr, "{}\n", round().error().to_string());
    return 1;
  }
  const auto start = std::chrono::steady_clock::now();
  for (long i = 0; i < rounds; ++i) (void)round();
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
  fmt::print("{}\n", took.count() / static_cast<double>(rounds));
}

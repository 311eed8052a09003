// Runtime identifiers, and which program of this machine runs them.
// https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace loopgate::lambda {

enum class RuntimeKind {
  kPython,    // python3.N
  kNode,      // nodejsN.x
  kProvided,  // provided, provided.al2, provided.al2023: the code folder's own `bootstrap`
  kBuiltIn,   // loopgate.echo: in this process, without code (echo.h)
};

struct Runtime {
  RuntimeKind kind = RuntimeKind::kPython;
  std::string name;  // as in the template
  int version = 0;   // 12 of python3.12, 20 of nodejs20.x
};

Result<Runtime> parse_runtime(std::string_view name);

struct Interpreter {
  std::string path;
  std::string warning;  // a sentence when it is not the version that was asked for
};

// `search_path` is a PATH. Of several Pythons the exact version, else the nearest (the newer of two
// that are equally near). pyenv's shims are looked through to the versions behind them: a shim
// starts slowly and refuses versions that are not selected.
Result<Interpreter> find_interpreter(const Runtime& runtime, std::string_view search_path);

}  // namespace loopgate::lambda

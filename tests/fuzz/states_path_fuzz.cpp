// JSONPath and intrinsic functions: the first line is the path or the call, the rest the document.
#include "base/json.h"
#include "emulators/states/language/query.h"

namespace {

using namespace loopgate::states;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto line = std::min(text.find('\n'), text.size());
  const auto query = Query::compile(text.substr(0, line));
  if (!query) return 0;
  const auto document = loopgate::read_ordered_json(text.substr(std::min(line + 1, text.size())));
  const Datum input(document ? *document : Json());
  Variables variables;
  variables.set("v", input);
  auto random = loopgate::Random::from_seed(1);
  const Scope scope{
      .input = input, .context = [&] { return input; }, .variables = variables, .random = random};
  if (const auto value = query->read(scope)) {
    (void)loopgate::write_json(*value);
    Json written = input.json();
    if (query->is_reference()) (void)query->path().write(written, *value);
  }
  return 0;
}

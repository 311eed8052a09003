// Foreign templates: read, transformed and planned without a crash, a hang or growth. The first
// byte chooses the language, so that both readers see every mutation.

#include <cstdint>
#include <string>

#include "base/random.h"
#include "template/document.h"
#include "template/plan.h"
#include "template/sam.h"
#include "template/stand_in.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace loopgate::cfn;
  const std::string text(reinterpret_cast<const char*>(data), size);
  (void)parse_json(text, "t.json");
  auto random = loopgate::Random::from_seed(1);
  StandInType stand_in(random);
  const TypeRegistry types({}, stand_in);
  const DynamicReferences references{{"ssm:/a", "value"}};
  PlanInput input;
  input.text = text;
  input.file = "t.yaml";
  input.references = &references;
  input.stack = {"fuzz", "arn:aws:cloudformation:us-west-2:123456789012:stack/fuzz/1",
                 "123456789012", "us-west-2"};
  input.allow_unsupported = true;
  input.includes = [](const std::string&) -> std::optional<std::string> {
    return "{\"Account\":{\"ApiKey\":\"k\"}}";
  };
  const auto plan = make_plan(input, types);
  if (!plan) return 0;
  Scope scope = (*plan)->scope();
  scope.resource = [](const std::string& id, const std::string&,
                      const Origin& at) -> loopgate::Result<Node> {
    return unresolved_value(id, at);
  };
  for (const PlannedResource& resource : (*plan)->resources)
    (void)evaluate_properties(resource, scope, references);
  return 0;
}

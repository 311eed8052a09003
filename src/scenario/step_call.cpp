// call: any operation of any service, as a program of the customer's would call it.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "scenario/fields.h"
#include "scenario/json_subset.h"
#include "scenario/stage.h"

namespace loopgate::scenario {

namespace {

using nlohmann::json;

class Call final : public Step {
 public:
  std::string service;
  std::string operation;
  std::string region;
  json params = json::object();
  std::optional<json> answers;                             // has at least this
  std::string fails;                                       // a part of "Code: sentence"
  std::vector<std::pair<std::string, std::string>> keeps;  // name, JSON pointer into the answer

  Outcome run(Stage& stage) const override {
    const auto answer = stage.sandbox().call(service, operation, stage.filled_in(params), region);
    if (!answer) return compare_failure(answer.error().message);
    if (!fails.empty()) {
      return std::unexpected(Mismatch{"it succeeded", "fails: " + fails, write_json(*answer)});
    }
    for (const auto& [name, pointer] : keeps) {
      const json* found = find(*answer, pointer);
      if (found == nullptr) {
        return mismatch(
            fmt::format("nothing stands at {} of the answer: {}", pointer, write_json(*answer)));
      }
      stage.keep(name, *found);
    }
    if (!answers) return {};
    const auto wanted = stage.filled_in(*answers);
    const auto differs = difference(wanted, *answer);
    if (differs.empty()) return {};
    return std::unexpected(
        Mismatch{"another answer: " + differs, write_json(wanted), write_json(*answer)});
  }

 private:
  Outcome compare_failure(const std::string& message) const {
    if (!fails.empty() && message.find(fails) != std::string::npos) return {};
    return std::unexpected(Mismatch{"it failed", fails.empty() ? "" : "fails: " + fails, message});
  }

  static const json* find(const json& answer, const std::string& pointer) {
    const json* at = &answer;
    for (std::size_t begin = 1; begin <= pointer.size();) {
      const auto end = std::min(pointer.find('/', begin), pointer.size());
      const auto key = pointer.substr(begin, end - begin);
      begin = end + 1;
      if (at->is_object()) {
        const auto found = at->find(key);
        if (found == at->end()) return nullptr;
        at = &*found;
      } else {
        const bool is_index = !key.empty() && key.size() < 6 &&
                              key.find_first_not_of("0123456789") == std::string::npos;
        if (!at->is_array() || !is_index || std::stoul(key) >= at->size()) return nullptr;
        at = &(*at)[std::stoul(key)];
      }
    }
    return at;
  }
};

}  // namespace

Result<StepPtr> parse_call(const Node& value) {
  Fields fields(value, "call");
  auto step = std::make_unique<Call>();
  step->service = fields.required_text("service");
  step->operation = fields.required_text("operation");
  step->region = fields.text("region");
  if (const Node* with = fields.find("with")) step->params = cfn::to_json(*with);
  const auto kind = fields.one_of({"answers", "fails"}, true);
  if (kind == "answers") step->answers = cfn::to_json(*fields.find("answers"));
  if (kind == "fails") step->fails = fields.text("fails");
  step->keeps = fields.pairs("keep");
  if (const auto status = fields.finish(); !status) return std::unexpected(status.error());
  return step;
}

}  // namespace loopgate::scenario

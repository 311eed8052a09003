#include "emulators/lambda/sources/item_failures.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/json.h"

namespace loopgate::lambda {

using Failures = std::expected<std::set<std::string>, std::string>;

Failures read_item_failures(std::string_view answer, const std::set<std::string>& batch) {
  if (answer.empty()) return {};
  const auto document = read_json(answer);
  if (!document) return std::unexpected("its answer is not JSON: " + document.error().message);
  if (document->is_null()) return {};
  if (!document->is_object()) return std::unexpected("its answer is not a JSON object");
  const auto list = document->find("batchItemFailures");
  if (list == document->end() || list->is_null()) return {};
  if (!list->is_array()) return std::unexpected("batchItemFailures is not a list");
  std::set<std::string> failed;
  for (const auto& item : *list) {
    const auto id = item.is_object() ? item.value("itemIdentifier", nlohmann::json()) : nullptr;
    if (!id.is_string() || id.get_ref<const std::string&>().empty()) {
      return std::unexpected("an item of batchItemFailures has no itemIdentifier");
    }
    const auto& text = id.get_ref<const std::string&>();
    if (!batch.contains(text)) {
      return std::unexpected(
          fmt::format("the itemIdentifier {} is not of this batch", text.substr(0, 100)));
    }
    failed.insert(text);
  }
  return failed;
}

}  // namespace loopgate::lambda

#include "emulators/sqs/batch.h"

#include <set>

#include "emulators/sqs/errors.h"
#include "emulators/sqs/limits.h"
#include "emulators/sqs/settings.h"
#include "emulators/sqs/wire.h"

namespace loopgate::sqs {

using nlohmann::json;

aws::Outcome<void> check_entries(const json& params, const char* entry_type) {
  const auto entries = params.value("Entries", json::array());
  if (entries.empty()) return aws::refuse(empty_batch(entry_type));
  if (entries.size() > kMaxBatchEntries) return aws::refuse(too_many_entries(entries.size()));
  std::set<std::string> ids;
  for (const auto& entry : entries) {
    const auto id = text_param(entry, "Id");
    if (!is_plain_name(id)) return aws::refuse(invalid_entry_id());
    if (!ids.insert(id).second) return aws::refuse(entry_ids_not_distinct(id));
  }
  return {};
}

http::ApiResult run_batch(const json& params, const char* entry_type,
                          const std::function<http::ApiResult(const json& entry)>& run) {
  if (auto checked = check_entries(params, entry_type); !checked)
    return aws::refuse(checked.error());
  json successful = json::array();
  json failed = json::array();
  for (const auto& entry : params.at("Entries")) {
    auto result = run(entry);
    if (result) {
      (*result)["Id"] = entry["Id"];
      successful.push_back(std::move(*result));
    } else {
      failed.push_back({{"Id", entry["Id"]},
                        {"SenderFault", result.error().is_sender_fault()},
                        {"Code", result.error().code_for_query()},
                        {"Message", result.error().message}});
    }
  }
  json out = json::object();
  if (!successful.empty()) out["Successful"] = std::move(successful);
  if (!failed.empty()) out["Failed"] = std::move(failed);
  return out;
}

}  // namespace loopgate::sqs

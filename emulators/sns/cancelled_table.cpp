#include "emulators/sns/cancelled_table.h"

#include <nlohmann/json.hpp>

#include "base/json.h"

namespace loopgate::sns {
namespace {

using nlohmann::json;

constexpr std::string_view kTable =
    "CREATE TABLE sns_cancelled (token TEXT PRIMARY KEY, subscription TEXT NOT NULL,"
    " until INTEGER NOT NULL) WITHOUT ROWID";

}  // namespace

CancelledTable::CancelledTable(store::Store& store) : store_(store) {
  (void)store_.migrate("sns_cancelled", {kTable});
}

void CancelledTable::put(const std::string& token, const Subscription& subscription,
                         WallTime until) {
  const json document = {{"arn", subscription.arn},
                         {"topic", subscription.topic_arn},
                         {"protocol", subscription.protocol},
                         {"endpoint", subscription.endpoint},
                         {"owner", subscription.owner},
                         {"base_url", subscription.base_url},
                         {"attributes", subscription.attributes}};
  store_.prepare("INSERT OR REPLACE INTO sns_cancelled VALUES (?1,?2,?3)")
      .bind(1, std::string_view(token))
      .bind(2, std::string_view(write_json(document)))
      .bind(3, to_millis(until))
      .run();
}

std::optional<Subscription> CancelledTable::take(const std::string& token, WallTime now) {
  store_.prepare("DELETE FROM sns_cancelled WHERE until <= ?1").bind(1, to_millis(now)).run();
  auto find = store_.prepare("SELECT subscription FROM sns_cancelled WHERE token = ?1");
  find.bind(1, std::string_view(token));
  if (!find.step()) return std::nullopt;
  const auto document = read_json(find.text(0)).value_or(json::object());
  find.reset();
  store_.prepare("DELETE FROM sns_cancelled WHERE token = ?1")
      .bind(1, std::string_view(token))
      .run();
  Subscription out;
  out.arn = document.value("arn", "");
  out.topic_arn = document.value("topic", "");
  out.protocol = document.value("protocol", "");
  out.endpoint = document.value("endpoint", "");
  out.owner = document.value("owner", "");
  out.base_url = document.value("base_url", "");
  out.attributes = document.value("attributes", AttributeMap());
  return out;
}

void CancelledTable::forget(const aws::AccountScope& scope) {
  store_.delete_rows("sns_cancelled", "field(json_extract(subscription, '$.topic'), 5)",
                     scope.account);
}

}  // namespace loopgate::sns

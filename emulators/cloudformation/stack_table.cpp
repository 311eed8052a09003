#include "emulators/cloudformation/stack_table.h"

#include "base/json.h"
#include "emulators/store/own_address.h"

namespace loopgate::cloudformation {

namespace {

using nlohmann::json;

constexpr std::string_view kVerbatim = "template_text";

// Earlier versions kept the URLs of queues as they were: "http://127.0.0.1:4566/ACCOUNT/NAME".
std::string endpoint_of_then(const json& body) {
  for (const json& resource : body.value("resources", json::array())) {
    if (resource.value("type", "") != "AWS::SQS::Queue") continue;
    const auto url = resource.value("physical_id", "");
    const auto scheme = url.find("://");
    if (scheme != std::string::npos) return url.substr(0, url.find('/', scheme + 3));
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<StackTable>> StackTable::open(store::Store& store,
                                                     std::function<std::string()> endpoint) {
  const auto ok = store.migrate("cloudformation", {
                                                      "CREATE TABLE cloudformation_stacks ("
                                                      "number INTEGER PRIMARY KEY AUTOINCREMENT,"
                                                      "id TEXT NOT NULL UNIQUE,"
                                                      "body TEXT NOT NULL)",
                                                  });
  if (!ok) return std::unexpected(ok.error());
  return std::unique_ptr<StackTable>(new StackTable(store, std::move(endpoint)));
}

StackTable::StackTable(store::Store& store, std::function<std::string()> endpoint)
    : endpoint_(std::move(endpoint)),
      save_(store.prepare("INSERT INTO cloudformation_stacks (id, body) VALUES (?1, ?2) "
                          "ON CONFLICT (id) DO UPDATE SET body = excluded.body")),
      erase_(store.prepare("DELETE FROM cloudformation_stacks WHERE id = ?1")),
      load_(store.prepare("SELECT body FROM cloudformation_stacks ORDER BY number")) {}

void StackTable::save(const cfn::StackRecord& stack) {
  json document = cfn::to_json(stack);
  store::take_address_out(document, endpoint(), kVerbatim);
  const std::string body = write_json(document);
  save_.bind(1, std::string_view(stack.id)).bind(2, std::string_view(body)).run();
}

void StackTable::erase(const std::string& stack_id) {
  erase_.bind(1, std::string_view(stack_id)).run();
}

std::vector<cfn::StackRecord> StackTable::load() {
  std::vector<json> documents;
  while (load_.step()) {
    documents.push_back(read_json(load_.text(0)).value_or(nullptr));
    if (!documents.back().is_object()) documents.pop_back();
  }
  load_.reset();
  if (endpoint_) find_former(documents);
  std::vector<cfn::StackRecord> out;
  for (json& document : documents) {
    // One stack has the queue, another its URL as a parameter.
    for (const auto& then : former_) store::move_address(document, then, endpoint(), kVerbatim);
    store::put_address_in(document, endpoint(), kVerbatim);
    if (auto stack = cfn::stack_from_json(document)) out.push_back(std::move(*stack));
  }
  return out;
}

void StackTable::find_former(const std::vector<json>& documents) {
  for (const json& document : documents) {
    if (auto then = endpoint_of_then(document); !then.empty()) former_.insert(std::move(then));
  }
}

}  // namespace loopgate::cloudformation

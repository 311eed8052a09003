#include "emulators/cloudformation/stack_table.h"

#include "base/json.h"

namespace loopgate::cloudformation {

Result<std::unique_ptr<StackTable>> StackTable::open(store::Store& store) {
  const auto ok = store.migrate("cloudformation", {
                                                      "CREATE TABLE cloudformation_stacks ("
                                                      "number INTEGER PRIMARY KEY AUTOINCREMENT,"
                                                      "id TEXT NOT NULL UNIQUE,"
                                                      "body TEXT NOT NULL)",
                                                  });
  if (!ok) return std::unexpected(ok.error());
  return std::unique_ptr<StackTable>(new StackTable(store));
}

StackTable::StackTable(store::Store& store)
    : save_(store.prepare("INSERT INTO cloudformation_stacks (id, body) VALUES (?1, ?2) "
                          "ON CONFLICT (id) DO UPDATE SET body = excluded.body")),
      erase_(store.prepare("DELETE FROM cloudformation_stacks WHERE id = ?1")),
      load_(store.prepare("SELECT body FROM cloudformation_stacks ORDER BY number")) {}

void StackTable::save(const cfn::StackRecord& stack) {
  const std::string body = write_json(cfn::to_json(stack));
  save_.bind(1, std::string_view(stack.id)).bind(2, std::string_view(body)).run();
}

void StackTable::erase(const std::string& stack_id) {
  erase_.bind(1, std::string_view(stack_id)).run();
}

std::vector<cfn::StackRecord> StackTable::load() {
  std::vector<cfn::StackRecord> out;
  while (load_.step()) {
    const auto json = read_json(load_.text(0)).value_or(nullptr);
    if (auto stack = cfn::stack_from_json(json)) out.push_back(std::move(*stack));
  }
  load_.reset();
  return out;
}

}  // namespace loopgate::cloudformation

#include "codec/jsonata/builtins.h"

#include <array>
#include <string>
#include <unordered_map>

#include "base/check.h"

namespace loopgate::codec::jsonata {

namespace {

using Table = std::unordered_map<std::string_view, Builtin>;

void add(Table& table, std::span<const BuiltinRow> rows) {
  for (const BuiltinRow& row : rows) {
    auto signature = Signature::parse(row.signature);
    LOOPGATE_CHECK(signature.has_value());
    table.insert_or_assign(row.name, Builtin{row.name, std::move(*signature), row.arity, row.run});
  }
}

Table plain_table() {
  Table table;
  for (const auto rows : {text_builtins(), match_builtins(), number_builtins(), array_builtins(),
                          object_builtins(), higher_order_builtins(), date_builtins()}) {
    add(table, rows);
  }
  return table;
}

Table states_table() {
  Table table = plain_table();
  table.erase("eval");
  add(table, states_builtins());
  return table;
}

}  // namespace

const Builtin* find_builtin(std::string_view name, Dialect dialect) {
  static const Table plain = plain_table();
  static const Table states = states_table();
  const Table& table = dialect == Dialect::kPlain ? plain : states;
  const auto found = table.find(name);
  return found == table.end() ? nullptr : &found->second;
}

}  // namespace loopgate::codec::jsonata

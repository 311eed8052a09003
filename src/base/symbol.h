// Names that recur in every event (a listener, a destination, a region, a function) as small
// numbers, so that an event costs no allocation. Symbols live as long as their table; there are as
// many as names were ever deployed, which is bounded by what a person types.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

namespace loopgate {

enum class Symbol : std::uint32_t { kNone = 0 };

class SymbolTable {
 public:
  SymbolTable() { names_.emplace_back(); }

  Symbol intern(std::string_view name) {
    if (name.empty()) return Symbol::kNone;
    if (const auto found = ids_.find(name); found != ids_.end()) return found->second;
    const auto id = static_cast<Symbol>(names_.size());
    names_.emplace_back(name);
    ids_.emplace(names_.back(), id);
    return id;
  }
  const std::string& name(Symbol symbol) const { return names_[static_cast<std::size_t>(symbol)]; }

 private:
  std::deque<std::string> names_;  // stable addresses: the map's keys point into it
  std::unordered_map<std::string_view, Symbol> ids_;
};

}  // namespace loopgate

// The members of a map while it is read: each name is found without a search, because a foreign
// document may have a hundred thousand of them.
#pragma once

#include <string>
#include <unordered_map>

#include "template/document.h"

namespace loopgate::cfn {

class MemberIndex {
 public:
  // Null when `map` has no such member.
  const Member* find(const Node& map, const std::string& name) const {
    const auto found = positions_.find(name);
    return found == positions_.end() ? nullptr : &map.members[found->second];
  }
  // Appends, or replaces the member of that name.
  void put(Node& map, Member member) {
    const auto [at, is_new] = positions_.try_emplace(member.name, map.members.size());
    if (is_new) {
      map.members.push_back(std::move(member));
    } else {
      map.members[at->second] = std::move(member);
    }
  }

 private:
  std::unordered_map<std::string, std::size_t> positions_;
};

}  // namespace loopgate::cfn

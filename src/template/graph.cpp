#include "template/graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "template/conditions.h"

namespace loopgate::cfn {

namespace {

class Collector {
 public:
  explicit Collector(const Scope& scope) : scope_(scope) {}

  Status walk(const Node& node, bool taken) {
    for (const Node& item : node.items) {
      if (auto ok = walk(item, taken); !ok) return ok;
    }
    const Member* const call = as_call(node);
    if (!call) {
      for (const Member& member : node.members) {
        if (auto ok = walk(member.value, taken); !ok) return ok;
      }
      return {};
    }
    const Node& arguments = call->value;
    if (call->name == "Ref") {
      if (arguments.is_string()) add(arguments.text, {}, arguments.origin, taken);
      return {};
    }
    if (call->name == "Fn::GetAtt") return walk_get_att(arguments, taken);
    if (call->name == "Fn::Sub") return walk_sub(arguments, taken);
    if (call->name == "Fn::If") return walk_if(arguments, taken);
    return walk(arguments, taken);
  }

  std::vector<Reference> take() { return std::move(found_); }

 private:
  void add(std::string name, std::string attribute, const Origin& origin, bool taken) {
    found_.push_back({std::move(name), std::move(attribute), origin, taken});
  }
  Status walk_get_att(const Node& arguments, bool taken) {
    if (arguments.is_string()) {
      const auto dot = arguments.text.find('.');
      if (dot != std::string::npos)
        add(arguments.text.substr(0, dot), arguments.text.substr(dot + 1), arguments.origin, taken);
      return {};
    }
    if (arguments.items.size() != 2 || !arguments.items[0].is_string()) return {};
    // An attribute that is computed is known only later; the dependency is known now.
    const Node& attribute = arguments.items[1];
    add(arguments.items[0].text, attribute.is_string() ? attribute.text : "?",
        arguments.items[0].origin, taken);
    return walk(attribute, taken);
  }
  Status walk_sub(const Node& arguments, bool taken) {
    const bool with_variables = arguments.is_list() && arguments.items.size() == 2;
    const Node& pattern = with_variables ? arguments.items[0] : arguments;
    if (!pattern.is_scalar()) return {};
    const auto parts = split_sub(pattern.text, pattern.origin);
    if (!parts) return std::unexpected(parts.error());
    for (const SubPart& part : *parts) {
      if (!part.is_reference || (with_variables && arguments.items[1].find(part.text))) continue;
      const auto dot = part.text.find('.');
      const bool plain = dot == std::string::npos;
      add(part.text.substr(0, dot), plain ? "" : part.text.substr(dot + 1), pattern.origin, taken);
    }
    return with_variables ? walk(arguments.items[1], taken) : Status{};
  }
  Status walk_if(const Node& arguments, bool taken) {
    if (arguments.items.size() != 3 || !arguments.items[0].is_string()) return {};
    const auto chosen =
        scope_.conditions->value(arguments.items[0].text, scope_, arguments.items[0].origin);
    if (!chosen) return std::unexpected(chosen.error());
    if (auto ok = walk(arguments.items[1], taken && *chosen); !ok) return ok;
    return walk(arguments.items[2], taken && !*chosen);
  }

  const Scope& scope_;
  std::vector<Reference> found_;
};

class Sorter {
 public:
  explicit Sorter(const std::vector<GraphNode>& nodes) : nodes_(nodes), done_(nodes.size(), false) {
    for (std::size_t i = 0; i < nodes.size(); ++i) ancestors_.push_back(ancestors_of(nodes, i));
  }

  std::vector<std::size_t> sort() {
    std::vector<std::size_t> order;
    while (order.size() < nodes_.size()) {
      const std::size_t next = pick();
      done_[next] = true;
      order.push_back(next);
    }
    return order;
  }

 private:
  bool is(std::size_t i, CreationOrder order) const { return nodes_[i].order == order; }
  bool ready(std::size_t i) const {
    return !done_[i] &&
           std::ranges::all_of(nodes_[i].needs, [&](std::size_t need) { return done_[need]; });
  }
  // What still has to come before `i`: grants, and all.
  std::tuple<std::size_t, std::size_t> distance(std::size_t i) const {
    std::size_t grants = 0;
    std::size_t all = 0;
    for (std::size_t a = 0; a < nodes_.size(); ++a) {
      if (done_[a] || !ancestors_[i][a]) continue;
      ++all;
      if (is(a, CreationOrder::kGrant)) ++grants;
    }
    return {grants, all};
  }
  // The nearest of the early ones that is left, or nothing.
  std::optional<std::size_t> target() const {
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      if (done_[i] || !is(i, CreationOrder::kEarly)) continue;
      if (!best || distance(i) < distance(*best)) best = i;
    }
    return best;
  }
  std::size_t pick() const {
    const auto goal = target();
    if (goal && ready(*goal)) return *goal;
    // On the way to the goal first; without one, anything. Grants last.
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      if (!ready(i) || (goal && !ancestors_[*goal][i])) continue;
      if (!best || (is(*best, CreationOrder::kGrant) && !is(i, CreationOrder::kGrant))) best = i;
    }
    return *best;  // there is one: the graph has no circle
  }

  const std::vector<GraphNode>& nodes_;
  std::vector<bool> done_;
  std::vector<std::vector<bool>> ancestors_;
};

class CircleFinder {
 public:
  explicit CircleFinder(const std::vector<GraphNode>& nodes)
      : nodes_(nodes), states_(nodes.size(), 0) {}

  Status check() {
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      if (auto ok = visit(i); !ok) return ok;
    }
    return {};
  }

 private:
  Status visit(std::size_t i) {
    if (states_[i] == 2) return {};
    path_.push_back(i);
    if (states_[i] == 1) return circle(i);
    states_[i] = 1;
    for (const std::size_t need : nodes_[i].needs) {
      if (auto ok = visit(need); !ok) return ok;
    }
    path_.pop_back();
    states_[i] = 2;
    return {};
  }
  Status circle(std::size_t start) const {
    const auto first = std::ranges::find(path_, start);
    std::string text;
    for (auto at = first; at != path_.end(); ++at) {
      if (at != first) text += " → ";
      text +=
          fmt::format("{} ({})", nodes_[*at].logical_id, nodes_[*at].origin.place().to_string());
    }
    return fail("these resources need each other in a circle, so that none can come first: " + text,
                nodes_[start].origin.place());
  }

  const std::vector<GraphNode>& nodes_;
  std::vector<int> states_;
  std::vector<std::size_t> path_;
};

}  // namespace

Result<std::vector<Reference>> collect_references(const Node& node, const Scope& scope) {
  Collector collector(scope);
  if (auto ok = collector.walk(node, true); !ok) return std::unexpected(ok.error());
  return collector.take();
}

std::vector<bool> ancestors_of(const std::vector<GraphNode>& nodes, std::size_t index) {
  std::vector<bool> seen(nodes.size(), false);
  std::vector<std::size_t> open{index};
  while (!open.empty()) {
    const std::size_t at = open.back();
    open.pop_back();
    for (const std::size_t need : nodes[at].needs) {
      if (seen[need]) continue;
      seen[need] = true;
      open.push_back(need);
    }
  }
  return seen;
}

Result<std::vector<std::size_t>> creation_order(const std::vector<GraphNode>& nodes) {
  if (auto ok = CircleFinder(nodes).check(); !ok) return std::unexpected(ok.error());
  return Sorter(nodes).sort();
}

}  // namespace loopgate::cfn

// Globals: scalars are overridden, maps merged, lists joined (those of Globals first).
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-template-anatomy-globals.html
#include <fmt/format.h>

#include <algorithm>

#include "template/intrinsics.h"
#include "template/sam_parts.h"
#include "template/suggestion.h"

namespace loopgate::cfn::sam {

namespace {

Node merge(const Node& global, const Node& own) {
  if (as_call(global) || as_call(own) || global.kind != own.kind) return own;
  if (global.is_list()) {
    Node out = own;
    out.items = global.items;
    out.items.insert(out.items.end(), own.items.begin(), own.items.end());
    return out;
  }
  if (!global.is_map()) return own;
  Node out = own;
  for (const Member& member : global.members) {
    if (Node* const mine = out.find(member.name)) {
      *mine = merge(member.value, *mine);
    } else {
      out.members.push_back(member);
    }
  }
  return out;
}

}  // namespace

Result<Node> merge_globals(const Node& document, std::string_view section, const Node& properties,
                           const Origin& at) {
  (void)at;
  const Node* const globals = document.find("Globals");
  if (!globals) return properties;
  if (!globals->is_map()) return fail("Globals must be a map", globals->place());
  static const std::vector<std::string> kSections = {
      "Function",     "Api",          "HttpApi",          "SimpleTable",
      "StateMachine", "LayerVersion", "CapacityProvider", "WebSocketApi"};
  for (const Member& member : globals->members) {
    if (std::ranges::find(kSections, member.name) == kSections.end()) {
      return fail(fmt::format("Globals has no section '{}'{}", member.name,
                              did_you_mean(member.name, kSections)),
                  member.origin.place());
    }
  }
  const Node* const shared = globals->find(section);
  return shared ? merge(*shared, properties) : properties;
}

}  // namespace loopgate::cfn::sam

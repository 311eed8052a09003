#include "cli/stack_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace loopgate::cli {

namespace {

using nlohmann::json;

constexpr std::size_t kIndent = 2;

Paragraph indented() {
  Paragraph out;
  return std::move(out.pad_to(kIndent));
}

std::string warnings_text(const json& warnings, const Style& style) {
  std::string out;
  std::set<std::string> told;
  for (const auto& warning : warnings) {
    const auto text = warning.get<std::string>();
    if (!told.insert(text).second) continue;
    out += indented()
               .add("! ", Paint::kWarning)
               .add("warning: ", Paint::kWarning)
               .add(harmless(text))
               .laid_out(style, 2 * kIndent);
  }
  return out;
}

std::string listener_text(const std::string& id, const json& listener, const Style& style) {
  auto line = indented().add(id, Paint::kBold);
  line.add(fmt::format(" ({})", listener["protocol"].get<std::string>()));
  const auto& addresses = listener["addresses"];
  for (const auto& [region, address] : addresses.items()) {
    const auto of_region = addresses.size() > 1 ? " " + region : "";
    line.add(fmt::format("{} at {}", of_region, address.get<std::string>()));
  }
  return line.laid_out(style, 2 * kIndent);
}

std::string outputs_text(const json& stack, const Style& style) {
  std::string out;
  std::size_t widest = 0;
  for (const auto& [key, value] : stack["outputs"].items()) widest = std::max(widest, key.size());
  for (const auto& [key, value] : stack["outputs"].items()) {
    auto line = indented().add(fmt::format("{:<{}} = ", key, widest));
    line.add(harmless(value.get<std::string>()));
    const auto local = stack["local"].find(key);
    if (local != stack["local"].end()) {
      line.add(fmt::format("   (here: {})", local->get<std::string>()), Paint::kGood);
    }
    out += line.laid_out(style, kIndent + widest + 3);
  }
  return out;
}

}  // namespace

std::string stack_text(const json& info, const std::string& name, const Style& style) {
  const auto& stack = info["stacks"][name];
  std::string out;
  for (const auto& [id, listener] : stack["listeners"].items()) {
    out += listener_text(id, listener, style);
  }
  // One of another region than the first: only its listeners are ours to tell.
  if (!stack.contains("status")) return out;
  return out + outputs_text(stack, style) + warnings_text(stack["warnings"], style);
}

std::string vendor_note(const json& info, const Style& style) {
  const auto& stacks = info["stacks"];
  const bool is_named = std::ranges::any_of(
      stacks, [](const json& stack) { return stack.contains("local") && !stack["local"].empty(); });
  if (!is_named) return {};
  return Paragraph()
      .add("note: *.proxylity.com in outputs is the vendor's production; use the local address",
           Paint::kDim)
      .laid_out(style, kIndent);
}

}  // namespace loopgate::cli

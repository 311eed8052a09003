#include "base/guard.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <exception>

namespace loopgate {

namespace {

constexpr std::size_t kMaxThrown = 1000;  // bytes of what was thrown that are told

// Within a handler.
std::string words_of_current_exception() {
  try {
    throw;
  } catch (const std::exception& error) {
    return std::string(error.what()).substr(0, kMaxThrown);
  } catch (...) {
    return "something that is not an exception";
  }
}

std::string_view file_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

}  // namespace

std::string OperationName::to_string() const {
  if (from) return fmt::format("{} ({}:{})", kind, file_name(from->file_name()), from->line());
  return detail.empty() ? std::string(kind) : fmt::format("{} {}", kind, detail);
}

std::string Guard::caught(const OperationName& name, Ledger* ledger) const {
  auto thrown = words_of_current_exception();
  const auto operation = name.to_string();
  spdlog::error("{} failed and is undone: {}", operation, thrown);
  // To undo and to tell runs others' code; nothing of it may escape from here.
  try {
    if (ledger != nullptr) ledger->undo_operation();
    if (report_) report_(operation, thrown);
  } catch (...) {
    spdlog::critical("{} could not be undone or told: {}", operation, words_of_current_exception());
  }
  return thrown;
}

}  // namespace loopgate

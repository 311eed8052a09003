#include "emulators/sqs/move_task.h"

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/json.h"
#include "codec/base64.h"

namespace loopgate::sqs {

namespace {

constexpr std::array<std::pair<MoveStatus, std::string_view>, 4> kStatuses = {{
    {MoveStatus::kRunning, "RUNNING"},
    {MoveStatus::kCompleted, "COMPLETED"},
    {MoveStatus::kCancelled, "CANCELLED"},
    {MoveStatus::kFailed, "FAILED"},
}};

}  // namespace

std::string_view name(MoveStatus status) {
  return kStatuses[static_cast<std::size_t>(status)].second;
}

MoveStatus parse_move_status(std::string_view text) {
  for (const auto& [status, word] : kStatuses) {
    if (word == text) return status;
  }
  return MoveStatus::kFailed;
}

std::string MoveTask::handle() const {
  nlohmann::ordered_json out;
  out["taskId"] = id;
  out["sourceArn"] = request.source_arn;
  return codec::base64_encode(as_bytes(write_json(out)));
}

std::optional<MoveHandle> MoveHandle::parse(std::string_view handle) {
  const auto text = codec::base64_decode_text(handle);
  if (!text) return std::nullopt;
  const auto document = read_json(*text).value_or(nullptr);
  if (!document.is_object()) return std::nullopt;
  const auto id = document.find("taskId");
  const auto source = document.find("sourceArn");
  if (id == document.end() || source == document.end() || !id->is_string() ||
      !source->is_string()) {
    return std::nullopt;
  }
  return MoveHandle{id->get<std::string>(), source->get<std::string>()};
}

}  // namespace loopgate::sqs

// An error as AWS answers it. Services have named factories for theirs; one place renders it to XML
// or JSON.
#pragma once

#include <expected>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>

namespace loopgate::aws {

struct AwsError {
  std::string code;     // "QueueDoesNotExist": the JSON protocols' shape name
  std::string message;  // AWS's own sentence where it is known
  int status = 400;     // HTTP
  // The Query protocol's code where it differs, e.g. "AWS.SimpleQueueService.NonExistentQueue".
  std::string query_code;
  std::string query_message{};  // its sentence where that differs
  // What else the error's shape has (CancellationReasons, Item, BucketName): an object as JSON
  // writes it, blobs in base64. Null: nothing. The Query protocols have no place for it.
  std::shared_ptr<const nlohmann::json> members{};

  bool is_sender_fault() const { return status < 500; }
  const std::string& code_for_query() const { return query_code.empty() ? code : query_code; }
  const std::string& message_for_query() const {
    return query_message.empty() ? message : query_message;
  }
};

template <class T>
using Outcome = std::expected<T, AwsError>;

inline std::unexpected<AwsError> refuse(AwsError error) {
  return std::unexpected(std::move(error));
}

inline AwsError access_denied(std::string message) {
  return {"AccessDenied", std::move(message), 403, {}};
}
inline AwsError validation_error(std::string message) {
  return {"ValidationError", std::move(message), 400, {}};
}
inline AwsError internal_failure(std::string message) {
  return {"InternalFailure", std::move(message), 500, {}};
}
// Ours: an embedded port had to undo a write, because the disk is full. No service of AWS says it.
inline constexpr const char* kNotStored = "StorageFull";
inline AwsError not_stored(const std::string& why) {
  return {kNotStored, "The change could not be stored and was undone: " + why, 500, {}};
}

}  // namespace loopgate::aws

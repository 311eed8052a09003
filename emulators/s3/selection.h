// Which part of an object a GET is for, and whether it is for it at all: ranges (RFC 9110 §14) and
// preconditions (§13).
#pragma once

#include <optional>
#include <string>

#include "emulators/s3/context.h"

namespace loopgate::s3 {

struct Selection {
  std::uint64_t from = 0;
  std::uint64_t count = 0;
  bool is_part = false;                 // 206, with Content-Range
  std::optional<std::int64_t> parts{};  // of what PartNumber asked: how many there are
};

// By Range or PartNumber. InvalidRange, InvalidPartNumber; a Range that is none is not looked at.
Outcome<Selection> select(const json& params, const Object& object);
std::string content_range(const Selection& selection, std::uint64_t size);

// IfMatch, IfNoneMatch, IfModifiedSince, IfUnmodifiedSince: PreconditionFailed, 304. `prefix`: of a
// copy's conditions on its source, "CopySource".
Outcome<void> check_conditions(const json& params, const Object& object,
                               const std::string& prefix = {});
// Of a write: IfMatch and IfNoneMatch against what is there (nothing, or a marker: nothing).
Outcome<void> check_write_conditions(const json& params, const std::optional<Object>& current);

}  // namespace loopgate::s3

// Documents as JSON texts, by shape.
#pragma once

#include <string>
#include <string_view>

#include "aws/protocol/protocol.h"

namespace loopgate::aws {

// Whose names a JSON text has: AWS JSON keeps the members' own, REST-JSON has names of the wire and
// puts some members elsewhere (path, query, headers, status), which are not in the text then.
enum class JsonNames : unsigned char { kOwn, kOfTheWire };

// Of an empty text {}, else the value, checked against `shape` in place. Errors:
// SerializationException in AWS's words with the path of the value that is wrong.
Outcome<Document> read_json_document(const Shape& shape, std::string_view text, JsonNames names);
std::string write_json_document(const Shape& shape, const Document& value, JsonNames names);

// The same check of a document that is already one, as callers in process give it: dates may be ISO
// 8601 as well, what is null or unknown is dropped.
Outcome<void> check_document(const Shape& shape, Document& value);

AwsError serialization_exception(std::string message);

}  // namespace loopgate::aws

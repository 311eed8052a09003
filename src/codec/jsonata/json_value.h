// Between the documents of base/json.h and the values of the language.
#pragma once

#include <nlohmann/json.hpp>

#include "codec/jsonata/value.h"

namespace loopgate::codec::jsonata {

// Everything is copied into the arena.
Value value_of(Arena& arena, const nlohmann::ordered_json& json);
Value value_of(Arena& arena, const nlohmann::json& json);

// Whole numbers become integers as far as they are exact; below kMaxValueDepth everything is null.
nlohmann::ordered_json json_of(const Value& value);

}  // namespace loopgate::codec::jsonata

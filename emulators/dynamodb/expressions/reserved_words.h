// Names that expressions may only use by a placeholder.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ReservedWords.html
#pragma once

#include <string_view>

namespace loopgate::dynamodb {

bool is_reserved(std::string_view name);  // in any case

}  // namespace loopgate::dynamodb

#include "base/json_templates.h"

template class nlohmann::basic_json<>;
template class nlohmann::basic_json<nlohmann::ordered_map>;
LOOPGATE_JSON_TEMPLATES(, nlohmann::json)
LOOPGATE_JSON_TEMPLATES(, nlohmann::ordered_json)

// Generated passwords: GetRandomPassword, and GenerateSecretString of templates.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "base/random.h"
#include "emulators/secretsmanager/errors.h"

namespace loopgate::secretsmanager {

// `params` as GetRandomPassword has them; numbers and booleans may be text, as templates write
// them.
Outcome<std::string> random_password(const nlohmann::json& params, Random& random);

}  // namespace loopgate::secretsmanager

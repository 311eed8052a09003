// Names of parameters, and how requests refer to them: NAME, NAME:VERSION, NAME:LABEL, or an ARN in
// the place of the name.
// https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html#sysman-parameter-name-constraints
#pragma once

#include <string>
#include <string_view>

#include "emulators/ssm/errors.h"

namespace loopgate::ssm {

struct Place {
  std::string account;
  std::string region;
};

struct Reference {
  std::string account;
  std::string region;
  std::string name;
  std::string selector{};  // ":3", ":label", or empty
  bool from_arn = false;   // in which a name of one level has lost whether it began with a slash
};

// "arn:aws:ssm:REGION:ACCOUNT:parameter/NAME"; one slash, whether the name has its own or not.
std::string arn_of(const Place& place, std::string_view name);

// Of a new parameter: ValidationException, AccessDeniedException,
// HierarchyLevelLimitExceededException.
Outcome<void> check_new_name(const Place& place, std::string_view name);
// Of one that is asked for: ValidationException for what no name can be.
Outcome<void> check_path(std::string_view path);

// `at`: where the caller is. An ARN of another place is taken for a name, which nothing has: nobody
// shares parameters here. What stands in the text is not checked.
Reference read_reference(const Place& at, std::string_view text);

// Whether a label may be one.
bool is_label(std::string_view label);

}  // namespace loopgate::ssm

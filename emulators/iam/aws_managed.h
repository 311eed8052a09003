// The managed policies of AWS's own that SAM and Lambda templates attach, with their statements.
// https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
#pragma once

#include <string_view>

#include "emulators/iam/policy.h"

namespace loopgate::iam {

bool is_aws_managed_arn(std::string_view arn);  // "arn:aws:iam::aws:policy/…"
// Null for one that is not in the table: it grants nothing here.
const Policy* find_aws_managed(std::string_view arn);

}  // namespace loopgate::iam

// Which properties cannot change in place, by resource type: "Update requires: Replacement" on the
// types' pages.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
#pragma once

#include <string_view>

namespace loopgate::cloudformation {

// As change sets name it: "Always", "Never"; "Conditionally" for what is not known.
std::string_view requires_recreation(std::string_view type, std::string_view property);

}  // namespace loopgate::cloudformation

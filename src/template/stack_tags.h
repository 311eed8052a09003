// Tags that a stack gives its resources: its own, and those that say where a resource is from.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html
#pragma once

#include <map>
#include <string>

#include "template/resource.h"

namespace loopgate::cfn {

// Into the property Tags of a type that has one. A tag that the resource has stays as it is.
void add_stack_tags(ResourceRequest& request, const ResourceType& type,
                    const std::map<std::string, std::string>& tags);
// The same properties without the tags that only CloudFormation sets: as templates have them.
nlohmann::json without_system_tags(nlohmann::json properties);
// As events show them: without those tags, and without the text of a nested template.
nlohmann::json shown_properties(nlohmann::json properties);

}  // namespace loopgate::cfn

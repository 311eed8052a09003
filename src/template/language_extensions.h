// The transform AWS::LanguageExtensions: loops are written out, and calls are made where plain
// templates have none (in deletion policies, in Ref and Fn::GetAtt). A tree in, a tree out.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-aws-languageextensions.html
#pragma once

#include <string_view>

#include "template/document.h"
#include "template/intrinsics.h"

namespace loopgate::cfn {

// Whether the section Transform names it.
bool has_transform(const Node& document, std::string_view name);

// Changes `document` in place when its Transform asks for it, else refuses what needs it. `scope`
// has the parameters and mappings; conditions are decided as loops and policies need them.
Status transform_language_extensions(Node& document, const Scope& scope);

}  // namespace loopgate::cfn

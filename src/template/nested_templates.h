// Templates and code that stand beside a template: of nested stacks, and the assets of the CDK.
#pragma once

#include "template/document.h"
#include "template/include.h"

namespace loopgate::cfn {

// The property that a nested stack's template becomes, so that it is part of what the stack was
// made of: an update sees that it changed, a rollback has the one before. No template may have it.
inline constexpr std::string_view kNestedBody = "TemplateBody";

// In place: AWS::Serverless::Application becomes AWS::CloudFormation::Stack, and each of these
// whose TemplateURL is a path gets the text behind it. Without `files`, paths are refused.
Status read_nested_templates(Node& document, const FileReader& files);

// What the CDK writes into Metadata of code and nested templates: where they lie beside the
// template. Their properties, which name a bucket of a bootstrapped account, become these paths.
// https://docs.aws.amazon.com/cdk/v2/guide/assets.html
void use_local_assets(Node& document);

}  // namespace loopgate::cfn

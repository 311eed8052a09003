// The transform AWS::Serverless-2016-10-31: functions become AWS::Lambda::Function with an
// execution role, their events and connectors what they stand for, as the SAM translator writes it.
// A tree in, a tree out. Code that lies beside the template stays a path: `Code: {LocalPath:
// ./src}`.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification.html
#pragma once

#include <string>
#include <vector>

#include "template/document.h"
#include "template/include.h"

namespace loopgate::cfn {

// Changes `document` in place when its Transform asks for it. Types of SAM that are not written
// here (AWS::Serverless::Api and the like) stay as they are, for the deployment to refuse.
// `files` reads definitions of state machines.
Status transform_serverless(Node& document, const FileReader& files,
                            std::vector<std::string>& warnings);

}  // namespace loopgate::cfn

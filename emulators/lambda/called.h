// Which function a call means, and pages of a list: what many operations begin and end with.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "emulators/http/api.h"
#include "emulators/lambda/functions.h"

namespace loopgate::lambda {

// What FunctionName (a name, a part of an ARN or an ARN, each with a qualifier or without) and
// Qualifier mean together.
struct CalledFunction {
  std::string arn;        // without the qualifier
  std::string qualifier;  // empty: none was given

  std::string qualified() const { return qualifier.empty() ? arn : arn + ":" + qualifier; }
};

// InvalidParameterValueException when the two name different qualifiers, ResourceNotFoundException
// for a function of another region.
aws::Outcome<CalledFunction> called(const http::ApiCall& call);
// The same for a call that is of the function alone, as its existing $LATEST.
aws::Outcome<FunctionPtr> called_function(Functions& functions, const http::ApiCall& call);
// What a version or alias must be for settings of their own: a published one that exists.
aws::Outcome<void> check_qualifier(Functions& functions, const CalledFunction& called);

// PreconditionFailedException unless the call's RevisionId is missing or this one.
aws::Outcome<void> check_revision(const http::ApiCall& call, std::string_view revision);

// {name: [...], NextMarker}: of all `items` those that MaxItems and Marker ask for.
nlohmann::json page(std::vector<nlohmann::json> items, const char* name, const http::ApiCall& call);

}  // namespace loopgate::lambda

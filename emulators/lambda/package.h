// Deployment packages as the API takes and gives them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "emulators/http/message.h"
#include "emulators/lambda/functions.h"

namespace loopgate::lambda {

// Of a Code (CreateFunction), a call (UpdateFunctionCode) or a Content (PublishLayerVersion).
// InvalidParameterValueException, RequestEntityTooLargeException.
aws::Outcome<CodeSource> read_package(Functions& functions, const std::string& account,
                                      const nlohmann::json& code);
// Of an object of S3's, as `account` reads it.
aws::Outcome<CodeSource> read_stored_package(Functions& functions, const std::string& account,
                                             const aws::ObjectPlace& place);

// InvalidParameterValueException for what is no runtime of AWS or no longer one; empty is allowed.
aws::Outcome<void> check_runtime(const std::string& name);

// Where a package can be fetched from, by whoever knows its token: a function's revision, a layer
// version's time of creation.
inline constexpr std::string_view kPackagePath = "/_lambda/packages/";
std::string package_location(Functions& functions, const FunctionConfig& function,
                             const std::string& base_url);
std::string package_location(Functions& functions, const LayerVersion& layer,
                             const std::string& base_url);
// The answer to a request of one of them.
http::Response fetch_package(Functions& functions, const http::Request& request);

}  // namespace loopgate::lambda

#include "emulators/lambda/package.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "codec/base64.h"
#include "emulators/lambda/code_loader.h"
#include "emulators/lambda/errors.h"
#include "emulators/lambda/zip.h"

namespace loopgate::lambda {

namespace {

using Json = nlohmann::json;

// https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
constexpr std::array kRuntimes = {
    "nodejs20.x", "provided.al2023", "python3.12", "python3.13", "nodejs22.x",
    "java17",     "nodejs16.x",      "dotnet8",    "python3.10", "java11",
    "python3.11", "dotnet6",         "java21",     "nodejs18.x", "provided.al2",
    "ruby3.3",    "java8.al2",       "ruby3.2",    "python3.8",  "python3.9",
    "nodejs24.x", "python3.14",      "ruby3.4",    "java25",     "dotnet10"};

struct Deprecated {
  std::string_view name;
  std::string_view successor;
};
constexpr Deprecated kDeprecated[] = {
    {"dotnetcore1.0", "dotnet6"}, {"dotnetcore2.0", "dotnet6"},    {"dotnetcore2.1", "dotnet6"},
    {"dotnetcore3.1", "dotnet6"}, {"go1.x", "provided.al2023"},    {"java8", "java21"},
    {"nodejs", "nodejs18.x"},     {"nodejs4.3", "nodejs18.x"},     {"nodejs6.10", "nodejs18.x"},
    {"nodejs8.10", "nodejs18.x"}, {"nodejs10.x", "nodejs18.x"},    {"nodejs12.x", "nodejs18.x"},
    {"nodejs14.x", "nodejs20.x"}, {"provided", "provided.al2023"}, {"python2.7", "python3.12"},
    {"python3.6", "python3.12"},  {"python3.7", "python3.12"},     {"ruby2.5", "ruby3.2"},
    {"ruby2.7", "ruby3.2"}};

std::string read_whole(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string content_of(const CodeSource& code) {
  switch (code.kind) {
    case CodeSource::Kind::kZip:
      return read_whole(code.path);
    case CodeSource::Kind::kFolder:
      return zip_folder(code.path).value_or("");
    case CodeSource::Kind::kInline:
    case CodeSource::Kind::kNone:
      break;
  }
  return {};
}

std::string located(Functions& functions, const std::string& base_url, std::string_view kind,
                    std::string_view arn, std::string_view token) {
  const auto& endpoint = functions.surroundings().endpoint;
  const auto base = base_url.empty() && endpoint ? endpoint() : base_url;
  return fmt::format("{}{}{}/{}/{}", base, kPackagePath, kind, arn, token);
}

http::Response as_zip(std::string content) {
  http::Response response;
  response.headers = {{"Content-Type", "application/zip"}};
  response.body = std::move(content);
  return response;
}

http::Response not_there() {
  return http::Response::json(404, R"({"message":"There is no such package any more."})");
}

}  // namespace

aws::Outcome<CodeSource> read_stored_package(Functions& functions, const std::string& account,
                                             const aws::ObjectPlace& place) {
  const auto& read = functions.surroundings().read_object;
  const auto zip = read ? read(account, place) : aws::refuse(aws::access_denied("there is no S3"));
  if (!zip) {
    return aws::refuse(invalid_parameter(
        fmt::format("Error occurred while GetObject. S3 Error Code: {}. S3 Error Message: {}",
                    zip.error().code, zip.error().message)));
  }
  return functions.keep_upload(*zip);
}

aws::Outcome<CodeSource> read_package(Functions& functions, const std::string& account,
                                      const Json& code) {
  if (code.contains("S3Bucket") || code.contains("S3Key")) {
    return read_stored_package(
        functions, account,
        {code.value("S3Bucket", ""), code.value("S3Key", ""), code.value("S3ObjectVersion", "")});
  }
  if (!code.contains("ZipFile") || !code["ZipFile"].is_string()) {
    return aws::refuse(invalid_parameter(
        "the code must be given as ZipFile or as an object of S3: container images are not "
        "emulated"));
  }
  const auto zip = codec::base64_decode_text(code["ZipFile"].get_ref<const std::string&>());
  if (!zip) return aws::refuse(invalid_parameter("ZipFile is not valid base64"));
  return functions.keep_upload(*zip);
}

aws::Outcome<void> check_runtime(const std::string& name) {
  if (name.empty() || name.starts_with("loopgate.")) return {};
  for (const auto& [old, successor] : kDeprecated) {
    if (old != name) continue;
    return aws::refuse(invalid_parameter(fmt::format(
        "The runtime parameter of {} is no longer supported for creating or updating AWS Lambda "
        "functions. We recommend you use the new runtime ({}) while creating or updating "
        "functions.",
        name, successor)));
  }
  if (std::ranges::find(kRuntimes, name) != kRuntimes.end()) return {};
  return aws::refuse(invalid_parameter(
      fmt::format("Value {} at 'runtime' failed to satisfy constraint: Member must satisfy enum "
                  "value set: [{}] or be a valid ARN",
                  name, fmt::join(kRuntimes, ", "))));
}

std::string package_location(Functions& functions, const FunctionConfig& function,
                             const std::string& base_url) {
  return located(functions, base_url, "function", function.key(), function.revision_id);
}

std::string package_location(Functions& functions, const LayerVersion& layer,
                             const std::string& base_url) {
  return located(functions, base_url, "layer", layer.arn(), std::to_string(layer.created_ms));
}

http::Response fetch_package(Functions& functions, const http::Request& request) {
  std::string_view rest = std::string_view(request.path).substr(kPackagePath.size());
  const auto slash = rest.find('/');
  const auto last = rest.rfind('/');
  if (slash == std::string_view::npos || last == slash) return not_there();
  const auto kind = rest.substr(0, slash);
  const std::string arn(rest.substr(slash + 1, last - slash - 1));
  const auto token = rest.substr(last + 1);
  if (kind == "layer") {
    const auto layer = functions.layers().find(arn);
    if (!layer || std::to_string(layer->created_ms) != token) return not_there();
    return as_zip(content_of(layer->content));
  }
  const auto function = functions.resolve(arn);
  if (!function || function->revision_id != token) return not_there();
  if (function->code.kind == CodeSource::Kind::kInline) {
    return as_zip(zip_file(inline_file_name(*function), function->code.text).value_or(""));
  }
  return as_zip(content_of(function->code));
}

}  // namespace loopgate::lambda

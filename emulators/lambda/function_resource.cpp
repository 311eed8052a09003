#include "emulators/lambda/function_resource.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "codec/base64.h"
#include "codec/sha256.h"
#include "emulators/lambda/code_loader.h"
#include "emulators/lambda/code_path.h"
#include "emulators/lambda/code_scan.h"
#include "emulators/lambda/errors.h"
#include "emulators/lambda/package.h"
#include "emulators/lambda/properties.h"
#include "emulators/lambda/worker_launch.h"
#include "emulators/lambda/zip.h"

namespace loopgate::lambda {

namespace fs = std::filesystem;

namespace {

using cfn::property_text;
using Json = nlohmann::json;

// sam build looks at the function's own folder; a zip is taken as it is.
Result<CodeSource> local_code(const cfn::ResourceRequest& request, const std::string& path) {
  CodeSource code;
  code.path = absolute_path(*request.stack, path);
  std::error_code error;
  if (fs::is_regular_file(code.path, error)) {
    code.kind = CodeSource::Kind::kZip;
    return code;
  }
  while (code.path.size() > 1 && code.path.ends_with('/')) code.path.pop_back();
  code.kind = CodeSource::Kind::kFolder;
  code.template_folder = absolute_path(*request.stack, "");
  code.logical_id = request.logical_id;
  code.build_method = property_text(request.metadata, "BuildMethod");
  const auto built = fs::path(code.template_folder) / ".aws-sam" / "build" / request.logical_id;
  if (!fs::is_directory(code.path, error) && !fs::is_directory(built, error)) {
    return fail_at(
        request, "/Code/LocalPath",
        fmt::format("its code is missing: {} is neither a folder nor a zip file", code.path));
  }
  return code;
}

// Told as what it can be fetched as: an archive of one file.
void describe_as_package(CodeSource& code, const FunctionConfig& config) {
  auto described = config;
  described.code = code;
  const auto package = zip_file(inline_file_name(described), code.text);
  if (!package) return;
  code.size = package->size();
  code.sha256 = codec::base64_encode(codec::sha256(as_bytes(*package)));
}

Result<CodeSource> read_code(const cfn::ResourceRequest& request, const FunctionConfig& config) {
  if (config.runtime.kind == RuntimeKind::kBuiltIn) return CodeSource{};
  const auto found = request.properties.find("Code");
  if (found == request.properties.end() || !found->is_object()) {
    return fail_at(request, "/Code", "it has no Code");
  }
  if (found->contains("S3Bucket") || found->contains("S3Key")) {
    if (property_text(*found, "S3Bucket").empty() || property_text(*found, "S3Key").empty())
      return fail_at(request, "/Code", "code in S3 needs both S3Bucket and S3Key");
    return CodeSource{};  // see fetch_code
  }
  if (found->contains("ImageUri")) {
    return fail_at(request, "/Code/ImageUri", "functions from container images do not run here");
  }
  if (const auto path = property_text(*found, "LocalPath"); !path.empty())
    return local_code(request, path);
  if (!found->contains("ZipFile")) {
    return fail_at(request, "/Code",
                   "its Code has neither LocalPath (CodeUri) nor ZipFile (InlineCode)");
  }
  if (config.runtime.kind == RuntimeKind::kProvided) {
    return fail_at(request, "/Code/ZipFile", "inline code is for Python and Node.js only");
  }
  CodeSource code;
  code.kind = CodeSource::Kind::kInline;
  code.text = property_text(*found, "ZipFile");
  code.size = code.text.size();
  if (code.size > kMaxInlineCode) {
    return fail_at(request, "/Code/ZipFile",
                   fmt::format("inline code has at most {} bytes", kMaxInlineCode));
  }
  describe_as_package(code, config);
  return code;
}

cfn::ResourceState state_of(const FunctionConfig& config) {
  return {config.name, {{"Arn", config.arn()}}};
}

}  // namespace

std::vector<std::string_view> FunctionResource::attributes(std::string_view) const {
  return {"Arn"};
}

std::vector<std::string_view> FunctionResource::properties(std::string_view) const {
  return {"Architectures",
          "CapacityProviderConfig",
          "Code",
          "CodeSigningConfigArn",
          "DeadLetterConfig",
          "Description",
          "DurableConfig",
          "Environment",
          "EphemeralStorage",
          "FileSystemConfigs",
          "FunctionName",
          "FunctionScalingConfig",
          "Handler",
          "ImageConfig",
          "KmsKeyArn",
          "Layers",
          "LoggingConfig",
          "MemorySize",
          "PackageType",
          "PublishToLatestPublished",
          "RecursiveLoop",
          "ReservedConcurrentExecutions",
          "Role",
          "Runtime",
          "RuntimeManagementConfig",
          "SnapStart",
          "Tags",
          "TenancyConfig",
          "Timeout",
          "TracingConfig",
          "VpcConfig"};
}

Result<FunctionConfig> FunctionResource::read(const cfn::ResourceRequest& request,
                                              std::vector<std::string>& warnings) const {
  FunctionConfig config;
  config.account = request.stack->account;
  config.region = request.stack->region;
  config.name = property_text(request.properties, "FunctionName");
  if (config.name.empty()) config.name = request.physical_id;
  if (config.name.empty()) config.name = request.logical_id;  // for messages
  if (!cfn::is_unresolved(config.name) && !is_function_name(config.name)) {
    return fail_at(request, "/FunctionName",
                   fmt::format("'{}' is not a function name: letters, digits, - and "
                               "_, at most 64",
                               config.name));
  }
  if (!request.properties.contains("Runtime")) {
    return fail_at(request, "", "it has no Runtime");
  }
  const auto read = read_properties(request.properties, config, warnings);
  if (!read) return fail_at(request, read.error().pointer, read.error().message);
  if (config.handler.empty() &&
      (config.runtime.kind == RuntimeKind::kPython || config.runtime.kind == RuntimeKind::kNode)) {
    return fail_at(request, "", "it has no Handler");
  }
  auto code = read_code(request, config);
  if (!code) return std::unexpected(code.error());
  config.code = std::move(*code);
  return config;
}

Status FunctionResource::validate(const cfn::ResourceRequest& request,
                                  std::vector<std::string>& warnings) {
  const auto config = read(request, warnings);
  if (!config) return std::unexpected(config.error());
  const bool is_interpreted =
      config->runtime.kind == RuntimeKind::kPython || config->runtime.kind == RuntimeKind::kNode;
  if (!is_interpreted) return {};
  // Another machine may have it later: no reason not to deploy.
  const auto interpreter = find_interpreter(config->runtime, search_path());
  const auto& problem = interpreter ? interpreter->warning : interpreter.error().message;
  if (!problem.empty()) warnings.push_back(fmt::format("{}: {}", request.logical_id, problem));
  return {};
}

void FunctionResource::create(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  std::vector<std::string> warnings;
  auto config = read(request, warnings);
  if (!config) return done(std::unexpected(config.error()));
  if (property_text(request.properties, "FunctionName").empty()) {
    config->name = generated_name(request, functions_.surroundings().random, kMaxFunctionName);
  }
  if (auto fetched = fetch_code(*config, request); !fetched) {
    return done(std::unexpected(fetched.error()));
  }
  if (auto used = use_layers(*config, *config, request); !used) {
    return done(std::unexpected(used.error()));
  }
  // Building takes longer than this call.
  const auto name = config->name;
  const bool builds = !config->code.build_method.empty();
  const auto made = functions_.create(std::move(*config));
  if (!made) return done(fail_at(request, "/FunctionName", made.error().message));
  if (builds) cfn::announce(request, name);
  build(request, *made, std::move(done));
}

// Of code that lies in S3: when the function is made, for the bucket may be of the same stack.
Status FunctionResource::fetch_code(FunctionConfig& config, const cfn::ResourceRequest& request) {
  const auto code = request.properties.value("Code", nlohmann::json::object());
  const auto key = property_text(code, "S3Key");
  if (key.empty()) return {};
  auto fetched = read_stored_package(
      functions_, request.stack->account,
      {property_text(code, "S3Bucket"), key, property_text(code, "S3ObjectVersion")});
  if (!fetched) return fail_at(request, "/Code/S3Key", fetched.error().message);
  config.code = *std::move(fetched);
  return {};
}

Status FunctionResource::use_layers(FunctionConfig& config, const FunctionConfig& present,
                                    const cfn::ResourceRequest& request) {
  const auto found = request.properties.find("Layers");
  if (found == request.properties.end()) return {};
  auto layers = functions_.layers().use(*found, present);
  if (!layers) return fail_at(request, "/Layers", layers.error().message);
  config.layers = std::move(*layers);
  return {};
}

// As `sam build` before a deployment: what cannot be built is not deployed.
void FunctionResource::build(const cfn::ResourceRequest& request, FunctionPtr function,
                             cfn::ResourceDone done) {
  if (function->code.build_method.empty()) return done(state_of(*function));
  functions_.prepare(function->arn(), [this, place = request.place, function,
                                       done = std::move(done)](Status built) mutable {
    if (built) return done(state_of(*function));
    (void)functions_.remove(function->arn());
    done(fail(built.error().message, place));
  });
}

void FunctionResource::update(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  std::vector<std::string> warnings;
  auto config = read(request, warnings);
  if (!config) return done(std::unexpected(config.error()));
  const auto name = property_text(request.properties, "FunctionName");
  const auto old_name = property_text(request.old_properties, "FunctionName");
  if (name != old_name) return create(request, std::move(done));
  config->name = request.physical_id;
  const auto present = functions_.find(config->arn());
  if (!present) return create(request, std::move(done));
  config->companions = present->companions;  // what other resources set on it
  if (auto fetched = fetch_code(*config, request); !fetched) {
    return done(std::unexpected(fetched.error()));
  }
  if (auto used = use_layers(*config, *present, request); !used) {
    return done(std::unexpected(used.error()));
  }
  const auto changed = functions_.update(std::move(*config));
  if (!changed) return done(fail_at(request, "", changed.error().message));
  done(state_of(**changed));
}

void FunctionResource::remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) {
  (void)functions_.remove(
      function_arn(request.stack->region, request.stack->account, request.physical_id));
  done({});
}

}  // namespace loopgate::lambda

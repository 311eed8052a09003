#include "emulators/lambda/layer_resource.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "emulators/lambda/code_path.h"
#include "emulators/lambda/package.h"

namespace loopgate::lambda {

namespace {

using cfn::property_text;
using Json = nlohmann::json;
namespace fs = std::filesystem;

std::optional<aws::ObjectPlace> stored_place(const cfn::ResourceRequest& request) {
  const auto content = request.properties.value("Content", Json::object());
  if (!content.contains("S3Bucket")) return std::nullopt;
  return aws::ObjectPlace{property_text(content, "S3Bucket"), property_text(content, "S3Key"),
                          property_text(content, "S3ObjectVersion")};
}

Result<std::string> local_path(const cfn::ResourceRequest& request) {
  const auto content = request.properties.value("Content", Json::object());
  const auto given = property_text(content, "LocalPath");
  if (given.empty()) return fail_at(request, "/Content", "it has no Content");
  const auto built =
      fs::path(absolute_path(*request.stack, "")) / ".aws-sam" / "build" / request.logical_id;
  std::error_code error;
  if (fs::is_directory(built, error)) return built.string();
  auto path = absolute_path(*request.stack, given);
  if (fs::exists(path, error)) return path;
  return fail_at(
      request, "/Content/LocalPath",
      fmt::format("its content is missing: {} is neither a folder nor a zip file", path));
}

aws::Outcome<CodeSource> read_content(Functions& functions, const std::string& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    std::ifstream in(path, std::ios::binary);
    return functions.keep_upload(std::string(std::istreambuf_iterator<char>(in), {}));
  }
  CodeSource content;
  content.kind = CodeSource::Kind::kFolder;
  content.path = path;
  return content;
}

}  // namespace

std::vector<std::string_view> LayerResource::properties(std::string_view) const {
  return {"CompatibleArchitectures",
          "CompatibleRuntimes",
          "Content",
          "Description",
          "LayerName",
          "LicenseInfo"};
}

std::vector<std::string_view> LayerResource::attributes(std::string_view) const {
  return {"LayerVersionArn"};
}

Status LayerResource::validate(const cfn::ResourceRequest& request, std::vector<std::string>&) {
  if (stored_place(request)) return {};
  const auto path = local_path(request);
  if (!path) return std::unexpected(path.error());
  return {};
}

void LayerResource::create(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  aws::Outcome<CodeSource> content;
  if (const auto place = stored_place(request)) {
    content = read_stored_package(functions_, request.stack->account, *place);
  } else {
    const auto path = local_path(request);
    if (!path) return done(std::unexpected(path.error()));
    content = read_content(functions_, *path);
  }
  if (!content) return done(fail_at(request, "/Content", content.error().message));
  LayerVersion version;
  version.account = request.stack->account;
  version.region = request.stack->region;
  version.name = property_text(request.properties, "LayerName");
  if (version.name.empty()) version.name = request.logical_id;
  version.description = property_text(request.properties, "Description");
  version.license = property_text(request.properties, "LicenseInfo");
  version.runtimes = request.properties.value("CompatibleRuntimes", Json());
  version.architectures = request.properties.value("CompatibleArchitectures", Json());
  version.content = *std::move(content);
  version.created_ms = to_millis(functions_.surroundings().clock.wall());
  const auto arn = functions_.layers().publish(std::move(version)).arn();
  done(cfn::ResourceState{arn, {{"LayerVersionArn", arn}}});
}

// A version does not change: the engine removes the one before.
void LayerResource::update(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  create(request, std::move(done));
}

void LayerResource::remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) {
  if (const auto version = functions_.layers().find(request.physical_id)) {
    functions_.layers().remove(*version);
  }
  done({});
}

}  // namespace loopgate::lambda

#include "emulators/lambda/layers.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "aws/arn.h"
#include "emulators/lambda/errors.h"
#include "emulators/lambda/function_table.h"
#include "emulators/lambda/limits.h"

namespace loopgate::lambda {

namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

constexpr std::string_view kKind = "layer";
constexpr std::string_view kNumbers = "layer-number";

// "arn:aws:lambda:R:A:layer:NAME:3" without ":3".
std::string_view without_version(std::string_view arn) {
  return arn.substr(0, arn.rfind(':'));
}

}  // namespace

std::string layer_arn(std::string_view region, std::string_view account, std::string_view name) {
  return fmt::format("arn:aws:lambda:{}:{}:layer:{}", region, account, name);
}

std::string LayerVersion::layer_arn() const {
  return lambda::layer_arn(region, account, name);
}

std::string LayerVersion::arn() const {
  return fmt::format("{}:{}", layer_arn(), number);
}

Layers::Layers(Documents& documents, std::string folder)
    : documents_(documents), folder_(std::move(folder)) {}

LayerVersion Layers::publish(LayerVersion version) {
  const auto last = documents_.get(kNumbers, version.layer_arn());
  version.number = last ? last->get<std::int64_t>() + 1 : 1;
  documents_.put(kNumbers, version.layer_arn(), version.number);
  save(version);
  return version;
}

void Layers::save(const LayerVersion& version) {
  auto path = fs::path(version.content.path);
  if (path.parent_path() == fs::path(folder_) / kUploads) {
    path = fs::path(kUploads) / path.filename();
  }
  documents_.put(kKind, version.arn(),
                 {{"account", version.account},
                  {"region", version.region},
                  {"name", version.name},
                  {"number", version.number},
                  {"description", version.description},
                  {"license", version.license},
                  {"runtimes", version.runtimes},
                  {"architectures", version.architectures},
                  {"is_folder", version.content.kind == CodeSource::Kind::kFolder},
                  {"path", path.string()},
                  {"sha256", version.content.sha256},
                  {"size", version.content.size},
                  {"created_ms", version.created_ms},
                  {"statements", version.statements},
                  {"policy_revision", version.policy_revision}});
}

void Layers::remove(const LayerVersion& version) {
  documents_.remove(kKind, version.arn());
}

namespace {

LayerVersion parse(const Json& json, const std::string& folder) {
  LayerVersion version;
  json.at("account").get_to(version.account);
  json.at("region").get_to(version.region);
  json.at("name").get_to(version.name);
  json.at("number").get_to(version.number);
  json.at("description").get_to(version.description);
  json.at("license").get_to(version.license);
  version.runtimes = json.at("runtimes");
  version.architectures = json.at("architectures");
  version.content.kind =
      json.at("is_folder").get<bool>() ? CodeSource::Kind::kFolder : CodeSource::Kind::kZip;
  const fs::path path(json.at("path").get<std::string>());
  version.content.path = path.is_relative() ? (fs::path(folder) / path).string() : path.string();
  json.at("sha256").get_to(version.content.sha256);
  json.at("size").get_to(version.content.size);
  json.at("created_ms").get_to(version.created_ms);
  version.statements = json.at("statements");
  json.at("policy_revision").get_to(version.policy_revision);
  return version;
}

}  // namespace

std::optional<LayerVersion> Layers::find(const std::string& version_arn) {
  const auto document = documents_.get(kKind, version_arn);
  if (!document) return std::nullopt;
  return parse(*document, folder_);
}

std::vector<LayerVersion> Layers::list(std::string_view prefix) {
  std::vector<LayerVersion> versions;
  for (const auto& document : documents_.list(kKind, prefix)) {
    versions.push_back(parse(document, folder_));
  }
  std::ranges::sort(versions, [](const LayerVersion& one, const LayerVersion& other) {
    if (one.name != other.name) return one.name < other.name;
    return one.number > other.number;
  });
  return versions;
}

aws::Outcome<std::vector<LayerUse>> Layers::use(const Json& arns, const FunctionConfig& config) {
  std::vector<LayerUse> uses;
  if (!arns.is_array()) return uses;
  if (arns.size() > kMaxLayers) {
    return aws::refuse(
        invalid_parameter(fmt::format("Cannot reference more than {} layers.", kMaxLayers)));
  }
  for (const auto& given : arns) {
    const auto arn = given.is_string() ? given.get<std::string>() : std::string();
    const auto parsed = aws::Arn::parse(arn);
    if (parsed && parsed->region != config.region) {
      return aws::refuse(invalid_parameter(
          fmt::format("Layers are not in the same region as the function. Layers are expected to "
                      "be in region {}.",
                      config.region)));
    }
    const auto same = std::ranges::find_if(uses, [&](const LayerUse& other) {
      return without_version(other.arn) == without_version(arn);
    });
    if (same != uses.end()) {
      return aws::refuse(invalid_parameter(
          fmt::format("Two different versions of the same layer are not allowed to be referenced "
                      "in the same function. {} and {} are versions of the same layer.",
                      same->arn, arn)));
    }
    // What the function has already may have been deleted since.
    const auto present = std::ranges::find(config.layers, arn, &LayerUse::arn);
    const auto version = find(arn);
    if (!version && present == config.layers.end()) {
      return aws::refuse(invalid_parameter(fmt::format("Layer version {} does not exist.", arn)));
    }
    uses.push_back(version ? LayerUse{arn, version->content} : *present);
  }
  return uses;
}

}  // namespace loopgate::lambda

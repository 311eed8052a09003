#include "sandbox/cloud_assembly.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/file.h"
#include "base/json.h"

namespace loopgate {

namespace {

using nlohmann::json;

constexpr std::size_t kMaxManifestBytes = 16 * 1024 * 1024;  // ours: manifests hold stack traces
constexpr int kMaxStageDepth = 8;                            // ours: stages in stages

std::string text_of(const json& from, const char* name) {
  const auto found = from.is_object() ? from.find(name) : from.end();
  return found != from.end() && found->is_string() ? found->get<std::string>() : std::string();
}

json member_of(const json& from, const char* name) {
  const auto found = from.is_object() ? from.find(name) : from.end();
  return found != from.end() ? *found : json();
}

Result<json> read_document(const std::string& path, std::size_t limit) {
  const auto text = read_file(path, limit);
  if (!text) return std::unexpected(text.error());
  auto document = read_json(*text);
  if (!document || !document->is_object()) return fail("this is not a JSON object", {path, 0});
  return std::move(*document);
}

// What stands for "anywhere" is written "unknown-account" and "unknown-region".
std::string known(std::string text) {
  return text.starts_with("unknown-") ? std::string() : text;
}

class Assembly {
 public:
  Assembly(std::string folder, int depth, std::vector<AssemblyStack>& out)
      : folder_(std::move(folder)), depth_(depth), out_(out) {}

  Status read() {
    const std::string path = folder_ + "/manifest.json";
    auto manifest = read_document(path, kMaxManifestBytes);
    if (!manifest) return std::unexpected(manifest.error());
    artifacts_ = member_of(*manifest, "artifacts");
    if (!artifacts_.is_object()) return fail("a manifest of the CDK has artifacts", {path, 0});
    for (const auto& [id, artifact] : artifacts_.items()) {
      if (auto ok = visit(id); !ok) return ok;
    }
    return {};
  }

 private:
  Status visit(const std::string& id) {
    if (!seen_.insert(id).second || !artifacts_.contains(id)) return {};
    const json& artifact = artifacts_.at(id);
    for (const json& needed : member_of(artifact, "dependencies")) {
      if (!needed.is_string()) continue;
      if (auto ok = visit(needed.get<std::string>()); !ok) return ok;
    }
    const std::string type = text_of(artifact, "type");
    if (type == "aws:cloudformation:stack") return add(id, artifact);
    if (type != "cdk:cloud-assembly") return {};
    if (depth_ >= kMaxStageDepth)
      return fail(fmt::format("stages are nested more than {} deep", kMaxStageDepth));
    const std::string inner = text_of(member_of(artifact, "properties"), "directoryName");
    return Assembly(folder_ + "/" + inner, depth_ + 1, out_).read();
  }

  Status add(const std::string& id, const json& artifact) {
    const json properties = member_of(artifact, "properties");
    AssemblyStack stack;
    stack.name = text_of(properties, "stackName");
    if (stack.name.empty()) stack.name = id;
    stack.template_file = folder_ + "/" + text_of(properties, "templateFile");
    const std::string environment = text_of(artifact, "environment");  // aws://ACCOUNT/REGION
    const auto slash = environment.find('/', 6);
    if (environment.starts_with("aws://") && slash != std::string::npos) {
      stack.account = known(environment.substr(6, slash - 6));
      stack.region = known(environment.substr(slash + 1));
    }
    auto document = read_document(stack.template_file, kMaxManifestBytes);
    if (!document) return std::unexpected(document.error());
    const json asked = member_of(member_of(*document, "Parameters"), "BootstrapVersion");
    if (text_of(asked, "Type").starts_with("AWS::SSM::Parameter::Value<"))
      stack.bootstrap_parameter = text_of(asked, "Default");
    out_.push_back(std::move(stack));
    return {};
  }

  std::string folder_;
  int depth_;
  std::vector<AssemblyStack>& out_;
  json artifacts_;
  std::set<std::string> seen_;
};

}  // namespace

bool is_cloud_assembly(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored) &&
         std::filesystem::exists(path + "/manifest.json", ignored);
}

Result<std::vector<AssemblyStack>> read_cloud_assembly(const std::string& folder) {
  std::string path = folder;
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  std::vector<AssemblyStack> out;
  if (auto ok = Assembly(path, 0, out).read(); !ok) return std::unexpected(ok.error());
  if (out.empty()) return fail("this app of the CDK has no stacks", {path + "/manifest.json", 0});
  return out;
}

}  // namespace loopgate

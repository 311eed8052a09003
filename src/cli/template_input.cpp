#include "cli/template_input.h"

#include <fmt/format.h>

#include "base/file.h"
#include "cli/sandbox_flags.h"
#include "codec/text.h"
#include "sandbox/cloud_assembly.h"

namespace loopgate::cli {

namespace {

Result<DeployOptions> with_text(DeployOptions deploy) {
  auto text = read_file(deploy.template_file, kMaxTextFileBytes);
  if (!text) return std::unexpected(text.error());
  if (!codec::is_valid_utf8(as_bytes(*text)))
    return fail("the file is not UTF-8 text", {deploy.template_file});
  deploy.template_text = std::move(*text);
  return deploy;
}

}  // namespace

Result<std::vector<DeployOptions>> template_input(const std::string& path,
                                                  const std::string& stack) {
  std::vector<DeployOptions> out;
  if (!is_cloud_assembly(path)) {
    DeployOptions only;
    only.stack = stack;
    only.template_file = path;
    auto read = with_text(std::move(only));
    if (!read) return std::unexpected(read.error());
    out.push_back(std::move(*read));
    return out;
  }
  const auto stacks = read_cloud_assembly(path);
  if (!stacks) return std::unexpected(stacks.error());
  if (!stack.empty() && stacks->size() != 1)
    return fail(fmt::format("--stack names one stack, and {} has {}", path, stacks->size()));
  for (const AssemblyStack& each : *stacks) {
    DeployOptions deploy;
    deploy.stack = stack.empty() ? each.name : stack;
    deploy.template_file = each.template_file;
    deploy.account = each.account;
    deploy.region = each.region;
    if (!each.bootstrap_parameter.empty())
      deploy.resolve["ssm:" + each.bootstrap_parameter] = kBootstrapVersion;
    auto read = with_text(std::move(deploy));
    if (!read) return std::unexpected(read.error());
    out.push_back(std::move(*read));
  }
  return out;
}

}  // namespace loopgate::cli

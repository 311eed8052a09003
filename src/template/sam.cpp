#include "template/sam.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "template/limits.h"
#include "template/sam_parts.h"
#include "template/suggestion.h"

namespace loopgate::cfn {

namespace sam {

Node ref(const std::string& id, const Origin& at) {
  Node node = Node::map(at);
  node.set("Ref", id);
  return node;
}

Node get_att(const std::string& id, const std::string& name, const Origin& at) {
  Node node = Node::map(at);
  node.set("Fn::GetAtt", Node::list({Node::string(id, at), Node::string(name, at)}, at));
  return node;
}

Node sub(std::string pattern, const Origin& at) {
  Node node = Node::map(at);
  node.set("Fn::Sub", std::move(pattern));
  return node;
}

Node strings(std::initializer_list<std::string_view> items, const Origin& at) {
  Node list = Node::list({}, at);
  for (const auto item : items) list.push(Node::string(std::string(item), at));
  return list;
}

Node package_of(const Node& uri) {
  Node code = Node::map(uri.origin);
  if (uri.is_map() && uri.find("Bucket")) {
    constexpr std::pair<const char*, const char*> kNames[] = {
        {"Bucket", "S3Bucket"}, {"Key", "S3Key"}, {"Version", "S3ObjectVersion"}};
    for (const auto& [from, to] : kNames) {
      if (const Node* const value = uri.find(from)) code.set(to, *value);
    }
    return code;
  }
  if (!uri.is_string() || !uri.text.starts_with("s3://")) {
    code.set("LocalPath", uri);
    return code;
  }
  const auto slash = uri.text.find('/', 5);
  const bool has_key = slash != std::string::npos;
  code.set("S3Bucket", Node::string(uri.text.substr(5, has_key ? slash - 5 : slash), uri.origin));
  code.set("S3Key", Node::string(has_key ? uri.text.substr(slash + 1) : "", uri.origin));
  return code;
}

Node resource(std::string type, Node properties, const Node& like, const Origin& at) {
  Node node = Node::map(at);
  node.set("Type", std::move(type));
  if (const Node* const condition = like.find("Condition")) node.set("Condition", *condition);
  node.set("Properties", std::move(properties));
  return node;
}

}  // namespace sam

namespace {

constexpr std::array kPassedOn = {"Handler",       "Runtime",
                                  "Description",   "MemorySize",
                                  "Timeout",       "FunctionName",
                                  "KmsKeyArn",     "Layers",
                                  "Environment",   "EphemeralStorage",
                                  "Architectures", "ReservedConcurrentExecutions",
                                  "VpcConfig",     "ImageConfig",
                                  "PackageType",   "FileSystemConfigs",
                                  "SnapStart",     "RuntimeManagementConfig",
                                  "LoggingConfig", "CodeSigningConfigArn",
                                  "RecursiveLoop", "TenancyConfig",
                                  "Role"};

// Read elsewhere in the transform.
constexpr std::array kTranslated = {"CodeUri",
                                    "InlineCode",
                                    "ImageUri",
                                    "Tracing",
                                    "DeadLetterQueue",
                                    "Tags",
                                    "Policies",
                                    "RolePath",
                                    "Events",
                                    "PermissionsBoundary",
                                    "AssumeRolePolicyDocument",
                                    "EventInvokeConfig",
                                    "FunctionUrlConfig",
                                    "AutoPublishAlias",
                                    "AutoPublishCodeSha256",
                                    "VersionDescription",
                                    "VersionDeletionPolicy"};

// About deployments, which a sandbox has no use for.
constexpr std::array kWithoutEffect = {"AutoPublishAliasAllProperties", "DeploymentPreference",
                                       "ProvisionedConcurrencyConfig", "PropagateTags"};

template <std::size_t N>
bool is_in(const std::array<const char*, N>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

// "The property 'Handlr' …" as SAM refuses it.
Status check_properties(const sam::FunctionWork& work) {
  std::vector<std::string> ignored;
  for (const Member& member : work.properties.members) {
    if (is_in(kPassedOn, member.name) || is_in(kTranslated, member.name)) continue;
    if (is_in(kWithoutEffect, member.name)) {
      ignored.push_back(member.name);
      continue;
    }
    std::vector<std::string> known(kPassedOn.begin(), kPassedOn.end());
    known.insert(known.end(), kTranslated.begin(), kTranslated.end());
    return fail(fmt::format("AWS::Serverless::Function '{}' has no property '{}'{}",
                            work.logical_id, member.name, did_you_mean(member.name, known)),
                member.origin.place());
  }
  for (const std::string& name : ignored) {
    work.warnings->push_back(fmt::format("{}: {} has no effect here", work.logical_id, name));
  }
  return {};
}

Result<Node> code_of(const sam::FunctionWork& work) {
  const Node& properties = work.properties;
  Node code = Node::map(work.origin);
  if (const Node* const inline_code = properties.find("InlineCode")) {
    code.set("ZipFile", *inline_code);
    return code;
  }
  if (const Node* const image = properties.find("ImageUri")) {
    code.set("ImageUri", *image);
    return code;
  }
  const Node* const uri = properties.find("CodeUri");
  // The sandbox's own runtimes (loopgate.echo) have no code.
  const Node* const runtime = properties.find("Runtime");
  if (!uri && runtime && runtime->text.starts_with("loopgate.")) return code;
  if (!uri) {
    return fail(
        fmt::format(
            "the function '{}' has no code: give it CodeUri (a folder or a zip file) or InlineCode",
            work.logical_id),
        work.origin.place());
  }
  return sam::package_of(*uri);
}

Result<Node> function_properties(const sam::FunctionWork& work) {
  Node out = Node::map(work.origin);
  for (const Member& member : work.properties.members) {
    if (is_in(kPassedOn, member.name)) out.members.push_back(member);
  }
  auto code = code_of(work);
  if (!code) return code;
  out.set("Code", std::move(*code));
  if (const Node* const tracing = work.properties.find("Tracing")) {
    Node config = Node::map(tracing->origin);
    config.set("Mode", *tracing);
    out.set("TracingConfig", std::move(config));
  }
  if (const Node* const queue = work.properties.find("DeadLetterQueue")) {
    Node config = Node::map(queue->origin);
    if (const Node* const target = queue->find("TargetArn")) config.set("TargetArn", *target);
    out.set("DeadLetterConfig", std::move(config));
  }
  if (const Node* const tags = work.properties.find("Tags"); tags && tags->is_map())
    out.set("Tags", sam::tag_list(*tags));
  if (!work.properties.find("Role"))
    out.set("Role", sam::get_att(work.logical_id + "Role", "Arn", work.origin));
  return out;
}

void add_invoke_config(sam::FunctionWork& work) {
  const Node* const given = work.properties.find("EventInvokeConfig");
  if (!given) return;
  Node properties = *given;
  properties.set("FunctionName", sam::ref(work.logical_id, work.origin));
  const Node* const alias = work.properties.find("AutoPublishAlias");
  properties.set("Qualifier", alias ? *alias : Node::string("$LATEST", work.origin));
  if (Node* const destinations = properties.find("DestinationConfig")) {
    for (Member& outcome : destinations->members) outcome.value.erase("Type");
  }
  work.generated.push_back({work.logical_id + "EventInvokeConfig",
                            sam::resource("AWS::Lambda::EventInvokeConfig", std::move(properties),
                                          work.source, given->origin)});
}

void add_url(sam::FunctionWork& work) {
  const Node* const given = work.properties.find("FunctionUrlConfig");
  if (!given) return;
  Node properties = *given;
  properties.set("TargetFunctionArn", sam::ref(work.logical_id, work.origin));
  if (const Node* const alias = work.properties.find("AutoPublishAlias")) {
    properties.set("Qualifier", *alias);
  }
  const Node* const auth = properties.find("AuthType");
  if (auth && auth->text == "NONE") {
    Node everybody = Node::map(given->origin);
    everybody.set("Action", "lambda:InvokeFunctionUrl");
    everybody.set("FunctionName", sam::called_name(work, given->origin));
    everybody.set("Principal", "*");
    everybody.set("FunctionUrlAuthType", "NONE");
    work.generated.push_back({work.logical_id + "UrlPublicPermissions",
                              sam::resource("AWS::Lambda::Permission", std::move(everybody),
                                            work.source, given->origin)});
  }
  work.generated.push_back(
      {work.logical_id + "Url",
       sam::resource("AWS::Lambda::Url", std::move(properties), work.source, given->origin)});
}

Result<Node> translate_function(sam::FunctionWork& work) {
  if (auto ok = check_properties(work); !ok) return std::unexpected(ok.error());
  work.managed_policies = Node::list({}, work.origin);
  sam::add_alias(work);
  if (auto ok = sam::add_events(work); !ok) return std::unexpected(ok.error());
  add_invoke_config(work);
  add_url(work);
  auto properties = function_properties(work);
  if (!properties) return properties;
  if (!work.properties.find("Role")) {
    auto role = sam::execution_role(work);
    if (!role) return role;
    work.generated.insert(work.generated.begin(), {work.logical_id + "Role", std::move(*role)});
  }
  Node out = work.source;
  out.set("Type", Node::string("AWS::Lambda::Function", work.origin));
  out.set("Properties", std::move(*properties));
  return out;
}

// Whether the transform is asked for; refuses transforms that nobody here knows.
Result<bool> asks_for_serverless(const Node& document) {
  const Node* const section = document.find("Transform");
  if (!section || section->is_null()) return false;
  const std::vector<Node> one = section->is_list() ? section->items : std::vector<Node>{*section};
  bool serverless = false;
  for (const Node& transform : one) {
    if (transform.text == "AWS::Serverless-2016-10-31") {
      serverless = true;
    } else if (transform.text != "AWS::LanguageExtensions") {
      return fail(fmt::format("the transform '{}' is not supported: AWS::Serverless-2016-10-31, "
                              "AWS::LanguageExtensions and "
                              "AWS::Include are",
                              transform.is_string() ? transform.text
                                                    : std::string(describe(transform.kind))),
                  transform.place());
    }
  }
  return serverless;
}

// "Function" of "AWS::Serverless::Function"; empty: not translated here.
std::string_view translated_kind(std::string_view type) {
  for (const std::string_view kind : {"Function", "StateMachine", "SimpleTable", "LayerVersion"}) {
    if (type.starts_with("AWS::Serverless::") && type.substr(17) == kind) {
      return kind;
    }
  }
  return {};
}

Status refuse_serverless_types(const Node& resources) {
  for (const Member& member : resources.members) {
    const Node* const type = member.value.find("Type");
    if (type && type->is_string() && type->text.starts_with("AWS::Serverless::")) {
      return fail(fmt::format("'{}' is of type {}, which needs the line 'Transform: "
                              "AWS::Serverless-2016-10-31' in the template",
                              member.name, type->text),
                  member.origin.place());
    }
  }
  return {};
}

}  // namespace

Node sam::tag_list(const Node& tags) {
  Node list = Node::list({}, tags.origin);
  for (const Member& member : tags.members) {
    Node tag = Node::map(member.origin);
    tag.set("Key", member.name);
    tag.set("Value", member.value);
    list.push(std::move(tag));
  }
  return list;
}

Status transform_serverless(Node& document, const FileReader& files,
                            std::vector<std::string>& warnings) {
  const auto serverless = asks_for_serverless(document);
  if (!serverless) return std::unexpected(serverless.error());
  Node* const resources = document.find("Resources");
  if (!resources || !resources->is_map()) return {};  // refused later, with the other sections
  if (!*serverless) return refuse_serverless_types(*resources);
  if (resources->members.size() > kMaxResources) {
    return fail(fmt::format("more than {} Resources", kMaxResources), resources->place());
  }
  if (auto ok = sam::expand_connectors(*resources); !ok) return ok;
  std::vector<Member> out;
  std::vector<sam::PublishedFunction> published;
  std::vector<sam::BucketEvent> bucket_events;
  for (Member& member : resources->members) {
    const Node* const type = member.value.find("Type");
    const auto kind = type ? translated_kind(type->text) : std::string_view();
    if (kind.empty()) {
      out.push_back(std::move(member));
      continue;
    }
    const Node* const own = member.value.find("Properties");
    auto merged =
        sam::merge_globals(document, kind, own ? *own : Node::map(member.origin), member.origin);
    if (!merged) return std::unexpected(merged.error());
    if (!merged->is_map())
      return fail(fmt::format("the Properties of '{}' must be a map", member.name),
                  member.origin.place());
    sam::FunctionWork work{member.name, member.origin, member.value, std::move(*merged), {},
                           {},          &warnings};
    auto translated = kind == "StateMachine"   ? sam::translate_state_machine(work, files)
                      : kind == "SimpleTable"  ? sam::translate_simple_table(work)
                      : kind == "LayerVersion" ? sam::translate_layer(work)
                                               : translate_function(work);
    if (!translated) return std::unexpected(translated.error());
    std::ranges::move(work.bucket_events, std::back_inserter(bucket_events));
    if (!work.alias_id.empty()) {
      published.push_back({member.name, work.version_id, work.alias_id});
    }
    for (sam::Generated& generated : work.generated) {
      const Origin at = generated.resource.origin;
      out.push_back({std::move(generated.logical_id), at, std::move(generated.resource)});
    }
    out.push_back({member.name, member.origin, std::move(*translated)});
  }
  if (auto told = sam::tell_buckets(out, bucket_events); !told) return told;
  resources->members = std::move(out);
  sam::rename_generated(document, published);
  for (const Member& member : resources->members) {
    if (resources->find_member(member.name) != &member) {
      return fail(fmt::format("the transform makes a resource '{}', a name that the template uses "
                              "already: rename yours",
                              member.name),
                  resources->find_member(member.name)->origin.place());
    }
  }
  return {};
}

}  // namespace loopgate::cfn

#include "emulators/ssm/resources.h"

namespace loopgate::ssm {

namespace {

using cfn::property_text;

constexpr std::size_t kMostGeneratedChars = 255;

Place place_of(const cfn::ResourceRequest& request) {
  return {request.stack->account, request.stack->region};
}

// Tags are a map here.
Tags tags_of(const json& properties) {
  Tags out;
  const auto found = properties.find("Tags");
  if (found == properties.end() || !found->is_object()) return out;
  for (const auto& tag : found->items()) out[tag.key()] = property_text(*found, tag.key());
  return out;
}

std::optional<std::string> optional_text(const json& properties, const char* name) {
  if (!properties.contains(name)) return std::nullopt;
  return property_text(properties, name);
}

}  // namespace

std::vector<std::string_view> ParameterResource::properties(std::string_view) const {
  return {"AllowedPattern", "DataType", "Description", "Name", "Policies",
          "Tags",           "Tier",     "Type",        "Value"};
}

Status ParameterResource::validate(const cfn::ResourceRequest& request, std::vector<std::string>&) {
  const auto& properties = request.properties;
  const auto type = property_text(properties, "Type");
  if (type == kSecure) {
    return fail_at(request, "/Type",
                   "AWS::SSM::Parameter makes no SecureString; put it with ssm put-parameter, or "
                   "give it with --resolve ssm-secure:NAME=VALUE");
  }
  for (const char* name : {"Type", "Value"}) {
    if (!properties.contains(name)) {
      return fail_at(request, "", fmt::format("the property '{}' is required", name));
    }
  }
  if (type != "String" && type != "StringList" && !cfn::is_unresolved(type)) {
    return fail_at(request, "/Type", fmt::format("'{}' is no type: String or StringList", type));
  }
  if (const auto policies = property_text(properties, "Policies"); !policies.empty()) {
    return fail_at(request, "/Policies", "parameter policies are not emulated");
  }
  const auto name = property_text(properties, "Name");
  if (name.empty() || cfn::is_unresolved(name)) return {};
  if (auto checked = check_new_name(place_of(request), name); !checked) {
    return fail_at(request, "/Name", checked.error().message);
  }
  return {};
}

Result<cfn::ResourceState> ParameterResource::put(const cfn::ResourceRequest& request,
                                                  const std::string& name, bool overwrite) {
  const auto& properties = request.properties;
  const auto place = place_of(request);
  const auto put = context_.parameters.put(
      place, {.name = name,
              .value = property_text(properties, "Value"),
              .type = property_text(properties, "Type"),
              .overwrite = overwrite,
              .description = optional_text(properties, "Description").value_or(""),
              .allowed_pattern = optional_text(properties, "AllowedPattern").value_or(""),
              .tier = property_text(properties, "Tier"),
              .data_type = property_text(properties, "DataType"),
              .by = fmt::format("arn:aws:iam::{}:root", place.account)});
  if (!put) {
    const bool about_value = put.error().code == "ParameterPatternMismatchException";
    return fail_at(request, about_value ? "/Value" : "",
                   put.error().code == "ParameterAlreadyExists"
                       ? fmt::format("{} already exists", name)
                       : put.error().message);
  }
  cfn::ResourceState out{name, {{"Type", (*put)->type}, {"Value", (*put)->value}}};
  context_.parameters.set_tags(*context_.parameters.find(place, name), tags_of(properties));
  return out;
}

void ParameterResource::create(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  auto name = property_text(request.properties, "Name");
  if (name.empty()) {
    // AWS's begin with "CFN-".
    name = "CFN-" + generated_name(request, context_.parameters.random(), kMostGeneratedChars);
  }
  done(put(request, name, false));
}

Result<cfn::ResourceState> ParameterResource::change(const cfn::ResourceRequest& request) {
  return put(request, request.physical_id, true);
}

void ParameterResource::update(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  if (cfn::changes(request, "Name")) return create(request, std::move(done));
  done(change_or_restore(request, [&](const auto& wanted) { return change(wanted); }));
}

void ParameterResource::remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) {
  (void)context_.parameters.remove(place_of(request), request.physical_id);
  done({});
}

}  // namespace loopgate::ssm

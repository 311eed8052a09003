#include "emulators/ssm/parameters.h"

#include <algorithm>
#include <charconv>

#include "codec/base64.h"
#include "codec/regex.h"
#include "emulators/ssm/limits.h"

namespace loopgate::ssm {

namespace {

constexpr std::string_view kDataTypes[] = {"text", "aws:ec2:image", "aws:ssm:integration"};

Outcome<void> check_pattern(const Version& version) {
  if (version.allowed_pattern.empty()) return {};
  const auto pattern = codec::Regex::compile(version.allowed_pattern, codec::Regex::Subject::kUtf8);
  if (!pattern) {
    return refuse(error("InvalidAllowedPatternException",
                        "The request doesn't meet the regular expression requirement."));
  }
  if (pattern->matches(version.value).value_or(false)) return {};
  return refuse(error(
      "ParameterPatternMismatchException",
      "Parameter value, cannot be validated against allowedPattern: " + version.allowed_pattern));
}

Outcome<void> check_size(const Version& version) {
  if (version.value.empty()) {
    return refuse(
        validation("1 validation error detected: Value '' at 'value' failed to satisfy constraint: "
                   "Member must have length greater than or equal to 1"));
  }
  if (version.value.size() > kMostAdvancedBytes && version.tier == "Advanced") {
    return refuse(validation(
        fmt::format("Advanced tier parameters support a maximum parameter value of {} characters.",
                    kMostAdvancedBytes)));
  }
  if (version.value.size() > kMostStandardBytes && version.tier == "Standard") {
    return refuse(validation(fmt::format(
        "Standard tier parameters support a maximum parameter value of {} characters. To create a "
        "larger parameter value, upgrade the parameter to use the advanced-parameter tier. For "
        "more "
        "information, see "
        "https://docs.aws.amazon.com/systems-manager/latest/userguide/"
        "parameter-store-advanced-parameters.html",
        kMostStandardBytes)));
  }
  return {};
}

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t out = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return out;
}

}  // namespace

// What stands for a text that only KMS could read: base64 of a KMS blob begins like that.
std::string Parameters::cipher_of(std::string_view value) {
  constexpr std::size_t kOverhead = 140;  // key's name, nonce and tag
  Bytes blob(value.size() + kOverhead);
  random_.fill(blob);
  constexpr unsigned char kHead[] = {0x01, 0x02, 0x02, 0x00, 0x78};
  for (std::size_t i = 0; i < std::size(kHead); ++i) blob[i] = static_cast<std::byte>(kHead[i]);
  return codec::base64_encode(blob);
}

// The version that would be made, still without its number.
Outcome<Version> Parameters::version_of(const Change& change, const Parameter* current) const {
  Version out;
  if (current != nullptr) out = current->latest();
  out.labels.clear();
  out.value = change.value;
  out.cipher.clear();
  if (!change.type.empty()) out.type = change.type;
  if (out.type.empty()) {
    return refuse(validation("A parameter type is required when you create a parameter."));
  }
  if (change.description) out.description = *change.description;
  if (change.allowed_pattern) out.allowed_pattern = *change.allowed_pattern;
  if (!change.data_type.empty()) out.data_type = change.data_type;
  if (!change.key_id.empty() && !out.is_secure()) {
    return refuse(validation("KeyId is required for SecureString type parameter only."));
  }
  if (!change.key_id.empty()) out.key_id = change.key_id;
  if (!out.is_secure()) out.key_id.clear();
  if (out.is_secure() && out.key_id.empty()) out.key_id = "alias/aws/ssm";
  const bool needs_advanced = change.value.size() > kMostStandardBytes;
  if (change.tier == "Intelligent-Tiering") {
    if (needs_advanced) out.tier = "Advanced";
  } else if (!change.tier.empty()) {
    out.tier = change.tier;
  }
  if (current != nullptr && current->latest().tier == "Advanced" && out.tier == "Standard") {
    return refuse(validation(
        "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the "
        "advanced-parameter tier to the standard-parameter tier. If necessary, you can delete the "
        "advanced parameter and recreate it as a standard parameter."));
  }
  out.modified_by = change.by;
  out.modified = clock_.wall();
  return out;
}

Outcome<void> Parameters::check(const Place& place, const Change& change, const Parameter* current,
                                const Version& wanted) const {
  if (std::ranges::find(kDataTypes, wanted.data_type) == std::end(kDataTypes)) {
    return refuse(validation(
        fmt::format("The following data type is not supported: {} (Data type names are all "
                    "lowercase.)",
                    wanted.data_type)));
  }
  if (auto sized = check_size(wanted); !sized) return sized;
  if (auto matched = check_pattern(wanted); !matched) return matched;
  if (change.tags.size() > kMostTags) {
    return refuse(error("TooManyTagsError",
                        "The Targets parameter includes too many tags. Remove "
                        "one or more tags and try the command again."));
  }
  if (current != nullptr) return {};
  const auto mine = list(place, "");
  const auto of_tier = static_cast<std::size_t>(std::ranges::count_if(
      mine, [&](const auto* each) { return each->latest().tier == wanted.tier; }));
  if (of_tier < (wanted.tier == "Standard" ? kMostStandard : kMostAdvanced)) return {};
  return refuse(error("ParameterLimitExceeded",
                      "You have exceeded the number of parameters for this AWS account. Delete one "
                      "or more parameters and try again."));
}

// Before a version is added.
Outcome<void> Parameters::make_room(Parameter& parameter) {
  if (parameter.versions.size() < kMostVersions) return {};
  const auto& oldest = parameter.versions.front();
  if (!oldest.labels.empty()) {
    return refuse(error(
        "ParameterMaxVersionLimitExceeded",
        fmt::format("You attempted to create a new version of {} by calling the PutParameter API "
                    "with the overwrite flag. Version {}, the oldest version, can't be deleted "
                    "because it has a label associated with it. Move the label to another version "
                    "of the parameter, and try again.",
                    parameter.name, oldest.number)));
  }
  drop(parameter, oldest);
  parameter.versions.erase(parameter.versions.begin());
  return {};
}

Outcome<const Version*> Parameters::put(const Place& place, const Change& change, bool any_name) {
  if (!any_name) {
    if (auto checked = check_new_name(place, change.name); !checked) {
      return refuse(checked.error());
    }
  }
  if (change.overwrite && !change.tags.empty()) {
    return refuse(validation(
        "Invalid request: tags and overwrite can't be used together. To create a parameter with "
        "tags, please remove overwrite flag. To update tags for an existing parameter, please use "
        "AddTagsToResource or RemoveTagsFromResource."));
  }
  const auto* current = find(place, change.name);
  if (current != nullptr && !change.overwrite) {
    return refuse(error("ParameterAlreadyExists",
                        "The parameter already exists. To overwrite this value, set the overwrite "
                        "option in the request to true."));
  }
  auto wanted = version_of(change, current);
  if (!wanted) return refuse(wanted.error());
  if (auto checked = check(place, change, current, *wanted); !checked) {
    return refuse(checked.error());
  }
  if (wanted->is_secure()) wanted->cipher = cipher_of(wanted->value);
  auto& parameter = all_[Key(place.account, place.region, change.name)];
  if (current == nullptr) {
    parameter = {.account = place.account,
                 .region = place.region,
                 .name = change.name,
                 .versions = {},
                 .tags = change.tags};
    save(parameter);
  } else {
    if (auto room = make_room(parameter); !room) return refuse(room.error());
    wanted->number = parameter.latest().number + 1;
  }
  parameter.versions.push_back(std::move(*wanted));
  save(parameter, parameter.latest());
  return &parameter.latest();
}

const Parameter* Parameters::find(const Place& place, const std::string& name) const {
  const auto found = all_.find(Key(place.account, place.region, name));
  return found == all_.end() ? nullptr : &found->second;
}

Outcome<Found> Parameters::resolve(const Reference& reference) const {
  const Place place{reference.account, reference.region};
  const auto* parameter = find(place, reference.name);
  if (parameter == nullptr && reference.from_arn && reference.name.rfind('/') == 0) {
    parameter = find(place, reference.name.substr(1));
  }
  if (parameter == nullptr) return refuse(parameter_not_found());
  if (reference.selector.empty()) return Found{parameter, &parameter->latest()};
  const auto selector = std::string_view(reference.selector).substr(1);
  const auto number = number_of(selector);
  const auto* version = number ? parameter->version(*number) : parameter->labelled(selector);
  if (version != nullptr) return Found{parameter, version};
  return refuse(number ? version_not_found(parameter->name, selector)
                       : label_not_found(parameter->name, selector));
}

std::vector<const Parameter*> Parameters::list(const Place& place, std::string_view after) const {
  std::vector<const Parameter*> out;
  for (auto at = all_.upper_bound(Key(place.account, place.region, std::string(after)));
       at != all_.end() && at->second.account == place.account && at->second.region == place.region;
       ++at) {
    out.push_back(&at->second);
  }
  return out;
}

Parameter& Parameters::own(const Parameter& parameter) {
  return all_.at(Key(parameter.account, parameter.region, parameter.name));
}

Outcome<void> Parameters::add_labels(const Parameter& parameter, std::int64_t number,
                                     const std::vector<std::string>& labels) {
  auto& kept = own(parameter);
  const auto target = std::ranges::find(kept.versions, number, &Version::number);
  if (target == kept.versions.end()) {
    return refuse(version_not_found(kept.name, std::to_string(number)));
  }
  auto wanted = target->labels;
  for (const auto& label : labels) {
    if (std::ranges::find(wanted, label) == wanted.end()) wanted.push_back(label);
  }
  if (wanted.size() > kMostLabels) {
    return refuse(error("ParameterVersionLabelLimitExceeded",
                        "A parameter version can have maximum 10 labels.Move one or more labels to "
                        "another version and try again."));
  }
  for (auto& version : kept.versions) {
    if (version.number == number) continue;
    const auto gone = std::erase_if(version.labels, [&](const std::string& label) {
      return std::ranges::find(labels, label) != labels.end();
    });
    if (gone > 0) save(kept, version);
  }
  target->labels = std::move(wanted);
  save(kept, *target);
  return {};
}

void Parameters::remove_label(const Parameter& parameter, std::int64_t number,
                              const std::string& label) {
  auto& kept = own(parameter);
  for (auto& version : kept.versions) {
    if (version.number == number && std::erase(version.labels, label) > 0) save(kept, version);
  }
}

void Parameters::set_tags(const Parameter& parameter, Tags tags) {
  auto& kept = own(parameter);
  kept.tags = std::move(tags);
  save(kept);
}

}  // namespace loopgate::ssm

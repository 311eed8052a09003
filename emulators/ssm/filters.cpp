#include "emulators/ssm/filters.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "emulators/http/api.h"
#include "emulators/ssm/names.h"

namespace loopgate::ssm {

namespace {

using http::text_param;
using nlohmann::json;

using Options = std::vector<std::string_view>;

Options options_of(std::string_view key) {
  if (key == "Name") return {"BeginsWith", "Equals", "Contains"};
  if (key == "Path") return {"Recursive", "OneLevel"};
  if (key == "Type" || key == "KeyId") return {"BeginsWith", "Equals"};
  return {"Equals"};
}

Outcome<void> check_key(const std::string& key, FilteredBy by) {
  static const std::vector<std::string_view> kOfPath = {"Type", "KeyId", "Label"};
  static const std::vector<std::string_view> kOfDescribe = {"Path", "Name",  "Type",    "KeyId",
                                                            "Tier", "Label", "DataType"};
  const auto& known = by == FilteredBy::kByPath ? kOfPath : kOfDescribe;
  if (std::ranges::find(known, key) != known.end()) return {};
  if (by == FilteredBy::kDescribe && key.starts_with("tag:")) return {};
  return refuse(error("InvalidFilterKey",
                      fmt::format("The following filter key is not valid: {}. Valid filter keys "
                                  "include: [{}].",
                                  key, fmt::join(known, ", "))));
}

Outcome<void> check_values(const Filter& filter) {
  if (filter.values.empty() && !filter.key.starts_with("tag:")) {
    return refuse(
        error("InvalidFilterValue",
              "The following filter values are missing : null for filter key " + filter.key));
  }
  for (const auto& value : filter.values) {
    if (filter.key == "Path") {
      if (auto checked = check_path(value); !checked) return checked;
    }
    const bool is_type = value == "String" || value == "StringList" || value == "SecureString";
    if (filter.key == "Type" && filter.option == "Equals" && !is_type) {
      return refuse(error("InvalidFilterOption",
                          fmt::format("The following filter option is not valid: {}. Valid options "
                                      "include: [SecureString, StringList, String].",
                                      value)));
    }
    const bool is_tier =
        value == "Standard" || value == "Advanced" || value == "Intelligent-Tiering";
    if (filter.key == "Tier" && !is_tier) {
      return refuse(error("InvalidFilterOption",
                          fmt::format("The following filter value is not valid: {}. Valid values "
                                      "include: [Standard, Advanced, Intelligent-Tiering].",
                                      value)));
    }
  }
  return {};
}

Outcome<Filter> read_filter(const json& given, FilteredBy by) {
  Filter out{text_param(given, "Key"), text_param(given, "Option"),
             given.value("Values", std::vector<std::string>())};
  if (auto checked = check_key(out.key, by); !checked) return refuse(checked.error());
  const auto options = options_of(out.key);
  if (out.option.empty()) out.option = out.key == "Path" ? "OneLevel" : "Equals";
  if (std::ranges::find(options, out.option) == options.end()) {
    return refuse(error("InvalidFilterOption",
                        fmt::format("The following filter option is not valid: {}. Valid options "
                                    "include: [{}].",
                                    out.option, fmt::join(options, ", "))));
  }
  if (auto checked = check_values(out); !checked) return refuse(checked.error());
  return out;
}

bool meets(std::string_view text, std::string_view value, std::string_view option) {
  if (option == "BeginsWith") return text.starts_with(value);
  if (option == "Contains") return text.find(value) != std::string_view::npos;
  return text == value;
}

// A name as filters compare it: with or without its slash.
bool name_meets(std::string_view name, std::string_view value, std::string_view option) {
  if (meets(name, value, option)) return true;
  if (option == "Contains" || name.starts_with('/') == value.starts_with('/')) return false;
  return meets(name.substr(name.starts_with('/') ? 1 : 0),
               value.substr(value.starts_with('/') ? 1 : 0), option);
}

bool passes(const Filter& filter, const Parameter& parameter, const Version& version) {
  const auto any = [&](const auto& check) { return std::ranges::any_of(filter.values, check); };
  if (filter.key.starts_with("tag:")) {
    const auto tag = parameter.tags.find(filter.key.substr(4));
    if (tag == parameter.tags.end()) return false;
    return filter.values.empty() || any([&](const auto& value) { return value == tag->second; });
  }
  return any([&](const std::string& value) {
    if (filter.key == "Name") return name_meets(parameter.name, value, filter.option);
    if (filter.key == "Path") {
      return is_below(parameter.name, value, filter.option == "Recursive");
    }
    if (filter.key == "Label") {
      return std::ranges::find(version.labels, value) != version.labels.end();
    }
    const auto& text = filter.key == "Type"    ? version.type
                       : filter.key == "KeyId" ? version.key_id
                       : filter.key == "Tier"  ? version.tier
                                               : version.data_type;
    return meets(text, value, filter.option);
  });
}

}  // namespace

Outcome<std::vector<Filter>> read_filters(const json& params, FilteredBy by) {
  std::vector<Filter> out;
  const auto old = params.value("Filters", json::array());
  const auto given = params.value("ParameterFilters", json::array());
  if (!old.empty() && !given.empty()) {
    return refuse(
        validation("You can use either Filters or ParameterFilters in a single request."));
  }
  for (const auto& each : old) {
    auto filter = read_filter(each, by);
    if (!filter) return refuse(filter.error());
    filter->option = "BeginsWith";
    out.push_back(std::move(*filter));
  }
  std::set<std::string> keys;
  for (const auto& each : given) {
    auto filter = read_filter(each, by);
    if (!filter) return refuse(filter.error());
    if (!keys.insert(filter->key).second) {
      return refuse(error("InvalidFilterKey",
                          fmt::format("The following filter key is duplicated in the request: {}. "
                                      "A request can contain only one filter of a key.",
                                      filter->key)));
    }
    out.push_back(std::move(*filter));
  }
  return out;
}

bool pass(const std::vector<Filter>& filters, const Parameter& parameter, const Version& version) {
  return std::ranges::all_of(
      filters, [&](const Filter& filter) { return passes(filter, parameter, version); });
}

bool is_below(std::string_view name, std::string_view path, bool recursive) {
  while (path.ends_with('/')) path.remove_suffix(1);
  // What has no slash is right below the root.
  const bool in_root = path.empty() && !name.starts_with('/');
  if (!in_root && !(name.starts_with(path) && name.substr(path.size()).starts_with('/'))) {
    return false;
  }
  const auto rest = in_root ? name : name.substr(path.size() + 1);
  return recursive || rest.find('/') == std::string_view::npos;
}

}  // namespace loopgate::ssm

#include "emulators/sns/explain.h"

#include <algorithm>

#include "base/json.h"
#include "codec/base64.h"
#include "emulators/sns/limits.h"

namespace loopgate::sns {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

struct Message {
  FilterScope scope;
  const std::vector<aws::MessageAttribute>& attributes;
  std::string_view body;
  json document;  // of the body
};

// Keys of the body are looked for as policies do it: a key may hold dots, a path runs through
// lists.
void leaves_at(const json& node, std::string_view path, std::size_t depth, ordered_json& out) {
  if (depth > kMaxBodyDepth) return;
  if (node.is_array()) {
    for (const auto& element : node) leaves_at(element, path, depth + 1, out);
  } else if (path.empty()) {
    if (!node.is_object()) out.push_back(ordered_json(node));
  } else if (node.is_object()) {
    for (const auto& [key, value] : node.items()) {
      if (!path.starts_with(key)) continue;
      const auto rest = path.substr(key.size());
      if (rest.empty()) {
        leaves_at(value, rest, depth + 1, out);
      } else if (rest.front() == '.') {
        leaves_at(value, rest.substr(1), depth + 1, out);
      }
    }
  }
}

ordered_json values_of(const Message& message, const std::string& path) {
  ordered_json out = ordered_json::array();
  if (message.scope == FilterScope::kMessageBody) {
    leaves_at(message.document, path, 0, out);
    return out;
  }
  for (const auto& attribute : message.attributes) {
    if (attribute.name != path) continue;
    const bool is_document =
        attribute.type.ends_with(".Array") || attribute.type.starts_with("Number");
    Result<ordered_json> read = fail("a text");
    if (is_document) read = read_ordered_json(attribute.value);
    if (attribute.type.starts_with("Binary")) {
      out.push_back("(binary: policies do not see it)");
    } else if (read && read->is_array()) {
      out = *read;
    } else {
      out.push_back(read ? *read : ordered_json(attribute.value));
    }
  }
  return out;
}

// The rules of one key are a policy of their own.
bool holds(const Message& message, const std::string& path, const ordered_json& rules) {
  const auto policy = FilterPolicy::parse(write_json(ordered_json{{path, rules}}), message.scope);
  return policy && policy->matches(message.attributes, message.body);
}

void explain_object(const Message& message, const ordered_json& object, const std::string& path,
                    const std::string& branch, std::size_t depth, ordered_json& out) {
  if (depth > kMaxFilterPolicyDepth) return;
  for (const auto& [key, value] : object.items()) {
    const bool is_or =
        key == "$or" && value.is_array() && value.size() >= 2 && value[0].is_object();
    if (is_or) {
      for (std::size_t i = 0; i < value.size(); ++i) {
        const auto number = std::to_string(i + 1);
        explain_object(message, value[i], path, branch.empty() ? number : branch + "." + number,
                       depth + 1, out);
      }
      continue;
    }
    const auto child = path.empty() ? key : path + "." + key;
    if (value.is_object()) {
      explain_object(message, value, child, branch, depth + 1, out);
      continue;
    }
    ordered_json entry;
    entry["key"] = child;
    if (!branch.empty()) entry["branch"] = branch;
    entry["accepts"] = value;
    entry["got"] = values_of(message, child);
    entry["matches"] = holds(message, child, value);
    out.push_back(std::move(entry));
  }
}

std::size_t size_of(const PublishRequest& request) {
  return message_size(request) + request.subject.value_or("").size();
}

}  // namespace

ordered_json explain_filter(std::string_view policy, FilterScope scope,
                            const std::vector<aws::MessageAttribute>& attributes,
                            std::string_view body) {
  Message message{scope, attributes, body, nullptr};
  if (scope == FilterScope::kMessageBody) message.document = read_json(body).value_or(nullptr);
  ordered_json out = ordered_json::array();
  const auto document = read_ordered_json(policy).value_or(nullptr);
  if (document.is_object()) explain_object(message, document, "", "", 1, out);
  return out;
}

void RecentPublishes::add(const std::string& message_id, const PublishRequest& request) {
  if (size_of(request) > kMostBytes) return;
  if (kept_.size() >= kMost) kept_.pop_front();
  kept_.push_back({message_id, request});
}

const PublishRequest* RecentPublishes::find(const std::string& message_id) const {
  const auto found = std::ranges::find(kept_, message_id, &Kept::message_id);
  return found == kept_.end() ? nullptr : &found->request;
}

}  // namespace loopgate::sns

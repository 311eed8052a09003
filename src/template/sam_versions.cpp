// AutoPublishAlias: a version of the function and an alias that points to it, which everything that
// calls the function then calls. The version's logical id changes with the code's address, and with
// it the version.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/automating-updates-to-serverless-apps.html
#include <fmt/format.h>

#include "base/bytes.h"
#include "codec/sha256.h"
#include "template/sam_parts.h"

namespace loopgate::cfn::sam {

namespace {

// What tells one deployed code from another: all the texts below `node`.
std::string text_of(const Node* node) {
  if (node == nullptr) return {};
  std::string text = node->text;
  for (const Node& item : node->items) text += "," + text_of(&item);
  for (const Member& member : node->members) {
    text += "," + member.name + "=" + text_of(&member.value);
  }
  return text;
}

std::string code_digest(const FunctionWork& work) {
  std::string text = text_of(work.properties.find("AutoPublishCodeSha256"));
  for (const char* const name : {"CodeUri", "InlineCode", "ImageUri"}) {
    if (text.empty()) text = text_of(work.properties.find(name));
  }
  constexpr std::size_t kDigits = 10;
  return codec::sha256_hex(as_bytes(text)).substr(0, kDigits);
}

}  // namespace

void add_alias(FunctionWork& work) {
  const Node* const name = work.properties.find("AutoPublishAlias");
  if (!name || name->is_null()) return;
  const Origin& at = name->origin;
  work.version_id = work.logical_id + "Version" + code_digest(work);
  work.alias_id = work.logical_id + "Alias" + (name->is_string() ? name->text : "");

  Node version = Node::map(at);
  version.set("FunctionName", ref(work.logical_id, at));
  if (const Node* const description = work.properties.find("VersionDescription")) {
    version.set("Description", *description);
  }
  Node published = resource("AWS::Lambda::Version", std::move(version), work.source, at);
  const Node* const policy = work.properties.find("VersionDeletionPolicy");
  published.set("DeletionPolicy", policy ? *policy : Node::string("Retain", at));

  Node alias = Node::map(at);
  alias.set("Name", *name);
  alias.set("FunctionName", ref(work.logical_id, at));
  alias.set("FunctionVersion", get_att(work.version_id, "Version", at));
  work.generated.push_back({work.version_id, std::move(published)});
  work.generated.push_back(
      {work.alias_id, resource("AWS::Lambda::Alias", std::move(alias), work.source, at)});
}

Node called_arn(const FunctionWork& work, const Origin& at) {
  return work.alias_id.empty() ? get_att(work.logical_id, "Arn", at) : ref(work.alias_id, at);
}

Node called_name(const FunctionWork& work, const Origin& at) {
  return ref(work.alias_id.empty() ? work.logical_id : work.alias_id, at);
}

namespace {

// "${F.Alias}" within the text of a Fn::Sub.
void replace_in_sub(std::string& text, const std::string& from, const std::string& to) {
  const std::string wanted = "${" + from + "}";
  for (auto at = text.find(wanted); at != std::string::npos; at = text.find(wanted, at)) {
    text.replace(at, wanted.size(), "${" + to + "}");
  }
}

void rename_in(Node& node, const std::string& from, const std::string& to) {
  for (Member& member : node.members) {
    Node& value = member.value;
    if (member.name == "Ref" && value.is_string() && value.text == from) value.text = to;
    if (member.name == "Fn::Sub") {
      Node& pattern = value.is_list() && !value.items.empty() ? value.items.front() : value;
      if (pattern.is_string()) replace_in_sub(pattern.text, from, to);
    }
    rename_in(value, from, to);
  }
  for (Node& item : node.items) rename_in(item, from, to);
}

}  // namespace

void rename_generated(Node& document, const std::vector<PublishedFunction>& published) {
  for (const PublishedFunction& function : published) {
    rename_in(document, function.logical_id + ".Version", function.version_id);
    rename_in(document, function.logical_id + ".Alias", function.alias_id);
  }
}

}  // namespace loopgate::cfn::sam

// expect queue: what waits in a queue, seen without receiving it.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "scenario/json_subset.h"
#include "scenario/limits.h"
#include "scenario/payload.h"
#include "scenario/stage.h"

namespace loopgate::scenario {

namespace {

using nlohmann::json;

// One message as the scenario wants it. What is not said may be anything.
struct WantedMessage {
  PayloadMatcher body;
  std::optional<json> document;  // the body as JSON has at least this
  std::vector<std::pair<std::string, std::string>>
      attributes;  // message attributes, by their values
  std::string group;
};

WantedMessage parse_wanted(Fields& parent, const Node& node) {
  WantedMessage out;
  if (node.is_scalar()) {
    out.body.notation = PayloadMatcher::Notation::kText;
    out.body.payload.bytes = to_bytes(node.text);
    return out;
  }
  Fields fields(node, "a message of expect queue");
  out.body = parse_matcher(fields);
  if (const Node* document = fields.find("json"); document != nullptr)
    out.document = cfn::to_json(*document);
  out.attributes = fields.pairs("attributes");
  out.group = fields.text("group");
  if (const auto status = fields.finish(); !status) parent.refuse(status.error());
  return out;
}

// A member of an object inside an object, as text; empty when there is none.
std::string nested(const json& message, const char* object, const std::string& name) {
  const auto found = message.find(object);
  return found == message.end() ? "" : found->value(name, "");
}

// Binary values stand in base64, as in the JSON protocol of SQS.
std::string attribute_of(const json& message, const std::string& name) {
  const auto attributes = message.value("MessageAttributes", json::object());
  if (!attributes.contains(name)) return "(none)";
  const json& attribute = attributes[name];
  return attribute.contains("StringValue") ? attribute.value("StringValue", "")
                                           : attribute.value("BinaryValue", "");
}

class ExpectQueue final : public Step {
 public:
  std::string queue;
  std::optional<std::vector<WantedMessage>> messages;
  std::optional<std::size_t> count;
  bool unordered = false;

  bool acts() const override { return false; }

  Outcome run(Stage& stage) const override {
    const auto peeked = stage.sandbox().peek_queue(stage.output_or(queue));
    if (!peeked) return mismatch(peeked.error());
    const json& got = peeked->at("Messages");
    const std::size_t wanted = messages ? messages->size() : count.value_or(0);
    if (got.size() != wanted) {
      return std::unexpected(Mismatch{"another number of messages waits in " + queue,
                                      fmt::format("count: {}", wanted),
                                      fmt::format("count: {}{}", got.size(), bodies(got))});
    }
    if (!messages) return {};
    return unordered ? compare_any(stage, got) : compare_each(stage, got);
  }

 private:
  Outcome compare_each(const Stage& stage, const json& got) const {
    for (std::size_t i = 0; i < messages->size(); ++i) {
      const auto text = difference_of(stage, (*messages)[i], got[i]);
      if (!text.empty()) {
        return std::unexpected(Mismatch{fmt::format("message {} of {} differs", i + 1, queue), "",
                                        text + bodies(got)});
      }
    }
    return {};
  }

  Outcome compare_any(const Stage& stage, const json& got) const {
    std::vector<bool> used(got.size());
    for (std::size_t i = 0; i < messages->size(); ++i) {
      std::size_t at = 0;
      while (at < got.size() &&
             (used[at] || !difference_of(stage, (*messages)[i], got[at]).empty()))
        ++at;
      if (at == got.size()) {
        return std::unexpected(
            Mismatch{fmt::format("message {} is not in {}", i + 1, queue), "", bodies(got)});
      }
      used[at] = true;
    }
    return {};
  }

  // Empty when `got` is the wanted message.
  std::string difference_of(const Stage& stage, const WantedMessage& wanted,
                            const json& got) const {
    const std::string body = got.value("Body", "");
    const auto same = wanted.body.matches(as_bytes(body), stage.folder());
    if (!same) return same.error().to_string();
    if (!*same)
      return wanted.body.describe(as_bytes(body)) + " instead of " + wanted.body.expected();
    if (wanted.document) {
      const auto text = difference(*wanted.document, read_json(body).value_or(nullptr));
      if (!text.empty()) return text;
    }
    for (const auto& [name, value] : wanted.attributes) {
      const std::string has = attribute_of(got, name);
      if (has != value) return fmt::format("attribute {} is {}, not {}", name, has, value);
    }
    const std::string group = nested(got, "Attributes", "MessageGroupId");
    if (!wanted.group.empty() && group != wanted.group) {
      return fmt::format("its group is '{}', not '{}'", group, wanted.group);
    }
    return {};
  }

  static std::string bodies(const json& got) {
    std::string out;
    for (std::size_t i = 0; i < got.size() && i < kMaxShownEntries; ++i) {
      const std::string body = got[i].value("Body", "");
      out += "\n              " + describe_payload(as_bytes(body));
    }
    return out;
  }
};

}  // namespace

Result<StepPtr> parse_expect_queue(const Node& value) {
  Fields fields(value, "expect queue");
  auto step = std::make_unique<ExpectQueue>();
  step->queue = fields.required_text("queue");
  step->unordered = fields.flag("unordered");
  const auto kind = fields.one_of({"messages", "count"});
  if (kind == "count") step->count = fields.number("count", kMaxCount);
  if (kind == "messages") {
    const Node& list = *fields.find("messages");
    if (!list.is_list()) fields.refuse("expect queue: messages is not a list", list.place());
    step->messages.emplace();
    for (const Node& node : list.items) step->messages->push_back(parse_wanted(fields, node));
  }
  if (const auto status = fields.finish(); !status) return std::unexpected(status.error());
  return step;
}

}  // namespace loopgate::scenario

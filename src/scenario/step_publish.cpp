// publish: SNS Publish as a program of the customer's would do it.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "codec/formatter.h"
#include "scenario/limits.h"
#include "scenario/payload.h"
#include "scenario/stage.h"

namespace loopgate::scenario {

namespace {

class Publish final : public Step {
 public:
  std::string topic;  // a name, an ARN, or the name of an output that has one
  std::string body;
  std::map<std::string, std::string> attributes;
  std::string group;  // of FIFO
  std::size_t count = 1;
  std::string fails;

  Outcome run(Stage& stage) const override {
    const std::string to = stage.output_or(topic);
    for (std::size_t i = 0; i < count; ++i) {
      const auto published = stage.sandbox().publish(to, body, attributes, group);
      if (auto outcome = compare(published); !outcome) return outcome;
    }
    stage.settle();
    return {};
  }

 private:
  Outcome compare(const Result<std::string>& published) const {
    if (published && !fails.empty())
      return std::unexpected(Mismatch{"it succeeded", "fails: " + fails, "no failure"});
    if (published) return {};
    const std::string message = published.error().to_string();
    if (!fails.empty() && message.find(fails) != std::string::npos) return {};
    return std::unexpected(Mismatch{"it failed", fails.empty() ? "" : "fails: " + fails, message});
  }
};

// `Data` as a map: a payload in the scenario's notation, encoded as the entry's Formatter says. For
// coap the map is the document itself.
void encode_data(Fields& fields, const Node& entry, nlohmann::json& out) {
  const Node* data = entry.find("Data");
  if (data == nullptr || !data->is_map()) return;
  const auto named = out.value("Formatter", nlohmann::json("base64"));
  const auto formatter = codec::parse_formatter(named.is_string() ? named.get<std::string>() : "");
  if (!formatter)
    return fields.refuse("publish: an unknown Formatter needs its Data as text", data->place());
  if (*formatter == codec::Formatter::kCoap) {
    out["Data"] = write_json(out["Data"]);
    return;
  }
  Fields payload_fields(*data, "Data");
  const Payload payload = parse_payload(payload_fields);
  if (!payload.file.empty()) payload_fields.refuse("Data cannot be a file");
  if (const auto status = payload_fields.finish(); !status) return fields.refuse(status.error());
  const auto bytes = payload.load("");
  out["Data"] = codec::format(*formatter, bytes ? *bytes : Bytes{}).value_or("");
}

std::string parse_messages(Fields& fields, const Node& messages) {
  auto list = cfn::to_json(messages);
  for (std::size_t i = 0; i < messages.items.size(); ++i)
    encode_data(fields, messages.items[i], list[i]);
  return write_json(nlohmann::json{{"Messages", std::move(list)}});
}

}  // namespace

Result<StepPtr> parse_publish(const Node& value) {
  Fields fields(value, "publish");
  auto step = std::make_unique<Publish>();
  step->topic = fields.required_text("to");
  const auto kind = fields.one_of({"messages", "body"});
  if (kind == "body") step->body = fields.text("body");
  if (kind == "messages") step->body = parse_messages(fields, *fields.find("messages"));
  for (auto& [name, text] : fields.pairs("attributes")) step->attributes[name] = text;
  if (fields.has("region")) step->attributes["EgressRegion"] = fields.text("region");
  step->group = fields.text("group");
  step->count = fields.number("count", kMaxCount).value_or(1);
  step->fails = fields.text("fails");
  if (const auto status = fields.finish(); !status) return std::unexpected(status.error());
  return step;
}

}  // namespace loopgate::scenario

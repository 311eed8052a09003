#include "cli/captured_story.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
#include "codec/coap_text.h"
#include "scenario/payload.h"

namespace loopgate::cli {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Answers may take longer than they did; on simulated time waiting costs nothing.
constexpr Duration kLeastPatience = seconds(5);

// As a JSON string, which YAML reads alike.
std::string yaml_text(std::string_view text) {
  return write_json(nlohmann::json(std::string(text)));
}

// CoAP as such where it is that, and not by accident.
std::string notation(ByteSpan payload) {
  if (codec::coap::describe(payload)) {
    if (auto coap = scenario::write_coap(payload)) return *std::move(coap);
  }
  return scenario::write_payload(payload);
}

std::string in_seconds(Duration duration) {
  const auto rounded = std::chrono::ceil<seconds>(duration);
  return fmt::format("{}s", std::max<std::int64_t>(1, rounded.count()));
}

}  // namespace

const std::string& CapturedStory::name_of(const Endpoint& client) {
  auto& name = names_[client];
  if (name.empty()) {
    clients_.push_back(client);
    name = fmt::format("client{}", clients_.size());
  }
  return name;
}

bool CapturedStory::add(const ReplayPacket& packet, const Endpoint& client,
                        const std::string& target, bool is_answer) {
  if (steps_.size() >= kMaxDatagrams) return false;
  (void)name_of(client);
  Step step{is_answer, packet.time, {}, client, target, notation(packet.payload)};
  if (is_answer) step.waited = packet.time - asked_[client];
  steps_.push_back(std::move(step));
  return true;
}

bool CapturedStory::add_request(const ReplayPacket& packet, const std::string& target) {
  if (!add(packet, packet.source, target, false)) return false;
  asked_[packet.source] = packet.time;
  ++requests_;
  return true;
}

bool CapturedStory::add_answer(const ReplayPacket& packet, const std::string& target) {
  return add(packet, packet.destination, target, true);
}

std::string CapturedStory::to_yaml(const Heading& heading) const {
  auto out = fmt::format("name: {}\nabout: {}\ntemplate: {}\n", yaml_text(heading.name),
                         yaml_text(fmt::format("Made from {}.", heading.capture)),
                         yaml_text(heading.template_file));
  if (!heading.parameters.empty()) {
    out += fmt::format("parameters: {}\n", write_json(nlohmann::json(heading.parameters)));
  }
  out += "clients:\n";
  for (const auto& client : clients_) {
    out += fmt::format("  {}: {}\n", names_.at(client), yaml_text(client.to_string()));
  }
  out += "steps:\n";
  milliseconds now{};
  for (const auto& step : steps_) {
    const auto at = std::chrono::floor<milliseconds>(step.at - steps_.front().at);
    if (!step.is_answer && at > now) {
      out += fmt::format("  - advance: {{until: {}ms}}\n", at.count());
      now = at;
    }
    const auto& client = names_.at(step.client);
    out += step.is_answer
               ? fmt::format("  - expect: {{at: {}, from: {}, within: {}, {}}}\n", client,
                             yaml_text(step.target),
                             in_seconds(std::max(kLeastPatience, 2 * step.waited)), step.payload)
               : fmt::format("  - send: {{from: {}, to: {}, {}}}\n", client, yaml_text(step.target),
                             step.payload);
  }
  return out;
}

}  // namespace loopgate::cli

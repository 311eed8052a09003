// The half of the gateway that is told by others: what SNS accepted, what arrived in delivery
// queues, what functions answered when nobody waited.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "gateway/gateway.h"

namespace loopgate::gateway {

namespace {

// A delivery queue gets SNS's envelope unless its subscription is raw; the published body is
// inside. https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
std::string published_body(const std::string& body) {
  const auto document = read_json(body).value_or(nullptr);
  if (!document.is_object()) return body;
  const auto type = document.find("Type");
  const auto message = document.find("Message");
  const bool is_notification = type != document.end() && type->is_string() &&
                               *type == "Notification" && message != document.end() &&
                               message->is_string() && document.contains("TopicArn");
  return is_notification ? message->get<std::string>() : body;
}

// The values that a filter policy compares: one of a String, all strings of a String.Array.
std::optional<std::vector<std::string>> values_of(const aws::MessageAttribute& attribute) {
  if (attribute.type == "String") return std::vector{attribute.value};
  if (attribute.type != "String.Array") return std::nullopt;
  const auto list = read_json(attribute.value).value_or(nullptr);
  if (!list.is_array()) return std::nullopt;
  std::vector<std::string> out;
  for (const auto& entry : list) {
    if (entry.is_string()) out.push_back(entry.get<std::string>());
  }
  return out;
}

}  // namespace

void Gateway::on_published(const std::string& topic_arn, const std::string& message_id,
                           const std::vector<aws::MessageAttribute>& attributes,
                           std::string_view body) {
  const auto source = std::ranges::find_if(
      sources_, [&](const auto& entry) { return entry.second->spec().topic_arn == topic_arn; });
  if (source == sources_.end()) return;
  Event out;
  out.kind = EventKind::kDiscarded;
  out.subject = context_.journal.intern(topic_arn);
  if (const Listener* listener = listener_named(source->second->spec().listener);
      listener != nullptr) {
    out.listener = listener->symbol();
  }
  out.set_payload(as_bytes(body));
  const auto attribute =
      std::ranges::find(attributes, "EgressRegion", &aws::MessageAttribute::name);
  const auto regions = attribute == attributes.end() ? std::nullopt : values_of(*attribute);
  if (!regions) {
    out.reason = Reason::kNoEgressRegion;
    out.text = attribute == attributes.end()
                   ? fmt::format("message {}", message_id)
                   : quoted_text(fmt::format("message {}: EgressRegion is of type {}", message_id,
                                             attribute->type));
  } else if (std::ranges::none_of(*regions, [&](const auto& region) {
               return context_.region_index(region).has_value();
             })) {
    out.reason = Reason::kRegionNotServed;
    out.text = quoted_text(fmt::format("message {}: {}", message_id, attribute->value));
  } else {
    return;
  }
  context_.journal.append(std::move(out));
}

void Gateway::on_async_answer(const std::string& function_arn, std::string_view answer) {
  const auto invokes = [&](const DestinationSpec& spec) {
    return std::ranges::any_of(arns_of(spec), [&](const auto& entry) {
      const std::string& arn = entry.second;
      const auto* service = service_of(arn);
      return (arn == function_arn || arn.starts_with(function_arn + ":")) && service != nullptr &&
             spec.arguments_for(*service).leaves_answers();
    });
  };
  for (const auto& [listener, specs] : declared_) {
    const auto found =
        std::ranges::find_if(specs, [&](const auto& entry) { return invokes(*entry.second); });
    if (found == specs.end()) continue;
    ReplyParser parser(answer);
    const auto replies = parser.parse();
    if (!replies) return;
    for (const Reply& reply : *replies) {
      if (!reply.data) continue;
      Event out;
      out.kind = EventKind::kDiscarded;
      out.reason = Reason::kDestinationCannotReply;
      out.tag = parse_tag(reply.tag).value_or(0);
      out.listener = context_.journal.intern(listener);
      out.destination = context_.journal.intern(found->first);
      context_.journal.append(std::move(out));
    }
    return;
  }
}

void Gateway::sourced(const PacketSourceSpec& source, RegionIndex region,
                      const aws::ReceivedMessage& message) {
  Listener* const listener = listener_named(source.listener);
  Event base;
  base.kind = EventKind::kDiscarded;
  base.subject = context_.journal.intern(source.topic_arn);
  base.region = context_.region_symbols[region];
  if (listener == nullptr) {
    base.reason = Reason::kListenerDeleted;
    base.text = source.listener;
    context_.journal.append(std::move(base));
    return;
  }
  base.listener = listener->symbol();
  const auto entries =
      parse_source_message(published_body(message.body), listener->source_traits());
  const auto discard = [&](const SourceProblem& problem, std::uint64_t tag) {
    Event out = base;
    out.tag = tag;
    out.reason = problem.reason;
    out.assumed = problem.assumed;
    out.text = quoted_text(problem.field);
    context_.journal.append(std::move(out));
  };
  if (!entries) return discard(entries.error(), 0);
  for (const auto& entry : *entries) {
    const std::uint64_t tag = ++context_.last_tag;
    if (!entry) {
      discard(entry.error(), tag);
      continue;
    }
    Event out = base;
    out.kind = EventKind::kSourced;
    out.tag = tag;
    out.set_remote(entry->remote);
    out.set_payload(entry->payload);
    context_.journal.append(std::move(out));
    listener->source(tag, region, *entry);
  }
}

void Gateway::start_source(const std::string& id, PacketSourceSpec spec, RegionalDeliveries known,
                           PacketSource::Done done) {
  auto source = std::make_shared<PacketSource>(context_, id, std::move(spec), *this);
  sources_[id] = source;
  source->start(std::move(known), [this, id, done = std::move(done)](Status status) mutable {
    if (!status) sources_.erase(id);
    done(std::move(status));
  });
}

void Gateway::remove_source(const std::string& id, PacketSource::Done done) {
  const auto found = sources_.find(id);
  if (found == sources_.end()) return done({});
  const auto source = found->second;
  sources_.erase(found);
  leaving_[id] = source;
  source->remove([this, id, done = std::move(done)](Status status) mutable {
    leaving_.erase(id);
    done(std::move(status));
  });
}

PacketSource* Gateway::find_source(const std::string& id) {
  const auto found = sources_.find(id);
  return found == sources_.end() ? nullptr : found->second.get();
}

}  // namespace loopgate::gateway

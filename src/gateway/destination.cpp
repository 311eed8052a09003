#include "gateway/destination.h"

#include <fmt/format.h>

#include "codec/base64.h"

namespace loopgate::gateway {

std::shared_ptr<Destination> Destination::make(Context& context, const ListenerIdentity& listener,
                                               std::shared_ptr<const DestinationSpec> spec,
                                               ReplySink& sink) {
  return std::shared_ptr<Destination>(new Destination(context, listener, std::move(spec), sink));
}

Destination::Destination(Context& context, ListenerIdentity listener,
                         std::shared_ptr<const DestinationSpec> spec, ReplySink& sink)
    : context_(context),
      listener_(std::move(listener)),
      spec_(std::move(spec)),
      sink_(&sink),
      symbol_(context.journal.intern(spec_->name)),
      formatter_(spec_->formatter.value_or(codec::Formatter::kBase64)) {
  for (std::size_t i = 0; i < context_.options.regions.size(); ++i) {
    const auto region = static_cast<RegionIndex>(i);
    lanes_.push_back(std::make_unique<Lane>(
        context_, region, spec_->batching, [this](BatchPtr batch) { dispatch(std::move(batch)); },
        writer_for(region)));
  }
}

PacketWriter Destination::writer_for(RegionIndex region) const {
  return PacketWriter(listener_.domain, listener_.port, listener_.protocol,
                      context_.region_name(region), formatter_);
}

void Destination::set_arns(RegionalArns arns) {
  const auto* service = arns.empty() ? nullptr : service_of(arns.begin()->second);
  if (service != service_) serve_with(service);
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    lanes_[i]->arn = choose_arn(arns, context_.region_name(static_cast<RegionIndex>(i)));
  }
}

void Destination::serve_with(const DestinationService* service) {
  flush();
  service_ = service;
  delivery_ = nullptr;
  if (service == nullptr) return;
  delivery_ = spec_->arguments_for(*service).connect(
      context_,
      [weak = weak_from_this()]() -> std::shared_ptr<DeliverySink> { return weak.lock(); },
      {spec_->name, listener_.domain, listener_.port});
  const auto formatter = spec_->formatter.value_or(service->formatter);
  if (std::exchange(formatter_, formatter) == formatter) return;
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    lanes_[i]->writer = writer_for(static_cast<RegionIndex>(i));
  }
}

void Destination::accept(const RequestPacket& packet) {
  if (spec_->filter) {
    const auto wanted = spec_->filter->truth(packet.payload);
    if (!wanted) {
      return discard(packet, Reason::kFilterNotTrue, true,
                     fmt::format("the expression fails: {}", wanted.error()));
    }
    if (!*wanted) return discard(packet, Reason::kFilterNotTrue, true);
  }
  Lane& lane = *lanes_[packet.origin.region];
  if (!lane.arn) return discard(packet, Reason::kNoDestinationArn, false);
  if (delivery_ == nullptr)
    return discard(packet, Reason::kServiceNotEmulated, false, std::string(service_->name));
  if (backlog_bytes_ >= context_.options.backlog_bytes) {
    return discard(packet, Reason::kDestinationBacklogFull, true);
  }
  std::string assumption;
  if (!append(lane, packet, assumption)) return discard(packet, Reason::kNotCoap, true);
  const Batch& batch = lane.batcher.current();
  Event queued = event(EventKind::kQueued, batch);
  queued.tag = packet.tag;
  queued.assumed = !assumption.empty();
  queued.text = std::move(assumption);
  context_.journal.append(std::move(queued));
  lane.batcher.added();
}

// The packet's text, entry and keys at the end of the open batch. `assumption` is what rules of
// ours decided about them.
bool Destination::append(Lane& lane, const RequestPacket& packet, std::string& assumption) {
  Batch& batch = lane.batcher.current();
  const std::size_t before = batch.text.size();
  if (!batch.entries.empty()) batch.text += ',';
  const std::size_t begin = batch.text.size();
  bool formatted = true;
  bool lossy = false;
  if (delivery_->wants_bare_data()) {
    const auto data = codec::format(formatter_, packet.payload, &lossy);
    formatted = data.has_value();
    if (formatted) batch.text += *data;
  } else {
    formatted = lane.writer.append(packet, batch.text, &lossy);
  }
  if (!formatted) {
    batch.text.resize(before);
    return false;
  }
  auto& entry = batch.entries.emplace_back();
  entry.tag = packet.tag;
  entry.origin = packet.origin;
  entry.offset = static_cast<std::uint32_t>(begin);
  entry.size = static_cast<std::uint32_t>(batch.text.size() - begin);
  entry.payload_size = static_cast<std::uint32_t>(packet.payload.size());
  batch.formatter = formatter_;
  if (const std::size_t keys = delivery_->keys_per_packet(); keys > 0) {
    batch.keys_per_packet = keys;
    batch.keys.resize(batch.keys.size() + keys);
    assumption = delivery_->read_keys(packet, std::span(batch.keys).last(keys));
  }
  if (lossy) {
    if (!assumption.empty()) assumption += "; ";
    assumption += "bytes that its formatter cannot express were replaced";
  }
  const std::size_t cost = batch.text.size() - before + kBatchEntryBytes;
  batch.accounted_bytes += cost;
  backlog_bytes_ += cost;
  return true;
}

void Destination::flush() {
  for (const auto& lane : lanes_) lane->batcher.flush();
}

void Destination::close() {
  sink_ = nullptr;
  for (const auto& lane : lanes_) {
    const BatchPtr batch = lane->batcher.take();
    if (batch == nullptr) continue;
    failed(*batch, members_of(*batch), {Reason::kListenerDeleted, {}});
    finished(batch);
  }
}

void Destination::dispatch(BatchPtr batch) {
  batch->dispatched = context_.clock.now();
  const auto& choice = lanes_[batch->region]->arn;
  // The ARN was detached while packets were collected.
  if (!choice || delivery_ == nullptr) {
    failed(*batch, members_of(*batch), {Reason::kNoDestinationArn, {}});
    return finished(std::move(batch));
  }
  // The delivery of this ARN's service: another one may be attached before there is a session.
  context_.roles->with_session(
      spec_->role, [weak = weak_from_this(), batch = std::move(batch), arn = choice->arn,
                    delivery = delivery_](aws::Outcome<aws::SessionPtr> session) {
        if (const auto self = weak.lock(); self != nullptr)
          self->send(batch, arn, *delivery, std::move(session));
      });
}

void Destination::send(const BatchPtr& batch, const std::string& arn, Delivery& delivery,
                       aws::Outcome<aws::SessionPtr> session) {
  if (session) return delivery.deliver(*session, arn, batch);
  failed(*batch, members_of(*batch), role_failure(spec_->role.arn, session.error()));
  finished(batch);
}

void Destination::dispatched(const Batch& batch, std::size_t count, std::size_t bytes,
                             std::string_view assumption) {
  Event out = event(EventKind::kDispatched, batch);
  out.count = static_cast<std::uint32_t>(count);
  out.size = static_cast<std::uint32_t>(bytes);
  out.text = assumption;
  const auto& choice = lanes_[batch.region]->arn;
  if (choice && choice->nearest) {
    if (!out.text.empty()) out.text += "; ";
    out.text += "to the ARN of the nearest region";
  }
  out.assumed = !out.text.empty();
  context_.journal.append(std::move(out));
}

void Destination::delivered(const Batch& batch, const Members& members, std::string_view note) {
  auto& line = context_.bill[listener_.symbol];
  for (const auto member : members) line.delivered.add(batch.entries[member].payload_size);
  Event out = event(EventKind::kDelivered, batch);
  out.count = static_cast<std::uint32_t>(members.size());
  out.took = context_.clock.now() - batch.dispatched;
  out.text = note;
  context_.journal.append(std::move(out));
}

void Destination::failed(const Batch& batch, const Members& members, const Failure& failure) {
  for (const std::uint32_t member : members) {
    Event out = event(EventKind::kDiscarded, batch);
    out.tag = batch.entries[member].tag;
    out.set_remote(batch.entries[member].origin.remote);
    out.reason = failure.reason;
    out.text = failure.text;
    context_.journal.append(std::move(out));
  }
}

void Destination::replied(Batch& batch, const Reply& reply) {
  const auto tag = parse_tag(reply.tag);
  if (!reply.problem.empty()) {
    return discard_reply(batch, tag.value_or(0), Reason::kReplyMalformed,
                         std::string(reply.problem));
  }
  BatchEntry* entry = tag ? batch.find(*tag) : nullptr;
  if (entry == nullptr) {
    return discard_reply(batch, tag.value_or(0), Reason::kUnknownTag,
                         quoted_text(std::string(reply.tag)));
  }
  if (!reply.data) return;
  decoded_.clear();
  if (batch.formatter == codec::Formatter::kBase64) {
    if (!codec::base64_decode_append(*reply.data, decoded_)) {
      return discard_reply(batch, *tag, Reason::kReplyUndecodable,
                           "Data is not base64 (standard alphabet, padded)");
    }
  } else {
    auto bytes = codec::unformat(batch.formatter, *reply.data);
    if (!bytes) {
      // That ASCII ends at 0x7F is our reading.
      return discard_reply(batch, *tag, Reason::kReplyUndecodable, quoted_text(bytes.error()),
                           batch.formatter == codec::Formatter::kAscii);
    }
    decoded_ = std::move(*bytes);
  }
  Event out = event(EventKind::kReplied, batch);
  out.tag = *tag;
  out.set_payload(decoded_);
  out.assumed = std::exchange(entry->replied, true);  // several replies of one tag are our reading
  context_.journal.append(std::move(out));
  if (sink_ == nullptr) return discard_reply(batch, *tag, Reason::kListenerDeleted, {});
  sink_->reply(*tag, entry->origin, decoded_);
}

void Destination::answer_malformed(const Batch& batch, const std::string& problem) {
  discard_reply(batch, 0, Reason::kReplyMalformed, problem);
}

void Destination::finished(BatchPtr batch) {
  backlog_bytes_ -= std::exchange(batch->accounted_bytes, 0);
}

void Destination::discard(const RequestPacket& packet, Reason reason, bool assumed,
                          std::string text) {
  Event out;
  out.kind = EventKind::kDiscarded;
  out.tag = packet.tag;
  out.listener = listener_.symbol;
  out.destination = symbol_;
  out.region = context_.region_symbols[packet.origin.region];
  out.set_remote(packet.origin.remote);
  out.reason = reason;
  out.assumed = assumed;
  out.text = std::move(text);
  context_.journal.append(std::move(out));
}

void Destination::discard_reply(const Batch& batch, std::uint64_t tag, Reason reason,
                                std::string text, bool assumed) {
  Event out = event(EventKind::kDiscarded, batch);
  out.tag = tag;
  out.reason = reason;
  out.assumed = assumed;
  out.text = std::move(text);
  context_.journal.append(std::move(out));
}

Event Destination::event(EventKind kind, const Batch& batch) const {
  Event out;
  out.kind = kind;
  out.batch = batch.id;
  out.listener = listener_.symbol;
  out.destination = symbol_;
  out.region = context_.region_symbols[batch.region];
  return out;
}

}  // namespace loopgate::gateway

// One destination of one listener: filter, format, batch, call, and what comes back. Packets of
// each ingress region batch on their own, because each region may have an ARN of its own.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/deployment/destination_config.h"
#include "gateway/destinations/delivery.h"
#include "gateway/destinations/service.h"
#include "gateway/packet.h"
#include "gateway/role.h"

namespace loopgate::gateway {

// What of its listener a destination shows to the outside.
struct ListenerIdentity {
  std::string name;
  Symbol symbol{};
  std::string domain;
  std::uint16_t port = 0;
  std::string protocol;
};

// Where replies go: the listener.
class ReplySink {
 public:
  virtual ~ReplySink() = default;
  virtual void reply(std::uint64_t tag, const Origin& origin, ByteSpan payload) = 0;
};

class Destination final : public DeliverySink, public std::enable_shared_from_this<Destination> {
 public:
  // `sink` must outlive this, or `close` be called before it ends.
  static std::shared_ptr<Destination> make(Context& context, const ListenerIdentity& listener,
                                           std::shared_ptr<const DestinationSpec> spec,
                                           ReplySink& sink);

  // The declared ARNs and those that were attached; all name one service.
  void set_arns(RegionalArns arns);
  void accept(const RequestPacket& packet);
  // Calls for what has been collected so far.
  void flush();
  // The listener is deleted: what was collected is discarded, and so is what still comes back.
  void close();
  bool is_idle() const { return backlog_bytes_ == 0; }

  const DestinationSpec& spec() const { return *spec_; }
  const std::shared_ptr<const DestinationSpec>& shared_spec() const { return spec_; }

  // DeliverySink
  void dispatched(const Batch& batch, std::size_t count, std::size_t bytes,
                  std::string_view assumption) override;
  void delivered(const Batch& batch, const Members& members, std::string_view note) override;
  void failed(const Batch& batch, const Members& members, const Failure& failure) override;
  void replied(Batch& batch, const Reply& reply) override;
  void answer_malformed(const Batch& batch, const std::string& problem) override;
  void finished(BatchPtr batch) override;

 private:
  // What serves packets of one ingress region.
  struct Lane {
    Lane(Context& context, RegionIndex region, const Batching& batching, Batcher::Full full,
         PacketWriter packet_writer)
        : batcher(context, region, batching, std::move(full)), writer(std::move(packet_writer)) {}

    std::optional<ArnChoice> arn;
    Batcher batcher;
    PacketWriter writer;
  };

  Destination(Context& context, ListenerIdentity listener,
              std::shared_ptr<const DestinationSpec> spec, ReplySink& sink);
  void serve_with(const DestinationService* service);
  PacketWriter writer_for(RegionIndex region) const;
  bool append(Lane& lane, const RequestPacket& packet, std::string& assumption);
  void dispatch(BatchPtr batch);
  void send(const BatchPtr& batch, const std::string& arn, Delivery& delivery,
            aws::Outcome<aws::SessionPtr> session);
  void discard(const RequestPacket& packet, Reason reason, bool assumed, std::string text = {});
  void discard_reply(const Batch& batch, std::uint64_t tag, Reason reason, std::string text,
                     bool assumed = false);
  Event event(EventKind kind, const Batch& batch) const;

  Context& context_;
  ListenerIdentity listener_;
  std::shared_ptr<const DestinationSpec> spec_;
  ReplySink* sink_;  // null once closed
  Symbol symbol_;
  codec::Formatter formatter_;
  std::vector<std::unique_ptr<Lane>> lanes_;     // by region
  const DestinationService* service_ = nullptr;  // null: no ARN
  std::shared_ptr<Delivery> delivery_;           // null: that, or a service that is not emulated
  std::size_t backlog_bytes_ = 0;
  Bytes decoded_;  // of the reply at hand
};

}  // namespace loopgate::gateway

// Batches: a destination's packets of one ingress region, until count, age or size is reached.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "gateway/context.h"
#include "gateway/packet.h"

namespace loopgate::gateway {

// When a batch is full. Size is advisory: the packet that reaches it is still in.
struct Batching {
  std::size_t count = 100;
  Duration timeout = std::chrono::milliseconds(250);
  std::size_t size_bytes = static_cast<std::size_t>(kBytesPerMegabyte);
};

struct BatchEntry {
  std::uint64_t tag = 0;
  Origin origin;
  bool replied = false;
  std::uint32_t offset = 0;  // of its text in the batch's
  std::uint32_t size = 0;
  std::uint32_t payload_size = 0;  // of the packet itself
};

struct Batch {
  std::uint64_t id = 0;
  RegionIndex region = 0;
  // `{"Messages":[packet,packet`: closed by the one who sends it whole.
  std::string text;
  std::vector<BatchEntry> entries;  // by rising tag
  // What the delivery keeps beside each packet (Delivery::read_keys), one packet after the other.
  std::vector<std::string> keys;
  std::size_t keys_per_packet = 0;
  codec::Formatter formatter = codec::Formatter::kBase64;  // of the packets and their replies
  int calls_left = 0;                                      // of those that its delivery made of it
  Instant opened{};                                        // when the first entry came
  Instant dispatched{};
  std::size_t accounted_bytes = 0;  // in the destination's backlog

  std::string_view text_of(const BatchEntry& entry) const {
    return std::string_view(text).substr(entry.offset, entry.size);
  }
  // Empty when none are kept.
  std::span<const std::string> keys_of(std::size_t index) const {
    return std::span(keys).subspan(index * keys_per_packet, keys_per_packet);
  }
  // Null for a tag that is not in this batch.
  BatchEntry* find(std::uint64_t tag);
};
using BatchPtr = std::shared_ptr<Batch>;

inline constexpr std::string_view kMessagesOpen = R"({"Messages":[)";
inline constexpr std::string_view kMessagesClose = "]}";

class Batcher {
 public:
  using Full = std::function<void(BatchPtr)>;

  // `full` may be called from within `added` and `flush`, and by the clock.
  Batcher(Context& context, RegionIndex region, const Batching& batching, Full full);

  // The batch that takes the next packet: opened, with its id, when there is none.
  Batch& current();
  // Tells that an entry was appended to current(); hands the batch over when that filled it.
  void added();
  // Hands over what there is.
  void flush();
  // Takes what there is without handing it over; may be null.
  BatchPtr take();

 private:
  Context& context_;
  RegionIndex region_;
  Batching batching_;
  Full full_;
  BatchPtr batch_;
  std::size_t last_text_size_ = 0;  // what the next one reserves
  ScopedTimer timer_;
};

}  // namespace loopgate::gateway

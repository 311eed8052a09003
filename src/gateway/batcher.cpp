#include "gateway/batcher.h"

#include <algorithm>

namespace loopgate::gateway {

BatchEntry* Batch::find(std::uint64_t tag) {
  if (entries.empty() || tag < entries.front().tag) return nullptr;
  // Without filters and other listeners in between, tags follow each other.
  const std::uint64_t guess = tag - entries.front().tag;
  if (guess < entries.size() && entries[guess].tag == tag) return &entries[guess];
  const auto found = std::ranges::lower_bound(entries, tag, {}, &BatchEntry::tag);
  return found != entries.end() && found->tag == tag ? &*found : nullptr;
}

Batcher::Batcher(Context& context, RegionIndex region, const Batching& batching, Full full)
    : context_(context),
      region_(region),
      batching_(batching),
      full_(std::move(full)),
      timer_(context.clock) {}

Batch& Batcher::current() {
  if (batch_ == nullptr) {
    batch_ = std::make_shared<Batch>();
    batch_->id = ++context_.last_batch;
    batch_->region = region_;
    batch_->text.reserve(last_text_size_ + last_text_size_ / 8);
    batch_->text = kMessagesOpen;
  }
  return *batch_;
}

void Batcher::added() {
  if (batch_->entries.size() == 1) batch_->opened = context_.clock.now();
  if (batch_->entries.size() >= batching_.count || batch_->text.size() >= batching_.size_bytes) {
    flush();
  } else if (!timer_.is_set()) {
    timer_.set_at(batch_->opened + batching_.timeout, [this] { flush(); });
  }
}

void Batcher::flush() {
  if (auto batch = take(); batch != nullptr) full_(std::move(batch));
}

BatchPtr Batcher::take() {
  timer_.cancel();
  if (batch_ == nullptr || batch_->entries.empty()) return nullptr;
  last_text_size_ = batch_->text.size();
  return std::exchange(batch_, nullptr);
}

}  // namespace loopgate::gateway

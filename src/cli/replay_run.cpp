#include "cli/replay_run.h"

#include <fmt/format.h>

#include <utility>

#include "base/system_time.h"
#include "codec/capture/mutator.h"

namespace loopgate::cli {

namespace {

using namespace std::chrono_literals;

constexpr Duration kTellEvery = 5s;
// Packets that are due so soon go with those that are due now.
constexpr Duration kTogether = 2ms;

WallTime wall_of(const nlohmann::json& clock) {
  return parse_iso8601(clock["now"].get<std::string>()).value_or(WallTime{});
}

}  // namespace

Status SandboxTime::move_to(Duration due) {
  if (!start_) {
    const auto clock = client_.get("/_loopgate/clock");
    if (!clock) return std::unexpected(clock.error());
    start_ = now_ = wall_of(*clock);
  }
  const auto step = *start_ + due - now_;
  if (step < 1ms) return {};
  const auto clock = client_.post(
      "/_loopgate/clock",
      {{"advance",
        fmt::format("{}ms", std::chrono::round<std::chrono::milliseconds>(step).count())}});
  if (!clock) return std::unexpected(clock.error());
  now_ = wall_of(*clock);
  return {};
}

ReplayRun::ReplayRun(const ReplayFlags& flags, const ReplaySelection& selection,
                     ReplayTargets targets, Client& client, ReplayDelivery& delivery,
                     ReplayComparison* comparison)
    : flags_(flags),
      selection_(selection),
      targets_(std::move(targets)),
      delivery_(delivery),
      comparison_(comparison),
      pace_(flags.advance ? flags.speed.value_or(1.0) : flags.speed, flags.per_second),
      sandbox_time_(client),
      start_(system_instant()),
      told_(start_) {}

Status ReplayRun::run() {
  for (; flags_.rounds == 0 || round_ < flags_.rounds; ++round_) {
    auto input = ReplayInput::open(flags_.input);
    if (!input) return std::unexpected(input.error());
    const auto before = delivery_.counts().put;
    const auto played = play(**input);
    const auto flushed = delivery_.flush();
    if (round_ == 0 || !played) (*input)->print_warnings();
    if (round_ == 0) input_skipped_ = (*input)->skipped();
    if (!played) return played;
    if (!flushed) return flushed;
    if (delivery_.counts().put == before) return {};  // no round would have anything
    pace_.again();
  }
  return {};
}

ReplayInput::Skipped ReplayRun::skipped() const {
  auto out = input_skipped_;
  out.insert(out.end(), skipped_.begin(), skipped_.end());
  return out;
}

Status ReplayRun::play(ReplayInput& input) {
  std::optional<WallTime> first;
  chosen_ = 0;
  for (;;) {
    const auto packet = input.next();
    if (!packet) return std::unexpected(packet.error());
    if (*packet == nullptr) return put_late();
    if (!first) first = (*packet)->time;
    if (auto handled = handle(**packet, *first); !handled) return handled;
  }
}

Status ReplayRun::handle(const ReplayPacket& packet, WallTime first) {
  if (comparison_ != nullptr && selection_.is_recorded_answer(packet, first) &&
      targets_.find(packet.source.port) != nullptr) {
    comparison_->expect(packet);
  }
  const auto why = selection_.why_not(packet, first);
  const auto* target = targets_.find(packet.destination.port);
  if (!why.empty() || target == nullptr) {
    skip(why.empty() ? "to a port that has no listener" : why);
    return {};
  }
  ++chosen_;
  if (flags_.only != 0 && flags_.only != chosen_) return {};
  if (auto waited = wait_for(packet.time); !waited) return waited;
  tell_progress(packet.time);
  return put(packet, *target);
}

void ReplayRun::skip(std::string_view why) {
  if (round_ == 0) ++skipped_[std::string(why)];
}

// The packet and, with --mutate, its damaged copies.
Status ReplayRun::put(const ReplayPacket& packet, const std::string& target) {
  ReplayPacket chosen = packet;
  chosen.chosen = chosen_;
  if (auto status = delivery_.put(chosen, target); !status) return status;
  if (auto status = put_late(); !status) return status;
  for (auto& mutant :
       codec::capture::mutate(packet.payload, flags_.seed, chosen.chosen, flags_.mutants)) {
    ReplayPacket copy = chosen;
    copy.mutation = std::move(mutant.how);
    if (mutant.behind_next) {
      late_.push_back({std::move(copy), std::move(mutant.payload), target});
      continue;
    }
    copy.payload = mutant.payload;
    if (auto status = delivery_.put(copy, target); !status) return status;
  }
  return {};
}

Status ReplayRun::put_late() {
  for (auto& [packet, payload, target] : std::exchange(late_, {})) {
    packet.payload = payload;
    if (auto status = delivery_.put(packet, target); !status) return status;
  }
  return {};
}

Status ReplayRun::wait_for(WallTime recorded) {
  if (pace_.at_once()) return {};
  const auto due = pace_.due(recorded);
  if (flags_.advance) {
    if (due - last_due_ < 1ms) return {};
    last_due_ = due;
    if (auto flushed = delivery_.flush(); !flushed) return flushed;
    return sandbox_time_.move_to(due);
  }
  const auto left = start_ + due - system_instant();
  if (left < kTogether) return {};
  if (auto flushed = delivery_.flush(); !flushed) return flushed;
  return delivery_.wait(start_ + due - system_instant());
}

void ReplayRun::tell_progress(WallTime recorded) {
  const auto now = system_instant();
  if (now - told_ < kTellEvery) return;
  told_ = now;
  const auto counts = delivery_.counts();
  fmt::print(stderr, "loopgate: {} packets so far, {} answers; at {} of the capture\n", counts.put,
             counts.answers, to_iso8601(recorded));
}

}  // namespace loopgate::cli

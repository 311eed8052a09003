#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/clock.h"
#include "base/json.h"
#include "base/system_time.h"
#include "base/task_queue.h"
#include "cli/replay_delivery.h"
#include "cli/replay_flights.h"
#include "cli/replay_journal.h"
#include "codec/base64.h"
#include "io/loop.h"

namespace loopgate::cli {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kBatch = 256;            // datagrams in one request
constexpr std::size_t kBatchBytes = 1U << 20;  // of their data; one more than this at most
// Packets that have not ended, and their bytes: beyond, the replay waits for the gateway, so that
// neither its journal nor its answers run away from us.
constexpr std::size_t kMaxOpen = 8192;
constexpr std::size_t kMaxOpenBytes = 16U << 20;
constexpr Duration kPatience = 5s;  // with a gateway that makes no progress; a batch may be waiting
constexpr std::chrono::milliseconds kLook = 100ms;

class Injector final : public ReplayDelivery {
 public:
  Injector(Client& client, std::string region, ReplayObservers observers)
      : client_(client),
        region_(std::move(region)),
        observers_(std::move(observers)),
        outcomes_([this](std::uint64_t request, const ReplayEnd& end) { on_end(request, end); }),
        journal_(client, outcomes_) {}

  Status put(const ReplayPacket& packet, const std::string& target) override {
    auto& held = batch_.emplace_back(Held{{++counts_.put, packet, target, {}}, {}});
    held.payload = to_bytes(packet.payload);
    batch_bytes_ += held.payload.size();
    if (batch_.size() < kBatch && batch_bytes_ < kBatchBytes) return {};
    return flush();
  }

  Status flush() override {
    if (batch_.empty()) return {};
    if (auto started = start(); !started) return started;
    const auto batch = std::exchange(batch_, {});
    batch_bytes_ = 0;
    const auto answer = client_.post("/_loopgate/inject", body_of(batch));
    if (!answer) return std::unexpected(answer.error());
    const auto& tags = (*answer)["tags"];
    for (std::size_t i = 0; i < batch.size(); ++i) {
      ReplayRequest request = batch[i].request;
      request.packet.payload = batch[i].payload;
      if (tags[i].is_string()) request.tag = tags[i].get<std::string>();
      flights_.add(request);
      if (!request.tag.empty()) outcomes_.expect(request.tag, request.number);
      open_bytes_ += request.packet.payload.size();
      for (auto* observer : observers_) observer->on_request(request);
    }
    if (auto looked = look(0ms); !looked) return looked;
    return let_it_catch_up();
  }

  Status wait(Duration duration) override {
    const auto until = system_instant() + duration;
    for (;;) {
      if (auto looked = look(0ms); !looked) return looked;
      const auto left = until - system_instant();
      if (left <= Duration{}) return {};
      loop_.turn(std::min<Duration>(left, kLook));
    }
  }

  Status finish(Duration quiet) override {
    if (auto flushed = flush(); !flushed) return flushed;
    auto since = system_instant();
    while (started_) {
      const auto before = std::pair(counts_.answers, outcomes_.progress());
      if (auto looked = look(kLook); !looked) return looked;
      if (before != std::pair(counts_.answers, outcomes_.progress())) since = system_instant();
      const auto patience = outcomes_.open() == 0 ? quiet : kLonger * quiet;
      if (system_instant() - since >= patience) break;
    }
    outcomes_.finish();
    return {};
  }

  Counts counts() const override { return counts_; }
  const ReplayOutcomes* outcomes() const override { return &outcomes_; }

 private:
  struct Held {
    ReplayRequest request;
    Bytes payload;
  };

  // Answers and events of before are nobody's business here.
  Status start() {
    if (started_) return {};
    const auto captured = client_.get("/_loopgate/captured?after=18446744073709551615");
    if (!captured) return std::unexpected(captured.error());
    after_ = (*captured)["last"].get<std::uint64_t>();
    started_ = true;
    return journal_.start();
  }

  nlohmann::json body_of(const std::vector<Held>& batch) const {
    nlohmann::json datagrams = nlohmann::json::array();
    for (const auto& [request, payload] : batch) {
      nlohmann::json entry = {{"from", request.packet.source.to_string()},
                              {"listener", request.target},
                              {"data", codec::base64_encode(payload)}};
      if (!request.packet.peer_key.empty()) entry["peer_key"] = request.packet.peer_key;
      datagrams.push_back(std::move(entry));
    }
    return {{"region", region_}, {"datagrams", std::move(datagrams)}};
  }

  // At what has happened, and for at most `wait` at what happens.
  Status look(std::chrono::milliseconds wait) {
    if (!started_) return {};
    if (auto read = read_journal(); !read) return read;
    for (bool first = true;; first = false) {
      const auto answer = client_.get(
          fmt::format("/_loopgate/captured?after={}&wait_ms={}", after_, first ? wait.count() : 0));
      if (!answer) return std::unexpected(answer.error());
      counts_.lost += (*answer)["lost"].get<std::uint64_t>();
      const auto& datagrams = (*answer)["datagrams"];
      // What an answer belongs to is known from the events before it.
      if (!datagrams.empty()) {
        if (auto read = read_journal(); !read) return read;
      }
      for (const auto& datagram : datagrams) take(datagram);
      if (datagrams.empty()) return first && wait > 0ms ? read_journal() : Status{};
    }
  }

  Status read_journal() {
    return journal_.read([this](const nlohmann::json& event) {
      if (event.value("event", "") != "received") return;
      auto* flight = flights_.with_tag(event.value("tag", ""));
      const auto at = parse_iso8601(event.value("at", ""));
      if (flight != nullptr && at) flight->left = *at;
    });
  }

  void take(const nlohmann::json& datagram) {
    after_ = datagram["seq"].get<std::uint64_t>();
    ++counts_.answers;
    const auto to = Endpoint::parse(datagram["to"].get<std::string>());
    const auto at = parse_iso8601(datagram["at"].get<std::string>());
    const auto payload = codec::base64_decode(datagram["data"].get<std::string>());
    if (!to || !at || !payload) return;
    ReplayAnswer answer{.client = *to,
                        .time = *at,
                        .tag = datagram["tag"].get<std::string>(),
                        .from = datagram["listener"].get<std::string>(),
                        .payload = *payload};
    const auto* flight = flights_.with_tag(answer.tag);
    if (flight != nullptr) answer.request = flight->number;
    if (flight == nullptr) flight = flights_.last_of(*to);
    if (flight != nullptr) {
      answer.server = flight->destination;
      answer.from = flight->target;
      answer.inner = flight->inner;
      answer.time = flight->recorded;
      if (flight->left != WallTime{}) answer.time += std::max(*at - flight->left, Duration{});
    }
    for (auto* observer : observers_) observer->on_answer(answer);
  }

  Status let_it_catch_up() {
    auto since = system_instant();
    while (outcomes_.open() > kMaxOpen || open_bytes_ > kMaxOpenBytes) {
      const auto before = outcomes_.progress();
      if (auto looked = look(kLook); !looked) return looked;
      if (outcomes_.progress() != before) since = system_instant();
      if (system_instant() - since > kPatience) break;
    }
    return {};
  }

  void on_end(std::uint64_t request, const ReplayEnd& end) {
    if (const auto* flight = flights_.numbered(request)) {
      open_bytes_ -= std::min(open_bytes_, flight->size);
    }
    for (auto* observer : observers_) observer->on_end(request, end);
  }

  Client& client_;
  std::string region_;
  ReplayObservers observers_;
  ReplayOutcomes outcomes_;
  ReplayJournal journal_;
  ReplayFlights flights_;
  std::vector<Held> batch_;
  std::size_t batch_bytes_ = 0;
  std::size_t open_bytes_ = 0;
  bool started_ = false;
  std::uint64_t after_ = 0;  // the last answer that was read
  Counts counts_;
  // For waiting alone.
  Clock clock_{system_wall(), system_instant()};
  TaskQueue tasks_;
  io::Loop loop_{clock_, tasks_, io::Loop::Mode::kLive};
};

}  // namespace

std::unique_ptr<ReplayDelivery> make_injector(Client& client, std::string region,
                                              ReplayObservers observers) {
  return std::make_unique<Injector>(client, std::move(region), std::move(observers));
}

}  // namespace loopgate::cli

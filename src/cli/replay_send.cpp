#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <list>
#include <unordered_map>
#include <utility>

#include "base/clock.h"
#include "base/json.h"
#include "base/system_time.h"
#include "base/task_queue.h"
#include "cli/replay_delivery.h"
#include "cli/replay_flights.h"
#include "cli/replay_journal.h"
#include "io/loop.h"
#include "io/udp.h"

namespace loopgate::cli {

namespace {

using namespace std::chrono_literals;

// Below the 1024 descriptors that a process may have where nobody raised it.
constexpr std::size_t kMaxSources = 900;
constexpr std::uint64_t kLookEvery = 512;  // packets, for answers
constexpr Duration kJournalEvery = 100ms;

class Sender;

// A captured source's own socket.
class Source final : public DatagramReceiver {
 public:
  Source(Sender& sender, const Endpoint& captured) : sender_(sender), captured_(captured) {}

  void on_datagrams(std::span<const Datagram> datagrams) override;
  void on_receive_overflow(std::uint32_t count) override;
  void on_send_failed(const Endpoint& to, std::uint64_t tag, const std::string& error) override;

  const Endpoint& captured() const { return captured_; }
  std::unique_ptr<DatagramSocket> socket;

 private:
  Sender& sender_;
  Endpoint captured_;
};

class Sender final : public ReplayDelivery {
 public:
  Sender(Client& client, std::string region, ReplayObservers observers)
      : client_(client),
        region_(std::move(region)),
        observers_(std::move(observers)),
        // Which event is about which packet no tag tells: ends are counted only.
        outcomes_([](std::uint64_t, const ReplayEnd&) {}),
        journal_(client, outcomes_) {}

  Status put(const ReplayPacket& packet, const std::string& target) override {
    if (!packet.peer_key.empty()) {
      return fail("what a WireGuard session carried can only be injected: leave out --send");
    }
    const auto to = resolve(target);
    if (!to) return std::unexpected(to.error());
    const auto source = source_of(packet.source, (*to)->address.is_v6());
    if (!source) return std::unexpected(source.error());
    ++counts_.put;
    if (!observers_.empty()) {
      const ReplayRequest request{counts_.put, packet, target, {}};
      flights_.add(request).left = WallTime(system_instant().time_since_epoch());
      for (auto* observer : observers_) observer->on_request(request);
    }
    (*source)->socket->send(**to, packet.payload, counts_.put);
    return counts_.put % kLookEvery == 0 ? look() : Status{};
  }

  Status flush() override { return look(); }

  Status wait(Duration duration) override {
    const auto until = system_instant() + duration;
    for (;;) {
      if (auto looked = look(); !looked) return looked;
      const auto left = until - system_instant();
      if (left <= Duration{}) return {};
      loop_.turn(std::min(left, kJournalEvery));
    }
  }

  Status finish(Duration quiet) override {
    auto since = system_instant();
    while (counts_.put != 0) {
      const auto before = std::pair(counts_.answers, outcomes_.progress());
      if (auto waited = wait(std::min(quiet, kJournalEvery)); !waited) return waited;
      if (auto read = read_journal(); !read) return read;
      if (before != std::pair(counts_.answers, outcomes_.progress())) since = system_instant();
      const auto patience = outcomes_.open() == 0 ? quiet : kLonger * quiet;
      if (system_instant() - since >= patience) break;
    }
    outcomes_.finish();
    return {};
  }

  Counts counts() const override {
    Counts out = counts_;
    for (const auto& [error, count] : failed_) {
      out.notes.push_back(fmt::format("{} were not sent: {}", count, error));
    }
    if (closed_ != 0) {
      out.notes.push_back(
          fmt::format("the sockets of {} sources made room for others: an answer that came to them "
                      "later is not counted",
                      closed_));
    }
    return out;
  }
  const ReplayOutcomes* outcomes() const override { return follows_ ? &outcomes_ : nullptr; }

  // Sources
  void take(const Source& source, const Datagram& datagram) {
    ++counts_.answers;
    ReplayAnswer answer{.client = source.captured(),
                        .from = datagram.from.to_string(),
                        .payload = datagram.payload};
    if (const auto* flight = flights_.last_of(source.captured())) {
      answer.request = flight->number;
      answer.server = flight->destination;
      const auto now = WallTime(system_instant().time_since_epoch());
      answer.time = flight->recorded + std::max(now - flight->left, Duration{});
    }
    for (auto* observer : observers_) observer->on_answer(answer);
  }
  void lost(std::uint32_t count) { counts_.lost += count; }
  void failed(const std::string& error) { ++failed_[error]; }

 private:
  using Recent = std::list<Source>;  // the latest first

  Result<const Endpoint*> resolve(const std::string& target) {
    if (const auto known = addresses_.find(target); known != addresses_.end()) {
      return &known->second;
    }
    auto address = Endpoint::parse(target);
    if (!address) {
      auto listener = address_of_listener(target);
      if (!listener) return std::unexpected(listener.error());
      address = *listener;
    }
    return &addresses_.emplace(target, *address).first->second;
  }

  Result<Endpoint> address_of_listener(const std::string& name) {
    const auto listener = client_.get("/_loopgate/listener", {{"listener", name}});
    if (!listener) return std::unexpected(listener.error());
    const auto& addresses = (*listener)["addresses"];
    const auto found = region_.empty() ? addresses.begin() : addresses.find(region_);
    if (found == addresses.end()) {
      return fail(fmt::format("listener '{}' has no region '{}'", name, region_));
    }
    const auto endpoint = Endpoint::parse(found->get<std::string>());
    if (!endpoint) return fail("the sandbox gave an address that is none: " + write_json(*found));
    if (!follows_) {
      if (auto started = journal_.start(); !started) return std::unexpected(started.error());
    }
    follows_ = true;
    return *endpoint;
  }

  Result<Source*> source_of(const Endpoint& captured, bool v6) {
    const Key key{captured, v6};
    if (const auto known = by_source_.find(key); known != by_source_.end()) {
      recent_.splice(recent_.begin(), recent_, known->second);
      return &recent_.front();
    }
    if (recent_.size() >= kMaxSources) close_oldest();
    recent_.emplace_front(*this, captured);
    Endpoint any;
    if (v6) any.address = *IpAddress::parse("::");
    auto socket = network_.open(any, recent_.front());
    if (!socket) {
      recent_.pop_front();
      return std::unexpected(socket.error());
    }
    recent_.front().socket = *std::move(socket);
    ports_.insert(recent_.front().socket->local().port);
    by_source_[key] = recent_.begin();
    return &recent_.front();
  }

  void close_oldest() {
    const Source& oldest = recent_.back();
    by_source_.erase({oldest.captured(), oldest.socket->local().address.is_v6()});
    recent_.pop_back();
    ++closed_;
  }

  Status look() {
    while (loop_.turn(Duration{})) {
    }
    const auto now = system_instant();
    if (!follows_ || now - journal_read_ < kJournalEvery) return {};
    return read_journal();
  }

  Status read_journal() {
    journal_read_ = system_instant();
    if (!follows_) return {};
    return journal_.read([this](const nlohmann::json& event) {
      if (event.value("event", "") != "received") return;
      const auto remote = Endpoint::parse(event.value("remote", ""));
      if (remote && ports_.contains(remote->port)) outcomes_.expect(event.value("tag", ""), 0);
    });
  }

  struct Key {
    Endpoint captured;
    bool v6;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const noexcept {
      return std::hash<Endpoint>()(key.captured) * 2 + (key.v6 ? 1 : 0);
    }
  };

  Client& client_;
  std::string region_;
  ReplayObservers observers_;
  ReplayOutcomes outcomes_;
  ReplayJournal journal_;
  ReplayFlights flights_;
  std::unordered_map<std::string, Endpoint> addresses_;
  bool follows_ = false;  // the journal: some target is a listener of the sandbox
  Instant journal_read_{};
  Counts counts_;
  std::map<std::string, std::uint64_t> failed_;  // by what the system said
  std::uint64_t closed_ = 0;
  std::set<std::uint16_t> ports_;  // that our sockets have had
  Clock clock_{system_wall(), system_instant()};
  TaskQueue tasks_;
  io::Loop loop_{clock_, tasks_, io::Loop::Mode::kLive};
  io::UdpNetwork network_{loop_};
  Recent recent_;
  std::unordered_map<Key, Recent::iterator, KeyHash> by_source_;
};

void Source::on_datagrams(std::span<const Datagram> datagrams) {
  for (const auto& datagram : datagrams) sender_.take(*this, datagram);
}
void Source::on_receive_overflow(std::uint32_t count) {
  sender_.lost(count);
}
void Source::on_send_failed(const Endpoint& to, std::uint64_t, const std::string& error) {
  sender_.failed(to.to_string() + ": " + error);
}

}  // namespace

std::unique_ptr<ReplayDelivery> make_sender(Client& client, std::string region,
                                            ReplayObservers observers) {
  return std::make_unique<Sender>(client, std::move(region), std::move(observers));
}

}  // namespace loopgate::cli

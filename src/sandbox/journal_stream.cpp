#include "sandbox/journal_stream.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <deque>
#include <set>

#include "base/json.h"
#include "sandbox/query.h"
#include "template/suggestion.h"

namespace loopgate {

namespace {

constexpr std::size_t kEventsPerRead = 256;
constexpr std::size_t kPieceBytes = 64 * 1024;              // what a client is given at a time
constexpr Duration kDelay = std::chrono::milliseconds(50);  // followers get events in groups

// What a flood of packets consists of; everything else is told whatever else there is.
bool is_ordinary(EventKind kind) {
  switch (kind) {
    case EventKind::kReceived:
    case EventKind::kDecrypted:
    case EventKind::kQueued:
    case EventKind::kDispatched:
    case EventKind::kDelivered:
    case EventKind::kReplied:
    case EventKind::kPublished:
    case EventKind::kFiltered:
    case EventKind::kSourced:
    case EventKind::kSent:
    case EventKind::kCaptured:
    case EventKind::kApiCall:
    case EventKind::kInvocationStarted:
    case EventKind::kInvocationEnded:
      return true;
    default:
      return false;
  }
}

// How much of what is ordinary a follower is still given, and what it was not.
class Allowance {
 public:
  explicit Allowance(std::uint64_t rate) : rate_(rate) {}

  bool is_limited() const { return rate_ != 0; }
  // A group's share, when the last one is so long ago.
  void refill(Instant now) {
    if (now - filled_ < kDelay) return;
    filled_ = now;
    left_ = std::max<std::uint64_t>(
        1, rate_ * static_cast<std::uint64_t>(kDelay.count()) /
               static_cast<std::uint64_t>(Duration(std::chrono::seconds(1)).count()));
  }
  bool allows(const Event& event) {
    if (rate_ == 0 || !is_ordinary(event.kind)) return true;
    if (left_ != 0) {
      --left_;
      return true;
    }
    ++skipped_;
    if (event.kind == EventKind::kReceived) {
      ++packets_;
      bytes_ += event.size;
    }
    return false;
  }
  void skip(std::uint64_t events) { skipped_ += events; }
  // A line about what was skipped since the last one; empty when nothing was.
  std::string line() {
    if (skipped_ == 0) return {};
    auto out =
        fmt::format("{{\"skipped\":{},\"packets\":{},\"bytes\":{}}}\n", skipped_, packets_, bytes_);
    skipped_ = packets_ = bytes_ = 0;
    return out;
  }

 private:
  std::uint64_t rate_;
  std::uint64_t left_ = 0;
  Instant filled_{};
  std::uint64_t skipped_ = 0, packets_ = 0, bytes_ = 0;
};

// The journal has names, those of deleted listeners too.
std::string listener_name(const Sandbox& sandbox, const std::string& wanted) {
  const auto listener = sandbox.listener(wanted);
  return listener ? (*listener)["name"].get<std::string>() : wanted;
}

std::vector<std::string> all_kinds() {
  std::vector<std::string> out;
  for (int i = 0; i <= static_cast<int>(EventKind::kWarning); ++i) {
    out.emplace_back(name(static_cast<EventKind>(i)));
  }
  return out;
}

std::vector<std::string> all_reasons() {
  std::vector<std::string> out;
  for (int i = 0; i < kReasonCount; ++i) out.emplace_back(describe(static_cast<Reason>(i)).code);
  return out;
}

// "5m" is five minutes ago.
Result<std::optional<WallTime>> read_moment(std::string_view query, std::string_view name,
                                            WallTime now) {
  const auto text = query_parameter(query, name);
  if (text.empty()) return std::nullopt;
  if (const auto moment = parse_iso8601(text)) return moment;
  if (const auto ago = parse_duration(text)) return now - *ago;
  return fail(fmt::format("{}: '{}' is neither a time ago like 5m nor a moment like {}", name, text,
                          to_iso8601(now)));
}

Status read_client(std::string_view text, JournalFilter& filter) {
  if (text.empty()) return {};
  if (const auto endpoint = Endpoint::parse(text)) {
    filter.client = endpoint->address;
    filter.client_port = endpoint->port;
    return {};
  }
  filter.client = IpAddress::parse(text);
  if (filter.client) return {};
  return fail(fmt::format("client: '{}' is neither an address nor ADDRESS:PORT", text));
}

Status read_names(std::string_view query, JournalFilter& filter) {
  if (const auto tag = query_parameter(query, "tag"); !tag.empty()) {
    filter.tag = parse_tag(tag);
    if (!filter.tag) return fail(fmt::format("'{}' is not a tag like 7f3a0c11", tag));
  }
  if (const auto reason = query_parameter(query, "reason"); !reason.empty()) {
    filter.reason = parse_reason(reason);
    if (!filter.reason) {
      return fail(fmt::format("'{}' is not a reason{}; 'loopgate reasons' lists them", reason,
                              cfn::did_you_mean(reason, all_reasons())));
    }
  }
  if (const auto kind = query_parameter(query, "event"); !kind.empty()) {
    filter.kind = parse_event_kind(kind);
    if (!filter.kind) {
      return fail(fmt::format("'{}' is not a kind of event{}; there are {}", kind,
                              cfn::did_you_mean(kind, all_kinds()), fmt::join(all_kinds(), ", ")));
    }
  }
  return {};
}

Status read_number(std::string_view query, std::string_view name, std::uint64_t& number) {
  const auto text = query_parameter(query, name);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || (error == std::errc() && end == text.data() + text.size())) return {};
  return fail(fmt::format("{}: '{}' is not a number", name, text));
}

}  // namespace

bool JournalFilter::fits(const Journal& journal, const Event& event) const {
  if (reason && event.reason != *reason) return false;
  if (kind && event.kind != *kind) return false;
  return listener.empty() || journal.name(event.listener) == listener;
}

Result<JournalFilter> read_journal_filter(Sandbox& sandbox, std::string_view query) {
  JournalFilter filter;
  for (const auto& status :
       {read_number(query, "after", filter.after), read_number(query, "last", filter.last),
        read_number(query, "rate", filter.rate), read_names(query, filter),
        read_client(query_parameter(query, "client"), filter)}) {
    if (!status) return std::unexpected(status.error());
  }
  const auto now = sandbox.clock().wall();
  const auto since = read_moment(query, "since", now);
  if (!since) return std::unexpected(since.error());
  const auto until = read_moment(query, "until", now);
  if (!until) return std::unexpected(until.error());
  filter.since = *since;
  filter.until = *until;
  filter.listener = listener_name(sandbox, query_parameter(query, "listener"));
  filter.as_json = query_parameter(query, "form") != "text";
  return filter;
}

namespace {

// Which events a filter lets through. A packet's story includes the calls of the batches that it
// joined, with what functions did and wrote there; a client's, all of its packets.
class Matcher {
 public:
  Matcher(const Journal& journal, const JournalFilter& filter)
      : journal_(journal), filter_(filter) {}

  bool matches(const Event& event) {
    const bool belongs = belongs_to_story(event);
    if (filter_.since && event.at < *filter_.since) return false;
    if (filter_.until && event.at > *filter_.until) return false;
    if (filter_.reason && event.reason != *filter_.reason) return false;
    if (filter_.kind && event.kind != *filter_.kind) return false;
    return belongs;
  }

 private:
  bool belongs_to_story(const Event& event) {
    if (!filter_.tag && filter_.listener.empty() && !filter_.client) return true;
    if (event.tag == 0 && batches_.contains(event.batch)) return true;
    if (filter_.tag && event.tag != *filter_.tag) return false;
    if (!filter_.listener.empty() && journal_.name(event.listener) != filter_.listener)
      return false;
    if (filter_.client && !is_of_client(event)) return false;
    if (event.tag != 0) remember(tags_, event.tag);
    if (event.batch != 0) remember(batches_, event.batch);
    return true;
  }
  bool is_of_client(const Event& event) const {
    if (tags_.contains(event.tag)) return true;
    return event.has_remote && event.remote.address == *filter_.client &&
           (filter_.client_port == 0 || event.remote.port == filter_.client_port);
  }
  // Who follows for days meets more than the journal holds.
  static void remember(std::set<std::uint64_t>& ids, std::uint64_t id) {
    ids.insert(id);
    if (ids.size() > Journal::kDefaultCapacity) ids.erase(ids.begin());
  }

  const Journal& journal_;
  const JournalFilter& filter_;
  std::set<std::uint64_t> tags_;
  std::set<std::uint64_t> batches_;
};

// Reads on from where it was.
class JournalReader {
 public:
  JournalReader(const Journal& journal, JournalFilter filter)
      : journal_(journal),
        filter_(std::move(filter)),
        matcher_(journal_, filter_),
        allowance_(filter_.rate) {
    if (filter_.last > 0) skip_all_but_last();
  }
  JournalReader(const JournalReader&) = delete;

  // The next lines of events up to `last`, about kPieceBytes of them; empty when there are none.
  // What the journal let go before it was read is counted in a line of its own.
  std::string next(std::uint64_t last, Instant now) {
    allowance_.refill(now);
    std::string out = forgotten_line();
    while (out.size() < kPieceBytes && filter_.after < last) {
      for (const auto& event : journal_.read(filter_.after, kEventsPerRead)) {
        if (event.seq > last || out.size() >= kPieceBytes) break;
        filter_.after = event.seq;
        if (!matcher_.matches(event) || !allowance_.allows(event)) continue;
        out += (filter_.as_json ? journal_.to_json(event) : journal_.to_line(event)) + "\n";
      }
    }
    return out + allowance_.line();
  }

 private:
  std::string forgotten_line() {
    filter_.after = std::max(filter_.after, journal_.cleared());  // a reset: nobody misses those
    if (filter_.after >= journal_.forgotten()) return {};
    const auto count = journal_.forgotten() - filter_.after;
    filter_.after = journal_.forgotten();
    if (allowance_.is_limited()) {
      allowance_.skip(count);
      return {};
    }
    return filter_.as_json ? fmt::format("{{\"forgotten\":{}}}\n", count)
                           : fmt::format("… {} older events are no longer in memory\n", count);
  }

  // To where the last packets begin; what belongs to no packet counts for itself.
  void skip_all_but_last() {
    Matcher matcher(journal_, filter_);
    std::set<std::uint64_t> tags;
    std::set<std::uint64_t> batches;
    std::deque<std::uint64_t> beginnings;
    for (const auto& event : journal_.read(filter_.after, Journal::kDefaultCapacity)) {
      if (!matcher.matches(event)) continue;
      const bool known_batch = event.batch != 0 && !batches.insert(event.batch).second;
      const bool is_new = event.tag != 0 ? tags.insert(event.tag).second : !known_batch;
      if (is_new) beginnings.push_back(event.seq);
      if (beginnings.size() > filter_.last) beginnings.pop_front();
    }
    if (!beginnings.empty()) filter_.after = beginnings.front() - 1;
  }

  const Journal& journal_;
  JournalFilter filter_;
  Matcher matcher_;
  Allowance allowance_;
};

// One client that reads: it gets a piece whenever it has taken the last one, so that a slow one
// costs a piece of memory and no more; gone with its connection. One that follows gets what is new
// a few times a second.
class JournalStream : public std::enable_shared_from_this<JournalStream> {
 public:
  JournalStream(Sandbox& sandbox, JournalFilter filter, bool follows,
                std::shared_ptr<http::Exchange> exchange)
      : journal_(sandbox.journal()),
        clock_(sandbox.clock()),
        reader_(journal_, std::move(filter)),
        last_(journal_.last_seq()),
        follows_(follows),
        exchange_(std::move(exchange)),
        timer_(sandbox.clock()) {}
  ~JournalStream() { journal_.unsubscribe(observer_); }

  void start(http::Response head) {
    const auto weak = weak_from_this();
    exchange_->on_closed([self = shared_from_this()]() mutable { self.reset(); });
    exchange_->on_drained([weak] {
      if (const auto self = weak.lock()) self->on_drained();
    });
    if (follows_) {
      observer_ = journal_.subscribe([weak](const Event&) {
        if (const auto self = weak.lock()) self->schedule();
      });
    }
    exchange_->begin_stream(std::move(head));
  }

 private:
  void on_drained() {
    drained_ = true;
    write_more();
  }
  void schedule() {
    if (drained_ && !timer_.is_set()) timer_.set_after(kDelay, [this] { write_more(); });
  }
  // What comes while others are read ends no stream that does not follow.
  void write_more() {
    if (!drained_) return;
    const auto lines = reader_.next(follows_ ? journal_.last_seq() : last_, clock_.now());
    if (!lines.empty()) {
      drained_ = false;
      exchange_->write(lines);
    } else if (!follows_) {
      exchange_->end_stream();
    }
  }

  Journal& journal_;
  const Clock& clock_;
  JournalReader reader_;
  const std::uint64_t last_;  // of the events that were there at the start
  const bool follows_;
  std::shared_ptr<http::Exchange> exchange_;
  ScopedTimer timer_;
  Journal::ObserverId observer_{};
  bool drained_ = false;
};

}  // namespace

void stream_journal(Sandbox& sandbox, std::string_view query,
                    std::shared_ptr<http::Exchange> exchange) {
  auto filter = read_journal_filter(sandbox, query);
  if (!filter) {
    const nlohmann::json refusal = {{"error", filter.error().message}};
    return exchange->respond(http::Response::json(400, write_json(refusal) + "\n"));
  }
  const bool follows = query_parameter(query, "follow") == "1";
  if (filter->rate != 0 && !(follows && filter->as_json)) {
    const nlohmann::json refusal = {{"error", "rate belongs to follow=1, and to lines of JSON"}};
    return exchange->respond(http::Response::json(400, write_json(refusal) + "\n"));
  }
  const char* type = filter->as_json ? "application/x-ndjson" : "text/plain; charset=utf-8";
  std::make_shared<JournalStream>(sandbox, std::move(*filter), follows, std::move(exchange))
      ->start({200, {{"Content-Type", type}}, {}});
}

}  // namespace loopgate

#include "sandbox/journal_stream.h"

#include <fmt/format.h>

#include <charconv>
#include <set>

#include "base/json.h"
#include "sandbox/query.h"

namespace loopgate {

namespace {

constexpr std::size_t kEventsPerRead = 256;
constexpr std::size_t kPieceBytes = 64 * 1024;              // what a client is given at a time
constexpr Duration kDelay = std::chrono::milliseconds(50);  // followers get events in groups

// The journal has names, those of deleted listeners too.
std::string listener_name(const Sandbox& sandbox, const std::string& wanted) {
  const auto listener = sandbox.listener(wanted);
  return listener ? (*listener)["name"].get<std::string>() : wanted;
}

}  // namespace

bool JournalFilter::fits(const Journal& journal, const Event& event) const {
  if (reason && event.reason != *reason) return false;
  if (kind && event.kind != *kind) return false;
  return listener.empty() || journal.name(event.listener) == listener;
}

Result<JournalFilter> read_journal_filter(const Sandbox& sandbox, std::string_view query) {
  JournalFilter filter;
  const auto after = query_parameter(query, "after");
  std::from_chars(after.data(), after.data() + after.size(), filter.after);
  if (const auto tag = query_parameter(query, "tag"); !tag.empty()) {
    filter.tag = parse_tag(tag);
    if (!filter.tag) return fail(fmt::format("'{}' is not a tag like 7f3a0c11", tag));
  }
  if (const auto reason = query_parameter(query, "reason"); !reason.empty()) {
    filter.reason = parse_reason(reason);
    if (!filter.reason) {
      return fail(fmt::format("'{}' is not a reason; 'loopgate reasons' lists them", reason));
    }
  }
  if (const auto kind = query_parameter(query, "event"); !kind.empty()) {
    filter.kind = parse_event_kind(kind);
    if (!filter.kind) return fail(fmt::format("'{}' is not a kind of event", kind));
  }
  filter.listener = listener_name(sandbox, query_parameter(query, "listener"));
  filter.as_json = query_parameter(query, "form") != "text";
  return filter;
}

namespace {

// Reads on from where it was. A tag's story includes the events of the batches that it joined.
class JournalReader {
 public:
  JournalReader(const Journal& journal, JournalFilter filter)
      : journal_(journal), filter_(std::move(filter)) {}

  // The next lines of events up to `last`, about kPieceBytes of them; empty when there are none.
  // What the journal let go before it was read is counted in a line of its own.
  std::string next(std::uint64_t last) {
    std::string out = forgotten_line();
    while (out.size() < kPieceBytes && filter_.after < last) {
      for (const auto& event : journal_.read(filter_.after, kEventsPerRead)) {
        if (event.seq > last || out.size() >= kPieceBytes) break;
        filter_.after = event.seq;
        if (!matches(event)) continue;
        out += (filter_.as_json ? journal_.to_json(event) : journal_.to_line(event)) + "\n";
      }
    }
    return out;
  }

 private:
  std::string forgotten_line() {
    filter_.after = std::max(filter_.after, journal_.cleared());  // a reset: nobody misses those
    if (filter_.after >= journal_.forgotten()) return {};
    const auto count = journal_.forgotten() - filter_.after;
    filter_.after = journal_.forgotten();
    return filter_.as_json ? fmt::format("{{\"forgotten\":{}}}\n", count)
                           : fmt::format("… {} older events are no longer in memory\n", count);
  }

  bool matches(const Event& event) {
    if (!filter_.fits(journal_, event)) return false;
    if (!filter_.tag) return true;
    if (event.tag == *filter_.tag) {
      if (event.batch != 0) batches_.insert(event.batch);
      return true;
    }
    return event.tag == 0 && batches_.contains(event.batch);
  }

  const Journal& journal_;
  JournalFilter filter_;
  std::set<std::uint64_t> batches_;
};

// One client that reads: it gets a piece whenever it has taken the last one, so that a slow one
// costs a piece of memory and no more; gone with its connection. One that follows gets what is new
// a few times a second.
class JournalStream : public std::enable_shared_from_this<JournalStream> {
 public:
  JournalStream(Sandbox& sandbox, JournalFilter filter, bool follows,
                std::shared_ptr<http::Exchange> exchange)
      : journal_(sandbox.journal()),
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
    const auto lines = reader_.next(follows_ ? journal_.last_seq() : last_);
    if (!lines.empty()) {
      drained_ = false;
      exchange_->write(lines);
    } else if (!follows_) {
      exchange_->end_stream();
    }
  }

  Journal& journal_;
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
  const char* type = filter->as_json ? "application/x-ndjson" : "text/plain; charset=utf-8";
  const bool follows = query_parameter(query, "follow") == "1";
  std::make_shared<JournalStream>(sandbox, std::move(*filter), follows, std::move(exchange))
      ->start({200, {{"Content-Type", type}}, {}});
}

}  // namespace loopgate

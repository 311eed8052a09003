#include "sandbox/journal_stream.h"

#include <fmt/format.h>

#include <charconv>
#include <set>

#include "sandbox/query.h"

namespace loopgate {

namespace {

constexpr std::size_t kEventsPerRead = 1024;
constexpr Duration kDelay = std::chrono::milliseconds(50);  // followers get events in groups

struct Filter {
  std::uint64_t after = 0;
  std::optional<std::uint64_t> tag;
  std::optional<Reason> reason;
  std::optional<EventKind> kind;
  std::string listener;
  bool as_json = true;
};

// The journal has names, those of deleted listeners too.
std::string listener_name(const Sandbox& sandbox, const std::string& wanted) {
  const auto listener = sandbox.listener(wanted);
  return listener ? (*listener)["name"].get<std::string>() : wanted;
}

Result<Filter> read_filter(const Sandbox& sandbox, std::string_view query) {
  Filter filter;
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

// Reads on from where it was. A tag's story includes the events of the batches that it joined.
class JournalReader {
 public:
  JournalReader(const Journal& journal, Filter filter)
      : journal_(journal), filter_(std::move(filter)) {
    if (filter_.after < journal.forgotten()) forgotten_ = journal.forgotten() - filter_.after;
  }

  // The next lines; empty when there are none now.
  std::string next() {
    std::string out;
    if (forgotten_ != 0) out = forgotten_line();
    while (out.empty() && filter_.after < journal_.last_seq()) {
      for (const auto& event : journal_.read(filter_.after, kEventsPerRead)) {
        filter_.after = event.seq;
        if (!matches(event)) continue;
        out += (filter_.as_json ? journal_.to_json(event) : journal_.to_line(event)) + "\n";
      }
    }
    return out;
  }

 private:
  std::string forgotten_line() {
    const auto count = std::exchange(forgotten_, 0);
    return filter_.as_json ? fmt::format("{{\"forgotten\":{}}}\n", count)
                           : fmt::format("… {} older events are no longer in memory\n", count);
  }

  bool matches(const Event& event) {
    if (filter_.reason && event.reason != *filter_.reason) return false;
    if (filter_.kind && event.kind != *filter_.kind) return false;
    if (!filter_.listener.empty() && journal_.name(event.listener) != filter_.listener)
      return false;
    if (!filter_.tag) return true;
    if (event.tag == *filter_.tag) {
      if (event.batch != 0) batches_.insert(event.batch);
      return true;
    }
    return event.tag == 0 && batches_.contains(event.batch);
  }

  const Journal& journal_;
  Filter filter_;
  std::uint64_t forgotten_ = 0;
  std::set<std::uint64_t> batches_;
};

// A client that follows: written to a few times a second, gone with its connection.
class Follower : public std::enable_shared_from_this<Follower> {
 public:
  Follower(Sandbox& sandbox, Filter filter, std::shared_ptr<http::Exchange> exchange)
      : sandbox_(sandbox),
        reader_(sandbox.journal(), std::move(filter)),
        exchange_(std::move(exchange)),
        timer_(sandbox.clock()) {}
  ~Follower() { sandbox_.journal().unsubscribe(observer_); }

  void start() {
    auto self = shared_from_this();
    observer_ = sandbox_.journal().subscribe([weak = weak_from_this()](const Event&) {
      if (const auto follower = weak.lock()) follower->schedule();
    });
    exchange_->on_closed([self]() mutable { self.reset(); });
    write_new();
  }

 private:
  void schedule() {
    if (!timer_.is_set()) timer_.set_after(kDelay, [this] { write_new(); });
  }
  void write_new() {
    for (auto lines = reader_.next(); !lines.empty(); lines = reader_.next()) {
      if (!exchange_->write(lines)) return;
    }
  }

  Sandbox& sandbox_;
  JournalReader reader_;
  std::shared_ptr<http::Exchange> exchange_;
  ScopedTimer timer_;
  Journal::ObserverId observer_{};
};

}  // namespace

void stream_journal(Sandbox& sandbox, std::string_view query,
                    std::shared_ptr<http::Exchange> exchange) {
  auto filter = read_filter(sandbox, query);
  if (!filter) {
    const nlohmann::json refusal = {{"error", filter.error().message}};
    return exchange->respond(http::Response::json(400, refusal.dump() + "\n"));
  }
  const char* type = filter->as_json ? "application/x-ndjson" : "text/plain; charset=utf-8";
  exchange->begin_stream({200, {{"Content-Type", type}}, {}});
  if (query_parameter(query, "follow") == "1") {
    std::make_shared<Follower>(sandbox, std::move(*filter), std::move(exchange))->start();
    return;
  }
  JournalReader reader(sandbox.journal(), std::move(*filter));
  for (auto lines = reader.next(); !lines.empty(); lines = reader.next()) {
    if (!exchange->write(lines)) break;
  }
  exchange->end_stream();
}

}  // namespace loopgate

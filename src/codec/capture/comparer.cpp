#include "codec/capture/comparer.h"

#include <algorithm>
#include <utility>

namespace loopgate::codec::capture {

namespace {

EndpointPair flow_of(const ComparedAnswer& answer) {
  return {answer.client, answer.server};
}

std::string as_one_text(const Fields& fields) {
  std::string out(fields.form);
  for (const auto& [path, value] : fields.list) {
    out += '\0';
    out += path;
    out += '\0';
    out += value;
  }
  return out;
}

const Field* find(const Fields& fields, std::string_view path) {
  const auto found = std::ranges::find(fields.list, path, &Field::path);
  return found == fields.list.end() ? nullptr : &*found;
}

// What a client finds its answer by. A masked one finds nothing.
std::string id_of(const Fields& fields) {
  for (const std::string_view path : {"id", "token", "message_id"}) {
    const auto* field = fields.form == "JSON" ? nullptr : find(fields, path);
    if (field != nullptr && !field->value.empty() && field->value != "*") {
      return std::string(path) + field->value;
    }
  }
  return {};
}

// Of those that say the same in one flow, on one side.
std::size_t hash_of(const ComparedAnswer& answer, std::string_view says, bool expected) {
  const auto hash = EndpointPairHash()(flow_of(answer)) * 31 + std::hash<std::string_view>()(says);
  return expected ? hash : ~hash;
}

std::vector<FieldDifference> different_fields(const Fields& expected, const Fields& got) {
  std::vector<FieldDifference> out;
  std::map<std::string_view, std::string_view> others;
  for (const auto& [path, value] : got.list) others.emplace(path, value);
  for (const auto& [path, value] : expected.list) {
    const auto other = others.find(path);
    if (other == others.end()) {
      out.push_back({path, value, std::nullopt});
    } else {
      if (other->second != value) out.push_back({path, value, std::string(other->second)});
      others.erase(other);
    }
  }
  for (const auto& [path, value] : got.list) {
    if (others.contains(path)) out.push_back({path, std::nullopt, value});
  }
  return out;
}

std::size_t first_different_byte(const Fields& expected, const Fields& got) {
  const std::string& one = expected.list.front().value;
  const std::string& other = got.list.front().value;
  return static_cast<std::size_t>(std::ranges::mismatch(one, other).in1 - one.begin()) / 2;
}

}  // namespace

Fields Comparer::fields_of(const ComparedAnswer& answer) const {
  auto out = read_fields({answer.server, answer.client, answer.payload});
  masks_.apply(out);
  return out;
}

void Comparer::add(ComparedAnswer answer, bool expected) {
  const auto fields = fields_of(answer);
  Waiting waiting{expected, std::move(answer), as_one_text(fields), id_of(fields)};
  if (pair_same(waiting)) return;
  bytes_ += waiting.cost();
  const auto hash = hash_of(waiting.answer, waiting.says, expected);
  waiting_.push_back(std::move(waiting));
  by_hash_[hash].push_back(std::prev(waiting_.end()));
  while (bytes_ > kept_bytes_) forget_oldest();
}

// With one of the other side that says the same, if there is one.
bool Comparer::pair_same(const Waiting& wanted) {
  const auto hash = hash_of(wanted.answer, wanted.says, !wanted.expected);
  const auto found = by_hash_.find(hash);
  if (found == by_hash_.end()) return false;
  const auto other = found->second.front();
  if (other->says != wanted.says || flow_of(other->answer) != flow_of(wanted.answer)) return false;
  bytes_ -= other->cost();
  let_go(hash);
  waiting_.erase(other);
  ++found_.same;
  return true;
}

void Comparer::forget_oldest() {
  Waiting oldest = std::move(waiting_.front());
  bytes_ -= oldest.cost();
  let_go(hash_of(oldest.answer, oldest.says, oldest.expected));
  waiting_.pop_front();
  ++found_.unkept;
  unpaired(std::move(oldest));
}

// The oldest of its hash.
void Comparer::let_go(std::size_t hash) {
  const auto found = by_hash_.find(hash);
  found->second.pop_front();
  if (found->second.empty()) by_hash_.erase(found);
}

Comparison Comparer::finish(std::size_t kept) {
  by_hash_.clear();
  std::vector<Flow> flows;
  std::unordered_map<EndpointPair, std::size_t, EndpointPairHash> places;
  for (auto& waiting : waiting_) {
    const auto [place, fresh] = places.emplace(flow_of(waiting.answer), flows.size());
    if (fresh) flows.emplace_back();
    Flow& flow = flows[place->second];
    (waiting.expected ? flow.expected : flow.got).push_back(std::move(waiting));
  }
  waiting_.clear();
  for (auto& flow : flows) compare_rest(flow, kept);
  return std::move(found_);
}

void Comparer::compare_rest(Flow& flow, std::size_t kept) {
  std::unordered_map<std::string_view, std::deque<std::size_t>> by_id;
  for (std::size_t i = 0; i < flow.got.size(); ++i) by_id[flow.got[i].id].push_back(i);
  std::vector<bool> paired(flow.got.size());
  std::deque<Waiting> without;
  for (auto& expected : flow.expected) {
    const auto same = expected.id.empty() ? by_id.end() : by_id.find(expected.id);
    if (same == by_id.end() || same->second.empty()) {
      without.push_back(std::move(expected));
      continue;
    }
    const auto place = same->second.front();
    same->second.pop_front();
    paired[place] = true;
    differ(std::move(expected), flow.got[place], kept);
  }
  for (std::size_t i = 0; i < flow.got.size(); ++i) {
    if (paired[i]) continue;
    if (without.empty()) {
      unpaired(std::move(flow.got[i]));
      continue;
    }
    differ(std::move(without.front()), flow.got[i], kept);
    without.pop_front();
  }
  for (auto& expected : without) unpaired(std::move(expected));
}

void Comparer::differ(Waiting expected, Waiting got, std::size_t kept) {
  ++found_.different;
  auto one = fields_of(expected.answer);
  auto other = fields_of(got.answer);
  Difference out{std::move(expected.answer), std::move(got.answer), one.form, {}, 0};
  if (one.form != other.form || one.form == "bytes") {
    out.form = "bytes";
    const auto bytes_of = [&](const ComparedAnswer& answer, Fields& fields) {
      if (fields.form != "bytes") fields = bytes_fields(answer.payload);
    };
    bytes_of(out.expected, one);
    bytes_of(out.got, other);
    out.first_byte = first_different_byte(one, other);
    ++found_.by_field["bytes"];
  } else {
    out.fields = different_fields(one, other);
    for (const auto& field : out.fields) ++found_.by_field[field.path];
  }
  if (found_.differences.size() < kept) found_.differences.push_back(std::move(out));
}

void Comparer::unpaired(Waiting waiting) {
  ++(waiting.expected ? found_.missing : found_.added);
  auto& first = waiting.expected ? found_.first_missing : found_.first_added;
  if (!first) first = std::move(waiting.answer);
}

}  // namespace loopgate::codec::capture

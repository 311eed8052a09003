#include "aws/protocol/route.h"

#include <utility>

#include "codec/percent.h"

namespace loopgate::aws {

namespace {

// Whether `query` has the field, of that value when `value` is not empty.
bool has_field(std::string_view query, std::string_view name, std::string_view value) {
  while (!query.empty()) {
    const auto field = codec::next_query_field(query);
    if (codec::percent_decode(field.name, codec::Plus::kBlank) != name) continue;
    if (value.empty() || codec::percent_decode(field.value, codec::Plus::kBlank) == value)
      return true;
  }
  return false;
}

std::string_view without_slashes(std::string_view path) {
  if (path.starts_with('/')) path.remove_prefix(1);
  if (path.ends_with('/')) path.remove_suffix(1);
  return path;
}

std::string_view take_segment(std::string_view& path) {
  const auto slash = path.find('/');
  const auto segment = path.substr(0, slash);
  path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  return segment;
}

bool take_label(std::string_view name, std::string_view text, Labels* labels) {
  if (text.empty()) return false;
  if (labels != nullptr) {
    auto decoded = codec::percent_decode(text, codec::Plus::kItself);
    (*labels)[std::string(name)] = decoded ? *std::move(decoded) : std::string(text);
  }
  return true;
}

bool fit_path(std::string_view pattern, std::string_view path, UriFit& fit, Labels* labels) {
  pattern = without_slashes(pattern);
  // A greedy label takes the last slash as well.
  if (pattern.ends_with("+}")) {
    if (path.starts_with('/')) path.remove_prefix(1);
  } else {
    path = without_slashes(path);
  }
  while (!pattern.empty()) {
    if (path.empty()) return false;
    const auto part = take_segment(pattern);
    if (part.starts_with('{') && part.ends_with("+}")) {
      return take_label(part.substr(1, part.size() - 3), path, labels);
    }
    const auto segment = take_segment(path);
    if (part.starts_with('{') && part.ends_with('}')) {
      if (!take_label(part.substr(1, part.size() - 2), segment, labels)) return false;
      ++fit.whole_labels;
    } else {
      if (part != segment) return false;
      ++fit.path_words;
    }
  }
  return path.empty();
}

// How many members of query and headers the operation demands; -1 when one of them is missing.
int demands_met(const OperationModel& operation, const RequestView& request) {
  const auto input = operation.input();
  int met = 0;
  for (std::uint16_t i = 0; input && i < input->member_count(); ++i) {
    const auto member = input->member(i);
    if (!member.is_required()) continue;
    const bool in_query = member.location() == Location::kQuery;
    if (!in_query && member.location() != Location::kHeader) continue;
    const bool is_there = in_query ? has_field(request.query, member.wire_name(), {})
                                   : !request.header(member.wire_name()).empty();
    if (!is_there) return -1;
    ++met;
  }
  return met;
}

}  // namespace

std::optional<UriFit> fit_uri(std::string_view uri, std::string_view path, std::string_view query,
                              Labels* labels) {
  UriFit fit;
  const auto mark = uri.find('?');
  if (!fit_path(uri.substr(0, mark), path, fit, labels)) return std::nullopt;
  auto words = mark == std::string_view::npos ? std::string_view() : uri.substr(mark + 1);
  while (!words.empty()) {
    const auto word = codec::next_query_field(words);
    if (!has_field(query, word.name, word.value)) return std::nullopt;
    ++fit.query_words;
  }
  return fit;
}

std::optional<RestRoute> route_rest(const ServiceModel& service, const RequestView& request) {
  std::optional<OperationModel> best;
  std::pair<UriFit, int> best_fit;
  for (const auto& row : service.operations) {
    const OperationModel operation(service, row);
    if (operation.method() != request.method) continue;
    const auto fit = fit_uri(operation.uri(), request.path, request.query, nullptr);
    if (!fit) continue;
    const std::pair<UriFit, int> candidate(*fit, demands_met(operation, request));
    if (best && !(candidate > best_fit)) continue;
    best = operation;
    best_fit = candidate;
  }
  if (!best) return std::nullopt;
  RestRoute route{*best, {}};
  fit_uri(best->uri(), request.path, request.query, &route.labels);
  return route;
}

}  // namespace loopgate::aws

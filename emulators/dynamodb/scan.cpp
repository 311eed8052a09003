// Scan: everything, in the order of the hash of the hash key; a segment is a part of those hashes.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html
#include <fmt/format.h>

#include "emulators/dynamodb/limits.h"
#include "emulators/dynamodb/search.h"

namespace loopgate::dynamodb {

namespace {

constexpr std::string_view kExpressions[] = {"ProjectionExpression", "FilterExpression"};
constexpr std::string_view kLegacy[] = {"AttributesToGet", "ScanFilter", "ConditionalOperator"};

Outcome<void> check_segments(const json& params) {
  const bool has_segment = params.contains("Segment"), has_total = params.contains("TotalSegments");
  if (has_segment && !has_total) {
    return refuse(validation(
        "The TotalSegments parameter is required but was not present in the request when Segment "
        "parameter is present"));
  }
  if (has_total && !has_segment) {
    return refuse(validation(
        "The Segment parameter is required but was not present in the request when parameter "
        "TotalSegments is present"));
  }
  if (!has_segment) return {};
  const auto segment = params.value("Segment", std::int64_t{0});
  const auto total = params.value("TotalSegments", std::int64_t{1});
  if (segment < total) return {};
  return refuse(
      validation(fmt::format("The Segment parameter is zero-based and must be less than parameter "
                             "TotalSegments: Segment: {} is not less than TotalSegments: {}",
                             segment, total)));
}

// The first hash of a segment as the bytes that keys begin with.
std::string first_hash(std::uint64_t segment, std::uint64_t total) {
  constexpr std::uint64_t kHashes = std::uint64_t{1} << 32;
  const auto first = (kHashes * segment + total - 1) / total;
  if (first == kHashes) return std::string(kMostHashBytes + 8, '\xFF');
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(first >> shift);
  return out;
}

}  // namespace

ApiResult scan(Context& context, const ApiCall& call) {
  Search search{.params = call.params};
  auto checked = check_parameters(search.params, {kExpressions, kLegacy});
  if (checked) checked = check_segments(search.params);
  if (!checked) return refuse(checked.error());
  auto expressions = parse_expressions(search.params);
  if (!expressions) return refuse(expressions.error());
  search.expressions = std::move(*expressions);
  checked = find_source(context, call.caller, search);
  if (checked) checked = read_start(search);
  if (checked) checked = check_selection(search);
  if (!checked) return refuse(checked.error());

  const auto total = search.params.value("TotalSegments", std::uint64_t{1});
  const auto segment = search.params.value("Segment", std::uint64_t{0});
  const HashRange range{first_hash(segment, total), first_hash(segment + 1, total)};
  if (search.start &&
      (search.start->place.hash < range.from || search.start->place.hash >= range.to)) {
    return refuse(validation(
        "The provided starting key is invalid: The provided Exclusive start key is not within the "
        "provided segment"));
  }
  return page(search, [&](const Items::Visit& visit) {
    context.tables.items().scan(*search.table, search.index, range, search.start, visit);
  });
}

}  // namespace loopgate::dynamodb

#include "cli/replay_comparison.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/terminal_text.h"
#include "codec/ip.h"

namespace loopgate::cli {

namespace {

namespace capture = codec::capture;

constexpr std::size_t kShownFields = 20;
constexpr std::size_t kShownBytes = 16;  // a row of them

// Of an IP packet in a tunnel, the datagram in it: so a written file shows it, too.
capture::ComparedAnswer compared(const Endpoint& client, const Endpoint& server, std::string where,
                                 ByteSpan payload, bool inner) {
  if (inner) {
    if (const auto packet = codec::parse_ip(payload)) {
      return {packet->destination, packet->source, std::move(where), to_bytes(packet->payload)};
    }
  }
  return {client, server, std::move(where), to_bytes(payload)};
}

std::string shown(const std::optional<std::string>& value) {
  return value ? terminal_text(*value) : "nothing";
}

std::string place_of(const capture::ComparedAnswer& answer) {
  return fmt::format("{} to {} ({})", answer.server.to_string(), answer.client.to_string(),
                     answer.where);
}

// "0010: 61 45 00 07  aE.."
std::string row_of(ByteSpan payload, std::size_t at) {
  const std::size_t begin = at / kShownBytes * kShownBytes;
  if (begin >= payload.size()) return fmt::format("{:04x}: (it ends before)", begin);
  std::string hex;
  std::string text;
  for (const auto byte : payload.subspan(begin, std::min(kShownBytes, payload.size() - begin))) {
    const auto c = std::to_integer<unsigned char>(byte);
    hex += fmt::format("{:02x} ", c);
    text += c >= 0x20 && c < 0x7F ? static_cast<char>(c) : '.';
  }
  return fmt::format("{:04x}: {:<48} {}", begin, hex, text);
}

void print_difference(const capture::Difference& difference) {
  const auto& [expected, got, form, fields, first_byte] = difference;
  fmt::print("first different: {}, {}\n", place_of(expected), form);
  if (form == "bytes") {
    fmt::print("  {} and {} bytes, from byte {} on:\n", expected.payload.size(), got.payload.size(),
               first_byte);
    fmt::print("  expected {}\n  got      {}\n", row_of(expected.payload, first_byte),
               row_of(got.payload, first_byte));
    return;
  }
  for (std::size_t i = 0; i < std::min(fields.size(), kShownFields); ++i) {
    fmt::print("  {}: expected {}, got {}\n", terminal_text(fields[i].path),
               shown(fields[i].expected), shown(fields[i].got));
  }
  if (fields.size() > kShownFields) {
    fmt::print("  and {} more fields\n", fields.size() - kShownFields);
  }
}

void print_one(std::string_view what, const std::optional<capture::ComparedAnswer>& answer) {
  if (!answer) return;
  fmt::print("first {}: {}: {}\n", what, place_of(*answer),
             terminal_text(as_text(answer->payload)));
}

void print_fields(const capture::Comparison& found) {
  if (found.different < 2) return;
  std::vector<std::pair<std::string, std::uint64_t>> sorted(found.by_field.begin(),
                                                            found.by_field.end());
  std::ranges::stable_sort(sorted, std::greater(), &std::pair<std::string, std::uint64_t>::second);
  fmt::print("they differ in:\n");
  for (std::size_t i = 0; i < std::min(sorted.size(), kShownFields); ++i) {
    fmt::print("  {} of {}: {}\n", sorted[i].second, found.different,
               terminal_text(sorted[i].first));
  }
}

}  // namespace

void ReplayComparison::expect(const ReplayPacket& answer) {
  comparer_.expect(compared(answer.destination, answer.source, to_iso8601(answer.time),
                            answer.payload, !answer.peer_key.empty()));
}

void ReplayComparison::on_request(const ReplayRequest& request) {
  if (run_status_) run_status_ = read_run(request.number);
}

void ReplayComparison::on_answer(const ReplayAnswer& answer) {
  if (answer.server.port == 0) return;
  comparer_.got(compared(answer.client, answer.server, to_iso8601(answer.time), answer.payload,
                         answer.inner));
}

// The other run has the same requests in the same order.
Status ReplayComparison::read_run(std::uint64_t requests) {
  while (run_ != nullptr && run_requests_ < requests) {
    const auto packet = run_->next();
    if (!packet) return std::unexpected(packet.error());
    if (*packet == nullptr) {
      run_->print_warnings();
      run_.reset();
    } else if ((*packet)->from_client) {
      ++run_requests_;
    } else {
      expect(**packet);
    }
  }
  return {};
}

Result<bool> ReplayComparison::finish() {
  const bool with_run = has_run() || run_requests_ != 0;
  if (run_status_) run_status_ = read_run(UINT64_MAX);
  if (!run_status_) return std::unexpected(run_status_.error());
  const auto found = comparer_.finish();
  fmt::print("compared with {}: {} same, {} missing, {} new, {} different\n",
             with_run ? "the earlier run" : "the capture's own answers", found.same, found.missing,
             found.added, found.different);
  if (found.unkept != 0) {
    fmt::print(
        "{} of them were too many to be kept: some that are missing or new may be different\n",
        found.unkept);
  }
  if (!found.differences.empty()) print_difference(found.differences.front());
  print_fields(found);
  print_one("missing", found.first_missing);
  print_one("new", found.first_added);
  return found.all_same();
}

}  // namespace loopgate::cli

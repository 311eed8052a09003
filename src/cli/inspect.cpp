#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/json.h"
#include "cli/capture_input.h"
#include "cli/cli.h"
#include "cli/client.h"
#include "codec/capture/dissector.h"
#include "codec/capture/flows.h"

namespace loopgate::cli {

namespace {

namespace capture = codec::capture;

constexpr std::size_t kShownFlows = 30;
constexpr std::size_t kShownPorts = 20;

// All that one reading of a capture tells.
struct Findings {
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;  // of frames, as captured
  std::uint64_t datagrams = 0;
  std::uint64_t payload_bytes = 0;
  std::uint64_t comments = 0;  // of packets
  std::optional<WallTime> first;
  std::optional<WallTime> last;
  std::map<capture::LinkType, std::uint64_t> links;
  capture::Flows flows;
  capture::SkipCounts skipped;
  std::uint64_t joined_fragments = 0;
  capture::Annotations notes;
  Status end;  // what stopped the reading

  void add(const capture::Record& record, capture::Dissector& dissector) {
    ++records;
    bytes += record.frame.size();
    ++links[record.link_type];
    if (!record.options.empty()) comments += capture::comments(record).size();
    first = first ? std::min(*first, record.time) : record.time;
    last = last ? std::max(*last, record.time) : record.time;
    const auto content = dissector.dissect(record);
    const auto* datagram = std::get_if<capture::UdpDatagram>(&content);
    if (datagram == nullptr) return;
    ++datagrams;
    payload_bytes += datagram->payload.size();
    flows.add(*datagram, record.time);
  }
};

Findings read_all(capture::Reader reader, bool tunnels) {
  Findings out;
  capture::Dissector dissector({.tunnels = tunnels});
  for (;;) {
    const auto record = reader.next();
    if (!record) out.end = std::unexpected(record.error());
    if (!record || *record == nullptr) break;
    out.add(**record, dissector);
  }
  dissector.finish();
  out.skipped = dissector.skipped();
  out.joined_fragments = dissector.joined_fragments();
  out.notes = reader.annotations();
  return out;
}

// Flows by the port that was spoken to first.
struct Port {
  std::set<std::string_view> protocols;
  std::uint64_t flows = 0;
  capture::FlowSide from_clients;
  capture::FlowSide from_servers;
};

void add_side(capture::FlowSide& sum, const capture::FlowSide& side) {
  sum.datagrams += side.datagrams;
  sum.bytes += side.bytes;
}

std::map<std::uint16_t, Port> ports_of(const capture::Flows& flows) {
  std::map<std::uint16_t, Port> out;
  for (const auto& flow : flows.all()) {
    Port& port = out[flow.server.port];
    ++port.flows;
    if (!flow.protocol.empty()) port.protocols.insert(flow.protocol);
    add_side(port.from_clients, flow.from_client);
    add_side(port.from_servers, flow.from_server);
  }
  return out;
}

double seconds_between(WallTime from, WallTime to) {
  return std::chrono::duration<double>(to - from).count();
}

nlohmann::ordered_json json_of(const capture::FlowSide& side) {
  return {{"datagrams", side.datagrams}, {"bytes", side.bytes}};
}

nlohmann::ordered_json json_of(const capture::Flow& flow) {
  return {{"client", flow.client.to_string()},
          {"server", flow.server.to_string()},
          {"protocol", flow.protocol},
          {"first", to_iso8601(flow.first)},
          {"last", to_iso8601(flow.last)},
          {"seconds", seconds_between(flow.first, flow.last)},
          {"from_client", json_of(flow.from_client)},
          {"from_server", json_of(flow.from_server)},
          {"smallest", flow.smallest},
          {"largest", flow.largest}};
}

nlohmann::ordered_json json_of(std::uint16_t number, const Port& port) {
  return {{"port", number},
          {"protocols", port.protocols},
          {"flows", port.flows},
          {"from_clients", json_of(port.from_clients)},
          {"from_servers", json_of(port.from_servers)}};
}

nlohmann::ordered_json json_of(const std::string& file, const Findings& found) {
  nlohmann::ordered_json out = {{"file", file},
                                {"format", found.notes.format},
                                {"records", found.records},
                                {"bytes", found.bytes},
                                {"datagrams", found.datagrams},
                                {"payload_bytes", found.payload_bytes},
                                {"joined_fragments", found.joined_fragments},
                                {"skipped_total", found.skipped.total()}};
  if (found.first) {
    out["first"] = to_iso8601(*found.first);
    out["last"] = to_iso8601(*found.last);
    out["seconds"] = seconds_between(*found.first, *found.last);
  }
  out["links"] = nlohmann::ordered_json::array();
  for (const auto& [link_type, count] : found.links) {
    out["links"].push_back({{"link_type", static_cast<unsigned>(link_type)},
                            {"name", describe(link_type)},
                            {"records", count}});
  }
  out["skipped"] = nlohmann::ordered_json::array();
  for (const auto& line : found.skipped.lines()) {
    out["skipped"].push_back({{"reason", line.code}, {"why", line.why}, {"count", line.count}});
  }
  out["ports"] = nlohmann::ordered_json::array();
  for (const auto& [number, port] : ports_of(found.flows)) {
    out["ports"].push_back(json_of(number, port));
  }
  out["flows"] = nlohmann::ordered_json::array();
  for (const auto& flow : found.flows.all()) out["flows"].push_back(json_of(flow));
  out["datagrams_of_flows_left_out"] = found.flows.left_out();
  out["comments"] = found.notes.comments;
  out["packet_comments"] = found.comments;
  out["secrets"] = found.notes.secrets.size();
  out["warnings"] = found.notes.warnings;
  if (!found.end) out["error"] = found.end.error().message;
  return out;
}

std::string or_dash(std::string_view text) {
  return text.empty() ? "-" : std::string(text);
}

void print_summary(const std::string& file, const Findings& found) {
  fmt::print("{}: {}, {} records", file, found.notes.format, found.records);
  if (found.first) {
    fmt::print(", {} to {} ({:.3f} s)", to_iso8601(*found.first), to_iso8601(*found.last),
               seconds_between(*found.first, *found.last));
  }
  fmt::print("\n");
  for (const auto& [link_type, count] : found.links) {
    fmt::print("link type {}: {} records\n", describe(link_type), count);
  }
  for (const auto& comment : found.notes.comments) fmt::print("comment: {}\n", comment);
  if (found.comments != 0) fmt::print("{} comments of packets\n", found.comments);
  if (!found.notes.secrets.empty()) {
    fmt::print("{} blocks of decryption secrets\n", found.notes.secrets.size());
  }
  fmt::print("{} datagrams with {} bytes in {} flows\n", found.datagrams, found.payload_bytes,
             found.flows.all().size());
  if (found.joined_fragments != 0) {
    fmt::print("{} fragments were put together\n", found.joined_fragments);
  }
  for (const auto& line : found.skipped.lines()) {
    fmt::print("skipped {}: {}\n", line.count, line.why);
  }
}

void print_ports(const Findings& found) {
  const auto ports = ports_of(found.flows);
  std::vector<std::pair<std::uint16_t, const Port*>> sorted;
  for (const auto& [number, port] : ports) sorted.emplace_back(number, &port);
  std::ranges::stable_sort(sorted, std::greater(), [](const auto& entry) {
    return entry.second->from_clients.datagrams + entry.second->from_servers.datagrams;
  });
  fmt::print("\n{:>7}  {:<16} {:>8} {:>18} {:>18}\n", "to port", "looks like", "flows",
             "from clients", "from servers");
  for (std::size_t i = 0; i < std::min(sorted.size(), kShownPorts); ++i) {
    const auto& [number, port] = sorted[i];
    fmt::print("{:>7}  {:<16} {:>8} {:>18} {:>18}\n", number,
               or_dash(fmt::format("{}", fmt::join(port->protocols, ", "))), port->flows,
               fmt::format("{} ({} B)", port->from_clients.datagrams, port->from_clients.bytes),
               fmt::format("{} ({} B)", port->from_servers.datagrams, port->from_servers.bytes));
  }
  if (sorted.size() > kShownPorts) {
    fmt::print("{} more ports; --json lists them\n", sorted.size() - kShownPorts);
  }
}

// The busiest, in the order in which they began.
void print_flows(const Findings& found) {
  std::vector<const capture::Flow*> sorted;
  for (const auto& flow : found.flows.all()) sorted.push_back(&flow);
  const auto shown = std::min(sorted.size(), kShownFlows);
  const auto size = [](const capture::Flow* flow) {
    return flow->from_client.datagrams + flow->from_server.datagrams;
  };
  std::ranges::stable_sort(sorted, std::greater(), size);
  sorted.resize(shown);
  std::ranges::stable_sort(sorted, {}, [](const capture::Flow* flow) { return flow->first; });
  constexpr const char* kRow = "{:<30} {:<30} {:<12} {:>15} {:>15} {:>13} {:>10}\n";
  fmt::print("\n");
  fmt::print(kRow, "client (spoke first)", "server", "looks like", "from client", "from server",
             "sizes", "seconds");
  for (const auto* flow : sorted) {
    fmt::print(kRow, flow->client.to_string(), flow->server.to_string(), or_dash(flow->protocol),
               fmt::format("{} ({} B)", flow->from_client.datagrams, flow->from_client.bytes),
               fmt::format("{} ({} B)", flow->from_server.datagrams, flow->from_server.bytes),
               flow->smallest == flow->largest
                   ? fmt::format("{}", flow->smallest)
                   : fmt::format("{}-{}", flow->smallest, flow->largest),
               fmt::format("{:.3f}", seconds_between(flow->first, flow->last)));
  }
  const auto hidden = found.flows.all().size() - shown;
  if (hidden != 0) fmt::print("{} more flows; --json lists them\n", hidden);
  if (found.flows.left_out() != 0) {
    fmt::print("{} datagrams of still more flows are counted above and not gathered\n",
               found.flows.left_out());
  }
}

// 1 when the file could not be read to its end; a cut end is a warning.
int inspect(const std::string& file, bool tunnels, bool as_json) {
  auto reader = open_capture(file, "inspect");
  if (!reader) return report(reader.error());
  const Findings found = read_all(*std::move(reader), tunnels);
  print_warnings(found.notes, file);
  if (as_json) {
    fmt::print("{}\n", write_json(json_of(file, found)));
  } else {
    print_summary(file, found);
    if (found.datagrams != 0) {
      print_ports(found);
      print_flows(found);
    }
  }
  return found.end ? 0 : report({found.end.error().message, {file}});
}

}  // namespace

void add_inspect(CLI::App& app, Outcome& outcome) {
  auto* verb = app.add_subcommand(
      "inspect", "Show what is in a capture: flows, who spoke first, protocols, what is skipped");
  auto file = std::make_shared<std::string>();
  auto tunnels = std::make_shared<bool>(false);
  auto as_json = std::make_shared<bool>(false);
  verb->add_option("file", *file, "The capture (pcap, pcapng; gzip, zstd); - is standard input")
      ->required()
      ->type_name("FILE");
  verb->add_flag("--tunnels", *tunnels, "Open IP in IP, IPv6 in IP and GRE");
  verb->add_flag("--json", *as_json, "As JSON");
  verb->callback(
      [&outcome, file, tunnels, as_json] { outcome.status = inspect(*file, *tunnels, *as_json); });
}

}  // namespace loopgate::cli

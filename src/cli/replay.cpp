#include <fmt/format.h>

#include <map>

#include "base/file.h"
#include "cli/capture_input.h"
#include "cli/cli.h"
#include "cli/client.h"
#include "cli/payload_flags.h"
#include "cli/sandbox_flags.h"
#include "codec/base64.h"
#include "codec/capture/dissector.h"
#include "wireguard/decrypt.h"

namespace loopgate::cli {

namespace {

constexpr std::size_t kBatch = 256;            // datagrams in one request
constexpr std::size_t kBatchBytes = 1U << 20;  // of their data; one more than this at most

struct ReplayFlags {
  std::string file;
  std::string listener;
  std::string region;
  int port = 0;
  std::string key_log;
  std::string wait = "2s";
  std::string endpoint;
  bool tunnels = false;
};

// The sessions in a capture, opened with --key-log and with what the capture itself carries.
using Decryptor = std::optional<wireguard::CaptureDecryptor>;

Result<Decryptor> decryptor_of(const codec::capture::Annotations& notes, const ReplayFlags& flags) {
  std::string lines;
  if (!flags.key_log.empty()) {
    auto text = read_file(flags.key_log, kMaxTextFileBytes);
    if (!text) return std::unexpected(text.error());
    lines = std::move(*text);
  }
  for (const auto& secrets : notes.secrets) {
    if (secrets.type == codec::capture::kWireGuardKeyLog) lines += to_text(secrets.data);
  }
  if (lines.empty()) return std::nullopt;
  auto log = wireguard::parse_key_log(lines);
  if (!log) return std::unexpected(log.error());
  return wireguard::CaptureDecryptor(std::move(*log));
}

// A capture's key log may stand anywhere in it: a pcapng file is read to its end once. Standard
// input cannot be: there it stands before its packets, or comes with --key-log.
Result<Decryptor> find_decryptor(const codec::capture::Reader& reader, const ReplayFlags& flags) {
  if (is_standard_input(flags.file) || reader.annotations().format == "pcap") {
    return decryptor_of(reader.annotations(), flags);
  }
  auto ahead = open_capture(flags.file, "replay");
  if (!ahead) return std::unexpected(ahead.error());
  for (auto record = ahead->next(); record && *record != nullptr; record = ahead->next()) {
  }
  return decryptor_of(ahead->annotations(), flags);
}

// What comes back, printed as it is read. The sandbox keeps a bounded amount of it.
class Answers {
 public:
  Answers(Client& client, std::uint64_t after) : client_(client), after_(after) {}

  // Until nothing has come for `wait`.
  Status read(std::chrono::milliseconds wait) {
    for (;;) {
      const auto answer =
          client_.get(fmt::format("/_loopgate/captured?after={}&wait_ms={}", after_, wait.count()));
      if (!answer) return std::unexpected(answer.error());
      const auto& datagrams = (*answer)["datagrams"];
      if (datagrams.empty()) return {};
      for (const auto& datagram : datagrams) print(datagram);
    }
  }
  std::uint64_t printed() const { return printed_; }
  std::uint64_t lost() const { return lost_; }  // let go by the sandbox before they were read

 private:
  void print(const nlohmann::json& datagram) {
    const auto payload = codec::base64_decode(datagram["data"].get<std::string>());
    fmt::print("to {}: {}\n", datagram["to"].get<std::string>(),
               printable(payload.value_or(Bytes{})));
    const auto seq = datagram["seq"].get<std::uint64_t>();
    lost_ += seq - after_ - 1;
    after_ = seq;
    ++printed_;
  }

  Client& client_;
  std::uint64_t after_;
  std::uint64_t printed_ = 0;
  std::uint64_t lost_ = 0;
};

// A capture on its way into the sandbox: a batch in memory, never the whole.
class Replay {
 public:
  Replay(codec::capture::Reader reader, const ReplayFlags& flags, Client& client, Answers& answers)
      : reader_(std::move(reader)),
        dissector_({.tunnels = flags.tunnels}),
        flags_(flags),
        client_(client),
        answers_(answers) {}

  // What was read before an error is injected.
  Status run() {
    auto decryptor = find_decryptor(reader_, flags_);
    if (!decryptor) return std::unexpected(decryptor.error());
    if (*decryptor) decryptor_.emplace(std::move(**decryptor));
    for (;;) {
      const auto record = reader_.next();
      if (!record || *record == nullptr) {
        dissector_.finish();
        const auto injected = inject();
        if (record && injected) tell_late_secrets();
        return record ? injected : fail(record.error().message, {flags_.file});
      }
      add(**record);
      if (batch_.size() < kBatch && batch_bytes_ < kBatchBytes) continue;
      if (const auto injected = inject(); !injected) return injected;
    }
  }

  std::uint64_t injected() const { return injected_; }
  const codec::capture::Annotations& notes() const { return reader_.annotations(); }

  void print_summary() const {
    fmt::print("replayed {} datagrams\n", injected_);
    for (const auto& [why, count] : skipped()) fmt::print("skipped {}: {}\n", count, why);
  }

  std::string why_nothing() const {
    std::string out;
    for (const auto& [why, count] : skipped()) {
      out += fmt::format("{}{} {}", out.empty() ? "" : ", ", count, why);
    }
    if (out.empty()) return "nothing was replayed: the capture has no packets";
    return "nothing was replayed: of its packets are " + out;
  }

 private:
  using Skipped = std::vector<std::pair<std::string, std::uint64_t>>;  // why → how many

  Skipped skipped() const {
    Skipped out;
    for (const auto& line : dissector_.skipped().lines()) out.emplace_back(line.why, line.count);
    out.insert(out.end(), skipped_.begin(), skipped_.end());
    return out;
  }

  void add(const codec::capture::Record& record) {
    const auto content = dissector_.dissect(record);
    const auto* datagram = std::get_if<codec::capture::UdpDatagram>(&content);
    if (datagram == nullptr) return;
    if (flags_.port != 0 && datagram->destination.port != flags_.port) {
      ++skipped_[fmt::format("not to port {}", flags_.port)];
    } else if (decryptor_) {
      add_decrypted(*datagram);
    } else {
      put({{"from", datagram->source.to_string()},
           {"data", codec::base64_encode(datagram->payload)}});
    }
  }

  // What a WireGuard session carried to its listener: the initiator's packets, as that peer's.
  void add_decrypted(const codec::capture::UdpDatagram& datagram) {
    const auto captured = decryptor_->read(datagram.payload);
    if (!captured) {
      ++skipped_[std::string(describe(captured.error()).code)];
      return;
    }
    const auto* packet = std::get_if<wireguard::CapturedPacket>(&*captured);
    if (packet == nullptr || !packet->from_initiator || packet->plaintext.empty()) {
      ++skipped_["a handshake, a keep-alive, or the listener's own"];
      return;
    }
    put({{"from", datagram.source.to_string()},
         {"peer_key", packet->initiator.to_base64()},
         {"data", codec::base64_encode(packet->plaintext)}});
  }

  void put(nlohmann::json entry) {
    batch_bytes_ += entry["data"].get_ref<const std::string&>().size();
    batch_.push_back(std::move(entry));
  }

  // Reads the answers along with it, so that they do not pile up.
  Status inject() {
    if (batch_.empty()) return {};
    const auto count = batch_.size();
    const auto answer = client_.post("/_loopgate/inject", {{"listener", flags_.listener},
                                                           {"region", flags_.region},
                                                           {"datagrams", std::move(batch_)}});
    batch_ = nlohmann::json::array();
    batch_bytes_ = 0;
    if (!answer) return std::unexpected(answer.error());
    injected_ += count;
    return answers_.read(std::chrono::milliseconds(0));
  }

  void tell_late_secrets() const {
    if (!is_standard_input(flags_.file) || decryptor_ || notes().secrets.empty()) return;
    fmt::print(stderr,
               "loopgate: standard input has keys behind its first packets: replay the capture "
               "from a file, or give them with --key-log, to replay what its sessions carried\n");
  }

  codec::capture::Reader reader_;
  codec::capture::Dissector dissector_;
  const ReplayFlags& flags_;
  Client& client_;
  Answers& answers_;
  Decryptor decryptor_;
  nlohmann::json batch_ = nlohmann::json::array();
  std::size_t batch_bytes_ = 0;
  std::uint64_t injected_ = 0;
  std::map<std::string, std::uint64_t> skipped_;  // beyond the dissector's own
};

int replay(const ReplayFlags& flags) {
  const auto wait = parse_duration(flags.wait);
  if (!wait) return report({"--wait: " + wait.error().message, {}});
  auto reader = open_capture(flags.file, "replay");
  if (!reader) return report(reader.error());
  Client client(flags.endpoint);
  const auto before = client.get("/_loopgate/captured?after=18446744073709551615");
  if (!before) return report(before.error());
  Answers answers(client, (*before)["last"].get<std::uint64_t>());
  Replay replay(*std::move(reader), flags, client, answers);
  const auto status = replay.run();
  print_warnings(replay.notes(), flags.file);
  if (!status && replay.injected() == 0) return report(status.error());
  replay.print_summary();
  const auto quiet = std::chrono::duration_cast<std::chrono::milliseconds>(*wait);
  if (replay.injected() != 0) {
    if (const auto read = answers.read(quiet); !read) return report(read.error());
    fmt::print("{} answers\n", answers.printed());
  }
  if (!status) return report(status.error());
  if (replay.injected() == 0) return report({replay.why_nothing(), {flags.file}});
  if (answers.lost() == 0) return 0;
  fmt::print(stderr,
             "loopgate: {} more answers came faster than they could be read, and were let go: "
             "replay a part of the capture at a time\n",
             answers.lost());
  return 1;
}

}  // namespace

void add_replay(CLI::App& app, Outcome& outcome) {
  auto* verb = app.add_subcommand(
      "replay",
      "Replay a capture (pcap, pcapng; gzip, zstd) into a listener, with its own sources");
  auto flags = std::make_shared<ReplayFlags>();
  verb->add_option("file", flags->file, "The capture; - is standard input")
      ->required()
      ->type_name("FILE");
  verb->add_option("--to", flags->listener,
                   "The listener's logical id, STACK/LOGICALID, name or port")
      ->required();
  verb->add_option("--region", flags->region, "Ingress region; default: the first");
  verb->add_option("--port", flags->port, "Only datagrams that were sent to this port")
      ->check(CLI::Range(1, 65535));
  verb->add_option(
      "--key-log", flags->key_log,
      "WireGuard key log: replays what the sessions in the capture carried, as those peers");
  verb->add_flag("--tunnels", flags->tunnels, "Open IP in IP, IPv6 in IP and GRE");
  verb->add_option("--wait", flags->wait, "Stop when no answer has come for so long")
      ->capture_default_str();
  verb->add_option("--endpoint", flags->endpoint, "The running sandbox");
  verb->callback([&outcome, flags] { outcome.status = replay(*flags); });
}

}  // namespace loopgate::cli

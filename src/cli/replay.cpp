#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <system_error>

#include "base/file.h"
#include "cli/cli.h"
#include "cli/client.h"
#include "cli/payload_flags.h"
#include "cli/sandbox_flags.h"
#include "codec/base64.h"
#include "codec/capture.h"
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
};

struct Datagrams {
  std::vector<nlohmann::json> entries;
  std::map<std::string, int> skipped;  // why → how many
};

// What a WireGuard session carried to its listener: the initiator's packets, as that peer's.
void add_decrypted(wireguard::CaptureDecryptor& decryptor,
                   const codec::capture::UdpDatagram& datagram, Datagrams& out) {
  const auto captured = decryptor.read(datagram.payload);
  if (!captured) {
    ++out.skipped[std::string(describe(captured.error()).code)];
    return;
  }
  const auto* packet = std::get_if<wireguard::CapturedPacket>(&*captured);
  if (packet == nullptr || !packet->from_initiator || packet->plaintext.empty()) {
    ++out.skipped["a handshake, a keep-alive, or the listener's own"];
    return;
  }
  out.entries.push_back({{"from", datagram.source.to_string()},
                         {"peer_key", packet->initiator.to_base64()},
                         {"data", codec::base64_encode(packet->plaintext)}});
}

// Given with --key-log, or in the capture itself (where a writer puts it before what it opens).
Result<std::optional<wireguard::CaptureDecryptor>> decryptor_of(
    const codec::capture::Reader& reader, const ReplayFlags& flags) {
  std::string lines;
  if (!flags.key_log.empty()) {
    auto text = read_file(flags.key_log, kMaxTextFileBytes);
    if (!text) return std::unexpected(text.error());
    lines = std::move(*text);
  }
  for (const auto& secrets : reader.secrets()) {
    if (secrets.type == codec::capture::kWireGuardKeyLog) lines += to_text(secrets.data);
  }
  if (lines.empty()) return std::nullopt;
  auto log = wireguard::parse_key_log(lines);
  if (!log) return std::unexpected(log.error());
  return wireguard::CaptureDecryptor(std::move(*log));
}

// A capture's key log may stand anywhere in it: read to the end once.
Result<std::optional<wireguard::CaptureDecryptor>> find_decryptor(ByteSpan file,
                                                                  const ReplayFlags& flags) {
  auto reader = codec::capture::Reader::open(file);
  if (!reader) return fail(reader.error().message, {flags.file});
  for (auto record = reader->next(); record && *record; record = reader->next()) {
  }
  return decryptor_of(*reader, flags);
}

Result<Datagrams> read_capture(ByteSpan file, const ReplayFlags& flags) {
  auto decryptor = find_decryptor(file, flags);
  if (!decryptor) return std::unexpected(decryptor.error());
  auto reader = codec::capture::Reader::open(file);
  if (!reader) return fail(reader.error().message, {flags.file});
  Datagrams out;
  for (;;) {
    const auto record = reader->next();
    if (!record) return fail(record.error().message, {flags.file});
    if (!*record) return out;
    const auto* datagram = (*record)->datagram();
    if (datagram == nullptr) {
      ++out.skipped[std::string(describe(std::get<codec::capture::Skip>((*record)->content)))];
    } else if (flags.port != 0 && datagram->destination.port != flags.port) {
      ++out.skipped[fmt::format("not to port {}", flags.port)];
    } else if (*decryptor) {
      add_decrypted(**decryptor, *datagram, out);
    } else {
      out.entries.push_back({{"from", datagram->source.to_string()},
                             {"data", codec::base64_encode(datagram->payload)}});
    }
  }
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

// Reads the answers along with it, so that they do not pile up.
Status inject(Client& client, const ReplayFlags& flags, const std::vector<nlohmann::json>& entries,
              Answers& answers) {
  for (std::size_t start = 0; start < entries.size();) {
    auto batch = nlohmann::json::array();
    for (std::size_t bytes = 0;
         start < entries.size() && batch.size() < kBatch && bytes < kBatchBytes; ++start) {
      bytes += entries[start]["data"].get_ref<const std::string&>().size();
      batch.push_back(entries[start]);
    }
    const auto answer = client.post(
        "/_loopgate/inject",
        {{"listener", flags.listener}, {"region", flags.region}, {"datagrams", std::move(batch)}});
    if (!answer) return std::unexpected(answer.error());
    if (const auto status = answers.read(std::chrono::milliseconds(0)); !status) return status;
  }
  return {};
}

// Before a byte of it is read: a pipe or device may have no end.
Status check_capture(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  const auto refuse = [&](std::string_view what) {
    return fail(fmt::format("is {}; replay reads a whole capture from a regular file: write it to "
                            "one first",
                            what),
                {path});
  };
  switch (status.type()) {
    case std::filesystem::file_type::directory:
      return refuse("a folder");
    case std::filesystem::file_type::fifo:
      return refuse("a pipe");
    case std::filesystem::file_type::socket:
      return refuse("a socket");
    case std::filesystem::file_type::character:
    case std::filesystem::file_type::block:
      return refuse("a device");
    default:
      return {};  // what is missing is told by the reading
  }
}

int replay(const ReplayFlags& flags) {
  const auto wait = parse_duration(flags.wait);
  if (!wait) return report({"--wait: " + wait.error().message, {}});
  if (const auto status = check_capture(flags.file); !status) return report(status.error());
  const auto file = read_file(flags.file, kMaxBinaryFileBytes);
  if (!file) return report(file.error());
  const auto datagrams = read_capture(as_bytes(*file), flags);
  if (!datagrams) return report(datagrams.error());
  Client client(flags.endpoint);
  const auto before = client.get("/_loopgate/captured?after=18446744073709551615");
  if (!before) return report(before.error());
  Answers answers(client, (*before)["last"].get<std::uint64_t>());
  if (const auto status = inject(client, flags, datagrams->entries, answers); !status) {
    return report(status.error());
  }
  fmt::print("replayed {} datagrams\n", datagrams->entries.size());
  for (const auto& [why, count] : datagrams->skipped) fmt::print("skipped {}: {}\n", count, why);
  const auto quiet = std::chrono::duration_cast<std::chrono::milliseconds>(*wait);
  if (const auto status = answers.read(quiet); !status) return report(status.error());
  fmt::print("{} answers\n", answers.printed());
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
      "replay", "Replay a capture (pcap, pcapng) into a listener, with its own source addresses");
  auto flags = std::make_shared<ReplayFlags>();
  verb->add_option("file", flags->file, "The capture")->required()->type_name("FILE");
  verb->add_option("--to", flags->listener,
                   "The listener's logical id, STACK/LOGICALID, name or port")
      ->required();
  verb->add_option("--region", flags->region, "Ingress region; default: the first");
  verb->add_option("--port", flags->port, "Only datagrams that were sent to this port")
      ->check(CLI::Range(1, 65535));
  verb->add_option(
      "--key-log", flags->key_log,
      "WireGuard key log: replays what the sessions in the capture carried, as those peers");
  verb->add_option("--wait", flags->wait, "Stop when no answer has come for so long")
      ->capture_default_str();
  verb->add_option("--endpoint", flags->endpoint, "The running sandbox");
  verb->callback([&outcome, flags] { outcome.status = replay(*flags); });
}

}  // namespace loopgate::cli

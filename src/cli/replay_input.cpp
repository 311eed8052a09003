#include "cli/replay_input.h"

#include <fmt/format.h>

#include <map>
#include <optional>

#include "base/file.h"
#include "cli/capture_input.h"
#include "cli/sandbox_flags.h"
#include "codec/capture/decompress.h"
#include "codec/capture/dissector.h"
#include "codec/capture/gateway_json.h"
#include "codec/capture/speakers.h"
#include "io/file_source.h"
#include "wireguard/decrypt.h"

namespace loopgate::cli {

namespace {

namespace capture = codec::capture;

// The sessions in a capture, opened with --key-log and with what the capture itself carries.
using Decryptor = std::optional<wireguard::CaptureDecryptor>;

Result<Decryptor> decryptor_of(const capture::Annotations& notes, const std::string& key_log) {
  std::string lines;
  if (!key_log.empty()) {
    auto text = read_file(key_log, kMaxTextFileBytes);
    if (!text) return std::unexpected(text.error());
    lines = std::move(*text);
  }
  for (const auto& secrets : notes.secrets) {
    if (secrets.type == capture::kWireGuardKeyLog) lines += to_text(secrets.data);
  }
  if (lines.empty()) return std::nullopt;
  auto log = wireguard::parse_key_log(lines);
  if (!log) return std::unexpected(log.error());
  return wireguard::CaptureDecryptor(std::move(*log));
}

// A capture's key log may stand anywhere in it: a pcapng file is read to its end once. Standard
// input cannot be: there it stands before its packets, or comes with --key-log.
Result<Decryptor> find_decryptor(const capture::Reader& reader, const ReplayInputOptions& options) {
  if (is_standard_input(options.file) || reader.annotations().format == "pcap") {
    return decryptor_of(reader.annotations(), options.key_log);
  }
  auto ahead = open_capture(options.file, "replay");
  if (!ahead) return std::unexpected(ahead.error());
  for (auto record = ahead->next(); record && *record != nullptr; record = ahead->next()) {
  }
  return decryptor_of(ahead->annotations(), options.key_log);
}

class CaptureInput final : public ReplayInput {
 public:
  CaptureInput(capture::Reader reader, Decryptor decryptor, const ReplayInputOptions& options)
      : reader_(std::move(reader)),
        dissector_({.tunnels = options.tunnels}),
        decryptor_(std::move(decryptor)),
        file_(options.file) {}

  Result<const ReplayPacket*> next() override {
    for (;;) {
      const auto record = reader_.next();
      if (!record) return fail(record.error().message, {file_});
      if (*record == nullptr) {
        dissector_.finish();
        tell_late_secrets();
        return nullptr;
      }
      const auto content = dissector_.dissect(**record);
      const auto* datagram = std::get_if<capture::UdpDatagram>(&content);
      if (datagram == nullptr) continue;
      packet_.time = (*record)->time;
      packet_.source = datagram->source;
      packet_.destination = datagram->destination;
      if (decryptor_) {
        if (!decrypt(datagram->payload)) continue;
      } else {
        packet_.payload = datagram->payload;
        packet_.from_client = speakers_.from_client(datagram->source, datagram->destination);
      }
      return &packet_;
    }
  }

  Skipped skipped() const override {
    Skipped out;
    for (const auto& line : dissector_.skipped().lines()) out.emplace_back(line.why, line.count);
    out.insert(out.end(), skipped_.begin(), skipped_.end());
    return out;
  }

  void print_warnings() override {
    cli::print_warnings(reader_.annotations(), file_, told_);
    told_ = reader_.annotations().warnings.size();
  }

 private:
  // What a WireGuard session carried, the initiator being the client.
  bool decrypt(ByteSpan datagram) {
    auto captured = decryptor_->read(datagram);
    if (!captured) {
      ++skipped_[std::string(describe(captured.error()).code)];
      return false;
    }
    auto* inner = std::get_if<wireguard::CapturedPacket>(&*captured);
    if (inner == nullptr || inner->plaintext.empty()) {
      ++skipped_["a handshake or a keep-alive"];
      return false;
    }
    plaintext_ = std::move(inner->plaintext);
    packet_.payload = plaintext_;
    packet_.peer_key = inner->initiator.to_base64();
    packet_.from_client = inner->from_initiator;
    return true;
  }

  void tell_late_secrets() const {
    if (!is_standard_input(file_) || decryptor_ || reader_.annotations().secrets.empty()) return;
    fmt::print(stderr,
               "loopgate: standard input has keys behind its first packets: replay the capture "
               "from a file, or give them with --key-log, to replay what its sessions carried\n");
  }

  capture::Reader reader_;
  capture::Dissector dissector_;
  capture::Speakers speakers_;
  Decryptor decryptor_;
  std::string file_;
  ReplayPacket packet_;
  Bytes plaintext_;
  std::map<std::string, std::uint64_t> skipped_;  // beyond the dissector's own
  std::size_t told_ = 0;
};

// What destinations got, and functions answered.
class JsonInput final : public ReplayInput {
 public:
  JsonInput(std::unique_ptr<ByteSource> source, std::string file)
      : json_(std::move(source)), file_(std::move(file)) {}

  Result<const ReplayPacket*> next() override {
    const auto found = json_.next();
    if (!found) return fail(found.error().message, {file_});
    if (*found == nullptr) return nullptr;
    const auto& [time, remote, local, peer_key, is_answer, payload] = **found;
    packet_ = {.time = time,
               .source = is_answer ? local : remote,
               .destination = is_answer ? remote : local,
               .payload = payload,
               .peer_key = peer_key,
               .from_client = !is_answer};
    return &packet_;
  }

  Skipped skipped() const override {
    Skipped out;
    if (json_.others() != 0) out.emplace_back("JSON that is no packet", json_.others());
    if (json_.unknown_tags() != 0) {
      out.emplace_back("an answer whose packet is not there", json_.unknown_tags());
    }
    return out;
  }

  void print_warnings() override {}

 private:
  capture::GatewayJson json_;
  std::string file_;
  ReplayPacket packet_;
};

// Its first bytes say what a file is. Standard input cannot be looked at twice: it is a capture.
Result<bool> is_json(const std::string& file) {
  if (is_standard_input(file)) return false;
  auto source = io::open_file_source(file);
  if (!source) return std::unexpected(source.error());
  auto plain = capture::decompressed(*std::move(source));
  if (!plain) return false;  // the reader of captures says why
  Bytes head(64);
  const auto size = (*plain)->read(head);
  return size && capture::looks_like_json(ByteSpan(head).first(*size));
}

Result<std::unique_ptr<ReplayInput>> open_json(const std::string& file) {
  auto source = io::open_file_source(file);
  if (!source) return std::unexpected(source.error());
  auto plain = capture::decompressed(*std::move(source));
  if (!plain) return std::unexpected(plain.error());
  return std::make_unique<JsonInput>(*std::move(plain), file);
}

}  // namespace

Status ReplayInput::check(const std::string& file) {
  if (is_standard_input(file)) return {};
  if (const auto regular = check_regular(file, "replay"); !regular) return regular;
  const auto json = is_json(file);
  if (!json) return std::unexpected(json.error());
  if (*json) return {};
  const auto reader = open_capture(file, "replay");
  return reader ? Status{} : std::unexpected(reader.error());
}

Result<std::unique_ptr<ReplayInput>> ReplayInput::open(const ReplayInputOptions& options) {
  if (const auto regular = check_regular(options.file, "replay"); !regular) {
    return std::unexpected(regular.error());
  }
  const auto json = is_json(options.file);
  if (!json) return std::unexpected(json.error());
  if (*json) return open_json(options.file);
  auto reader = open_capture(options.file, "replay");
  if (!reader) return std::unexpected(reader.error());
  auto decryptor = find_decryptor(*reader, options);
  if (!decryptor) return std::unexpected(decryptor.error());
  return std::make_unique<CaptureInput>(*std::move(reader), *std::move(decryptor), options);
}

}  // namespace loopgate::cli

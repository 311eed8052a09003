#include "sandbox/capture_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/version.h"
#include "codec/ip.h"
#include "sandbox/redaction.h"

namespace loopgate {

Result<std::unique_ptr<CaptureFile>> CaptureFile::open(const std::string& path, io::Loop& loop,
                                                       gateway::Gateway& gateway,
                                                       Journal& journal) {
  auto file = io::create_private_file(path);
  if (!file) return fail("the capture " + file.error().message, {path});
  return std::unique_ptr<CaptureFile>(new CaptureFile(*std::move(file), loop, gateway, journal));
}

CaptureFile::CaptureFile(io::FilePtr file, io::Loop& loop, gateway::Gateway& gateway,
                         Journal& journal)
    : file_(std::move(file)),
      gateway_(gateway),
      clock_(loop.clock()),
      journal_(journal),
      writer_(fmt::format("loopgate {}", version())),
      outer_(writer_.add_interface(codec::capture::LinkType::kRaw, "listeners")),
      inner_(writer_.add_interface(codec::capture::LinkType::kRaw, "inside-wireguard")) {
  gateway_.set_key_log_observer([this](const std::string& lines) {
    writer_.add_secrets(codec::capture::kWireGuardKeyLog,
                        secrets_ ? Redaction(secrets_()).lines_without(lines) : lines);
  });
  gateway_.set_datagram_observer(
      [this](const gateway::ObservedDatagram& datagram) { observe(datagram); });
  loop.at_turn_end(io::Loop::Stage::kAfterCommit, [this, alive = alive_.token()] {
    if (alive) write_out();
  });
}

CaptureFile::~CaptureFile() {
  gateway_.set_datagram_observer(nullptr);
  gateway_.set_key_log_observer(nullptr);
  write_out();
}

void CaptureFile::observe(const gateway::ObservedDatagram& datagram) {
  const auto comment = fmt::format(
      "{} {}{}{}", datagram.listener, datagram.region, datagram.injected ? " injected" : "",
      datagram.peer_key.empty() ? "" : fmt::format(" peer {}", datagram.peer_key));
  if (datagram.is_inner) {
    // Raw plaintext is no packet; only its comment could tell, so it stays with the outer one.
    if (codec::parse_ip_header(datagram.bytes)) {
      writer_.add_packet(inner_, clock_.wall(), datagram.bytes, comment);
    }
    return;
  }
  const auto& source = datagram.inbound ? datagram.remote : datagram.local;
  const auto& destination = datagram.inbound ? datagram.local : datagram.remote;
  // Of two families (a client that was injected into a listener on ::1): IPv6, with the IPv4
  // address mapped; it reads as IPv4 again.
  const auto frame = codec::build_udp(source, destination, datagram.bytes);
  if (!frame.empty()) return writer_.add_packet(outer_, clock_.wall(), frame, comment);
  if (std::exchange(told_too_large_, true)) return;
  journal_.warn(
      fmt::format("a datagram of {} bytes does not fit an IPv4 packet: such ones are not in the "
                  "capture",
                  datagram.bytes.size()));
}

void CaptureFile::write_out() {
  if (writer_.pending_bytes() == 0 || failed_) return;
  const auto bytes = writer_.take();
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) == bytes.size() &&
      std::fflush(file_.get()) == 0) {
    return;
  }
  failed_ = true;
  gateway_.set_datagram_observer(nullptr);
  journal_.warn(fmt::format("the capture ends here: {}", std::strerror(errno)));
}

}  // namespace loopgate

#include "cli/replay_writer.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

#include "base/version.h"
#include "codec/ip.h"

namespace loopgate::cli {

namespace {

// What waits for its story. Beyond, the oldest are written without it.
constexpr std::size_t kMaxWaiting = 65'536;
constexpr std::size_t kMaxWaitingBytes = 64U << 20;
constexpr std::size_t kWriteBytes = 1U << 20;

// What a WireGuard peer encrypted may be an IP packet already, and then says more than we know.
Bytes frame_of(const Endpoint& from, const Endpoint& to, ByteSpan payload, bool inner) {
  if (inner && codec::parse_ip_header(payload)) return to_bytes(payload);
  return codec::build_udp(from, to, payload);
}

std::string story_of(const ReplayEnd& end) {
  const auto reason = end.reason.empty() ? std::string() : fmt::format(" [{}]", end.reason);
  const auto text = end.text.empty() ? std::string() : ": " + end.text;
  switch (end.kind) {
    case ReplayEnd::Kind::kDelivered:
      return reason.empty() ? "delivered"
                            : fmt::format("delivered, and discarded by another{}{}", reason, text);
    case ReplayEnd::Kind::kDiscarded:
      return fmt::format("discarded{}{}", reason, text);
    case ReplayEnd::Kind::kTaken:
      return "for no destination";
    case ReplayEnd::Kind::kUnfinished:
      break;
  }
  return "still under way";
}

}  // namespace

Result<std::unique_ptr<ReplayWriter>> ReplayWriter::open(const std::string& path, bool waits) {
  auto file = io::create_private_file(path);
  if (!file) return fail("--write " + file.error().message, {path});
  return std::unique_ptr<ReplayWriter>(new ReplayWriter(path, *std::move(file), waits));
}

ReplayWriter::ReplayWriter(std::string path, io::FilePtr file, bool waits)
    : path_(std::move(path)),
      file_(std::move(file)),
      waits_(waits),
      writer_(fmt::format("loopgate {}", version())),
      interface_(writer_.add_interface(codec::capture::LinkType::kRaw, "replay")) {}

void ReplayWriter::on_request(const ReplayRequest& request) {
  const auto& packet = request.packet;
  auto comment = request.tag.empty() ? fmt::format("sent to {}", request.target)
                                     : fmt::format("tag {} to {}", request.tag, request.target);
  if (!packet.peer_key.empty()) comment += " peer " + packet.peer_key;
  if (!packet.mutation.empty()) comment += ", " + packet.mutation;
  add({request.number, !waits_ || request.tag.empty(), packet.time,
       frame_of(packet.source, packet.destination, packet.payload, !packet.peer_key.empty()),
       std::move(comment)});
}

void ReplayWriter::on_end(std::uint64_t request, const ReplayEnd& end) {
  const auto waiting = waiting_.extract(request);
  if (waiting.empty()) return;
  waiting.mapped()->comment += ": " + story_of(end);
  waiting.mapped()->ready = true;
  write_ready(false);
}

void ReplayWriter::on_answer(const ReplayAnswer& answer) {
  if (answer.server.port == 0) {
    ++left_out_;
    return;
  }
  const auto comment = answer.tag.empty() ? fmt::format("from {}", answer.from)
                                          : fmt::format("tag {} from {}", answer.tag, answer.from);
  add({0, true, answer.time, frame_of(answer.server, answer.client, answer.payload, answer.inner),
       comment});
}

void ReplayWriter::add(Packet packet) {
  if (packet.frame.empty()) {
    ++left_out_;
    return;
  }
  bytes_ += packet.frame.size();
  packets_.push_back(std::move(packet));
  if (!packets_.back().ready) waiting_[packets_.back().request] = &packets_.back();
  write_ready(false);
}

void ReplayWriter::write_ready(bool all) {
  while (!packets_.empty()) {
    const bool crowded = packets_.size() > kMaxWaiting || bytes_ > kMaxWaitingBytes;
    if (!packets_.front().ready && !all && !crowded) return;
    write(packets_.front());
    waiting_.erase(packets_.front().request);
    bytes_ -= packets_.front().frame.size();
    packets_.pop_front();
  }
}

void ReplayWriter::write(const Packet& packet) {
  writer_.add_packet(interface_, packet.time, packet.frame, packet.comment);
  ++written_;
  if (writer_.pending_bytes() >= kWriteBytes) write_out();
}

void ReplayWriter::write_out() {
  const auto bytes = writer_.take();
  if (!status_ || std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) == bytes.size()) return;
  status_ = fail(std::strerror(errno), {path_});
}

Status ReplayWriter::finish() {
  write_ready(true);
  write_out();
  if (status_ && std::fflush(file_.get()) != 0) status_ = fail(std::strerror(errno), {path_});
  return status_;
}

}  // namespace loopgate::cli

// replay: the UDP datagrams of a capture, injected with their own sources.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "codec/capture/dissector.h"
#include "io/file_source.h"
#include "scenario/fields.h"
#include "scenario/limits.h"
#include "scenario/payload.h"
#include "scenario/stage.h"

namespace loopgate::scenario {

namespace {

class Replay final : public Step {
 public:
  std::string file;
  std::string to;
  std::string region;
  std::optional<std::uint64_t> port;       // of the captured destination
  std::optional<std::uint64_t> datagrams;  // how many there must be
  bool paced = false;
  bool tunnels = false;

  Outcome run(Stage& stage) const override {
    auto reader = open(resolve_path(stage.folder(), file));
    if (!reader) return mismatch(reader.error());
    codec::capture::Dissector dissector({.tunnels = tunnels});
    std::uint64_t injected = 0;
    std::optional<WallTime> previous;
    for (;;) {
      const auto record = reader->next();
      if (!record) return mismatch(file + ": " + record.error().message);
      if (*record == nullptr) break;
      const auto content = dissector.dissect(**record);
      const auto* datagram = std::get_if<codec::capture::UdpDatagram>(&content);
      if (datagram == nullptr || (port && datagram->destination.port != *port)) continue;
      if (paced && previous) stage.advance(std::max((*record)->time - *previous, Duration{}));
      previous = (*record)->time;
      const auto status = stage.sandbox().inject(to, region, datagram->source, datagram->payload);
      if (!status) return mismatch(status.error());
      ++injected;
    }
    stage.settle();
    if (injected == 0 && !datagrams) return nothing_in_it(dissector);
    if (!datagrams || *datagrams == injected) return {};
    return std::unexpected(Mismatch{"the capture has another number of datagrams",
                                    fmt::format("datagrams: {}", *datagrams),
                                    fmt::format("datagrams: {}", injected)});
  }

 private:
  Outcome nothing_in_it(codec::capture::Dissector& dissector) const {
    dissector.finish();
    std::string message = file + ": the capture has no datagram to replay";
    for (const auto& line : dissector.skipped().lines()) {
      message += fmt::format("\n  skipped {}: {}", line.count, line.why);
    }
    if (port) message += fmt::format("\n  only those to port {} were asked for", *port);
    return mismatch(message);
  }

  // A pipe would hold up the story for as long as it likes.
  static Result<codec::capture::Reader> open(const std::string& path) {
    std::error_code error;
    const bool there = std::filesystem::exists(path, error);
    if (there && !std::filesystem::is_regular_file(path, error)) {
      return fail("is no regular file", {path});
    }
    auto source = io::open_file_source(path);
    if (!source) return std::unexpected(source.error());
    auto reader = codec::capture::Reader::open(*std::move(source));
    if (!reader) return fail(reader.error().message, {path});
    return reader;
  }
};

}  // namespace

Result<StepPtr> parse_replay(const Node& value) {
  Fields fields(value, "replay");
  auto step = std::make_unique<Replay>();
  step->file = fields.required_text("file");
  step->to = fields.required_text("to");
  step->region = fields.text("region");
  step->port = fields.number("port", 65'535);
  step->datagrams = fields.number("datagrams", kMaxCount);
  step->paced = fields.flag("paced");
  step->tunnels = fields.flag("tunnels");
  if (const auto status = fields.finish(); !status) return std::unexpected(status.error());
  return step;
}

}  // namespace loopgate::scenario

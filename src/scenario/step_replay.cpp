// replay: the UDP datagrams of a capture, injected with their own sources.
#include <fmt/format.h>

#include <algorithm>

#include "base/file.h"
#include "codec/capture.h"
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

  Outcome run(Stage& stage) const override {
    const auto bytes = read_file(resolve_path(stage.folder(), file), kMaxCaptureBytes);
    if (!bytes) return mismatch(bytes.error());
    auto reader = codec::capture::Reader::open(as_bytes(*bytes));
    if (!reader) return mismatch(file + ": " + reader.error().message);
    std::uint64_t injected = 0;
    std::optional<WallTime> previous;
    for (;;) {
      const auto record = reader->next();
      if (!record) return mismatch(file + ": " + record.error().message);
      if (!*record) break;
      const auto* datagram = (*record)->datagram();
      if (datagram == nullptr || (port && datagram->destination.port != *port)) continue;
      if (paced && previous) stage.advance(std::max((*record)->time - *previous, Duration{}));
      previous = (*record)->time;
      const auto status = stage.sandbox().inject(to, region, datagram->source, datagram->payload);
      if (!status) return mismatch(status.error());
      ++injected;
    }
    stage.settle();
    if (!datagrams || *datagrams == injected) return {};
    return std::unexpected(Mismatch{"the capture has another number of datagrams",
                                    fmt::format("datagrams: {}", *datagrams),
                                    fmt::format("datagrams: {}", injected)});
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
  if (const auto status = fields.finish(); !status) return std::unexpected(status.error());
  return step;
}

}  // namespace loopgate::scenario

#include "gateway/reply.h"

#include <fmt/format.h>

namespace loopgate::gateway {

namespace {

constexpr std::string_view kNotAnObject = "the entry is not an object";
constexpr std::string_view kBadTag = "Tag is missing or not a string";
constexpr std::string_view kBadData = "Data is not a string";
constexpr std::size_t kKeysShown = 60;  // characters

bool read_data(JsonScan& scan, Reply& out) {
  out.data.reset();
  switch (scan.peek()) {
    case JsonKind::kString:
      out.data = scan.string();
      return out.data.has_value();
    case JsonKind::kNull:
      return scan.skip();
    default:
      out.problem = kBadData;
      return scan.skip();
  }
}

}  // namespace

bool read_reply(JsonScan& scan, Reply& out) {
  if (scan.peek() != JsonKind::kObject) {
    out.problem = kNotAnObject;
    return scan.skip();
  }
  bool has_tag = false;
  const bool sound = scan.object([&](std::string_view key) {
    if (key == "Data") return read_data(scan, out);
    if (key != "Tag" || scan.peek() != JsonKind::kString) return scan.skip();
    const auto tag = scan.string();
    if (tag) out.tag = *tag;
    has_tag = tag.has_value();
    return has_tag;
  });
  if (!has_tag) out.problem = kBadTag;
  return sound;
}

std::expected<std::vector<Reply>, std::string> ReplyParser::parse() {
  std::vector<Reply> out;
  std::string error;
  if (scan_.peek() == JsonKind::kNull && scan_.skip() && scan_.at_end()) return out;
  if (scan_.peek() != JsonKind::kObject)
    return std::unexpected<std::string>("the answer is not a JSON object");
  const bool sound = scan_.object([&](std::string_view key) {
    if (key == "Replies") return read_replies(out, error);
    if (!has_replies_ && other_keys_.size() < kKeysShown) {
      other_keys_.append(other_keys_.empty() ? "" : ", ").append(key.substr(0, kKeysShown));
    }
    return scan_.skip();
  });
  if (!sound || !scan_.at_end())
    return std::unexpected<std::string>("the answer is not valid JSON");
  if (!error.empty()) return std::unexpected(error);
  return out;
}

std::string ReplyParser::oddity() const {
  if (has_replies_ || other_keys_.empty()) return {};
  return fmt::format("the answer has no Replies (its keys: {})", other_keys_);
}

bool ReplyParser::read_replies(std::vector<Reply>& out, std::string& error) {
  has_replies_ = true;
  out.clear();  // of two members of one name the last counts
  error.clear();
  if (scan_.peek() == JsonKind::kNull) return scan_.skip();
  if (scan_.peek() != JsonKind::kArray) {
    error = "Replies is not a list";
    return scan_.skip();
  }
  return scan_.array([&] {
    if (scan_.peek() == JsonKind::kNull) return scan_.skip();
    out.emplace_back();
    return read_reply(scan_, out.back());
  });
}

}  // namespace loopgate::gateway

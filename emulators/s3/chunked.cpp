#include "emulators/s3/chunked.h"

#include <algorithm>
#include <charconv>

#include "codec/text.h"

namespace loopgate::s3 {

bool ChunkedReader::read(std::string_view bytes,
                         const std::function<void(std::string_view)>& take) {
  while (!bytes.empty()) {
    if (state_ == State::kEnd) return false;
    if (state_ == State::kData) {
      const auto piece = bytes.substr(0, std::min<std::uint64_t>(left_, bytes.size()));
      take(piece);
      left_ -= piece.size();
      bytes.remove_prefix(piece.size());
      if (left_ == 0) state_ = State::kDataEnd;
      continue;
    }
    const char c = bytes.front();
    bytes.remove_prefix(1);
    if (c == '\n') {
      if (!line_.ends_with('\r')) return false;
      line_.pop_back();
      if (!end_line()) return false;
      line_.clear();
    } else if (line_.size() == kMostLineBytes) {
      return false;
    } else {
      line_ += c;
    }
  }
  return true;
}

bool ChunkedReader::end_line() {
  switch (state_) {
    case State::kHead:
      return begin_piece();
    case State::kDataEnd:
      state_ = State::kHead;
      return line_.empty();
    default:
      break;
  }
  if (line_.empty()) {
    state_ = State::kEnd;
    return true;
  }
  trailers_.push_back(line_);
  return trailers_.size() <= kMostTrailers;
}

// "400;chunk-signature=…"
bool ChunkedReader::begin_piece() {
  const auto digits = std::string_view(line_).substr(0, line_.find(';'));
  const auto* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, left_, 16);
  if (digits.empty() || error != std::errc() || stop != end) return false;
  state_ = left_ == 0 ? State::kTrailers : State::kData;
  return true;
}

std::vector<aws::Header> ChunkedReader::trailers() const {
  std::vector<aws::Header> out;
  const auto add = [&](std::string_view line) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return;
    auto value = line.substr(colon + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    while (value.ends_with(' ') || value.ends_with('\r')) value.remove_suffix(1);
    auto name = codec::lower(line.substr(0, colon));
    if (name != "x-amz-trailer-signature") out.push_back({std::move(name), std::string(value)});
  };
  for (const auto& line : trailers_) add(line);
  if (state_ == State::kTrailers) add(line_);
  return out;
}

}  // namespace loopgate::s3

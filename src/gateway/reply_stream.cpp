// The streaming half of reply.h: brackets and strings are followed only as far as it takes to know
// where an entry ends; the entry itself is then read, and checked, as a whole.
#include "gateway/reply.h"

namespace loopgate::gateway {

namespace {

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

constexpr std::size_t kMaxKey = 32;

}  // namespace

void ReplyStream::push(std::string_view chunk) {
  for (const char c : chunk) {
    if (!problem_.empty()) return;
    take(c);
    if (frame_.size() > kMaxReplyFrameBytes) poison("an entry is too large");
  }
}

std::optional<std::string> ReplyStream::finish() {
  if (problem_.empty()) end_token();
  if (problem_.empty() && (!stack_.empty() || in_string_))
    problem_ = "the answer ends inside a JSON value";
  if (problem_.empty()) return std::nullopt;
  return problem_;
}

void ReplyStream::take(char c) {
  if (in_string_) return take_in_string(c);
  const bool at_value = stack_.empty() || in_list();
  if (c == '{' || c == '[') return open(c);
  if (c == '}' || c == ']') return close(c);
  if (at_value && (is_space(c) || (in_list() && c == ','))) return end_token();
  if (at_value) {
    // Only `null` may stand here beside objects; see end_token.
    token_ += c;
    if (token_.size() > kMaxKey || c == '"') poison("an entry is neither an object nor null");
    return;
  }
  if (collecting()) frame_ += c;
  if (c == '"') {
    in_string_ = true;
    if (stack_.size() == 1) key_.clear();
  } else if (stack_.size() == 1 && c == ',') {
    key_.clear();
  }
}

void ReplyStream::take_in_string(char c) {
  if (collecting()) frame_ += c;
  if (escaped_) {
    escaped_ = false;
  } else if (c == '\\') {
    escaped_ = true;
  } else if (c == '"') {
    in_string_ = false;
    return;
  }
  if (stack_.size() == 1 && key_.size() < kMaxKey) key_ += c;
}

void ReplyStream::open(char c) {
  end_token();
  if (stack_.size() >= static_cast<std::size_t>(kMaxJsonDepth))
    return poison("the answer is nested too deeply");
  if (stack_.empty() && c == '[')
    return poison("the answer is a list; {\"Replies\":[…]} is expected");
  if (in_list() && c == '[') return poison("an entry is neither an object nor null");
  const bool begins_list = c == '[' && stack_ == "{" && key_ == "Replies" && !listed_;
  if (stack_.empty() || in_list()) frame_.clear();
  stack_ += c;
  if (begins_list) {
    listing_ = listed_ = true;
    frame_.clear();
  } else if (collecting()) {
    frame_ += c;
  }
}

void ReplyStream::close(char c) {
  end_token();
  if (!problem_.empty()) return;
  if (stack_.empty() || (c == '}') != (stack_.back() == '{'))
    return poison("the answer's brackets do not match");
  if (collecting()) frame_ += c;
  stack_.pop_back();
  if (in_list() && c == '}') {
    emit_entry();
  } else if (listing_ && stack_.size() == 1) {
    listing_ = false;
  } else if (stack_.empty()) {
    if (!listed_) emit_document();
    listed_ = false;
    key_.clear();
    frame_.clear();
  }
}

void ReplyStream::end_token() {
  if (!token_.empty() && token_ != "null") poison("an entry is neither an object nor null");
  token_.clear();
}

void ReplyStream::emit_entry() {
  JsonScan scan(frame_);
  Reply reply;
  if (!read_reply(scan, reply)) return poison("an entry is not valid JSON");
  sink_(reply);
  frame_.clear();
}

// A top-level object that had no list Replies is an entry, or an answer without replies.
void ReplyStream::emit_document() {
  JsonScan scan(frame_);
  Reply reply;
  bool is_entry = false;
  {
    JsonScan keys(frame_);
    const bool sound = keys.object([&](std::string_view key) {
      is_entry |= key == "Tag" || key == "Data";
      return keys.skip();
    });
    if (!sound) return poison("an entry is not valid JSON");
  }
  if (is_entry && read_reply(scan, reply)) sink_(reply);
}

void ReplyStream::poison(std::string problem) {
  if (problem_.empty()) problem_ = std::move(problem);
}

}  // namespace loopgate::gateway

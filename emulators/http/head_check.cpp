#include "emulators/http/head_check.h"

namespace loopgate::http {

namespace {

// RFC 9110 §5.6.2
bool is_token(unsigned char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos;
}

}  // namespace

void HeadCheck::take(std::string_view bytes) {
  for (const char c : bytes) {
    if (is_done() || !wrong_.empty()) return;
    ++taken_;
    step(static_cast<unsigned char>(c));
  }
}

void HeadCheck::step(unsigned char c) {
  if (state_ == State::kLineEnd || state_ == State::kHeadEnd) {
    if (c != '\n') wrong_ = "a line holds a carriage return that does not end it";
    state_ = state_ == State::kLineEnd ? State::kLineStart : State::kDone;
    return;
  }
  if (c == '\n') {
    wrong_ = "a line ends without a carriage return";
  } else if (c == '\r') {
    if (state_ == State::kName) wrong_ = "a header has no colon";
    state_ = state_ == State::kLineStart ? State::kHeadEnd : State::kLineEnd;
  } else if (c == 0x7f || (c < ' ' && c != '\t')) {
    wrong_ = "there is a control character in the head";
  } else if (state_ == State::kLineStart || state_ == State::kName) {
    step_in_name(c);
  }
}

void HeadCheck::step_in_name(unsigned char c) {
  const bool begins = state_ == State::kLineStart;
  if (begins && (c == ' ' || c == '\t')) {
    wrong_ = "a header is folded over several lines";
  } else if (c == ':' && !begins) {
    state_ = State::kValue;
  } else if (is_token(c)) {
    state_ = State::kName;
  } else {
    wrong_ = c == ' ' || c == '\t'
                 ? "there is a space in a header's name, or before its colon"
                 : "there is a character in a header's name that may not be there";
  }
}

}  // namespace loopgate::http

// A first look at the bytes of a request's head, before anybody parses them: refused is what one
// server reads in another way than the next, and what requests are therefore smuggled by. RFC 9112
// §2.2 (line ends), §5.1 (no space before the colon), §5.2 (no folded lines).
#pragma once

#include <cstddef>
#include <string_view>

namespace loopgate::http {

class HeadCheck {
 public:
  // The next bytes from the client. Those behind the head's end are not looked at.
  void take(std::string_view bytes);

  bool is_done() const { return state_ == State::kDone; }
  std::size_t taken() const { return taken_; }
  // What is wrong, as a sentence; empty as long as nothing is.
  std::string_view wrong() const { return wrong_; }

 private:
  enum class State { kRequestLine, kLineStart, kName, kValue, kLineEnd, kHeadEnd, kDone };
  void step(unsigned char c);
  void step_in_name(unsigned char c);

  State state_ = State::kRequestLine;
  std::size_t taken_ = 0;
  std::string_view wrong_;
};

}  // namespace loopgate::http

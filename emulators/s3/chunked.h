// aws-chunked: a body in pieces that are signed one by one, or that end with a checksum which was
// not known when the head was sent. Signatures are passed over.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/protocol/message.h"

namespace loopgate::s3 {

class ChunkedReader {
 public:
  static constexpr std::size_t kMostLineBytes = 8 * 1024;  // a piece's head, a trailing header
  static constexpr std::size_t kMostTrailers = 32;

  // The next bytes of the body; `take` gets what they carry. False when they are not of this form.
  bool read(std::string_view bytes, const std::function<void(std::string_view)>& take);
  // Whether the last piece has come. The line that ends the trailers may be missing.
  bool is_complete() const { return state_ == State::kTrailers || state_ == State::kEnd; }
  // Those that came behind the last piece, without their signature. What has not ended its line
  // counts as well.
  std::vector<aws::Header> trailers() const;

 private:
  enum class State { kHead, kData, kDataEnd, kTrailers, kEnd };
  bool end_line();
  bool begin_piece();

  State state_ = State::kHead;
  std::string line_;
  std::uint64_t left_ = 0;  // bytes of the present piece
  std::vector<std::string> trailers_;
};

}  // namespace loopgate::s3

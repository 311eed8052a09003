// A function's answer: whole, and streamed in two cuts; both cuts must give the same replies.
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/reply.h"

namespace {

using loopgate::gateway::Reply;

std::string text_of(const Reply& reply) {
  return std::string(reply.tag) + '\0' + std::string(reply.data.value_or("-")) + '\0' +
         std::string(reply.problem);
}

std::vector<std::string> stream(std::string_view answer, std::size_t step) {
  std::vector<std::string> out;
  loopgate::gateway::ReplyStream stream([&](const Reply& reply) { out.push_back(text_of(reply)); });
  for (std::size_t i = 0; i < answer.size(); i += step) stream.push(answer.substr(i, step));
  out.push_back(stream.finish().value_or(""));
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view answer(reinterpret_cast<const char*>(data), size);
  const auto whole_stream = stream(answer, size == 0 ? 1 : size);
  if (whole_stream != stream(answer, 3)) std::abort();
  loopgate::gateway::ReplyParser parser(answer);
  const auto replies = parser.parse();
  if (!replies) return 0;
  for (const auto& reply : *replies) (void)text_of(reply);
  return 0;
}

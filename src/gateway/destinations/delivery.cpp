#include "gateway/destinations/delivery.h"

#include <fmt/format.h>

#include <numeric>

namespace loopgate::gateway {

Members members_of(const Batch& batch) {
  Members out(batch.entries.size());
  std::iota(out.begin(), out.end(), 0U);
  return out;
}

void tell_answer(DeliverySink& owner, Batch& batch, const Members& members,
                 std::string_view answer) {
  ReplyParser parser(answer);
  const auto replies = parser.parse();
  const auto oddity = parser.oddity();
  owner.delivered(
      batch, members,
      oddity.empty() ? "" : fmt::format("answered 0 of {}; {}", members.size(), oddity));
  if (!replies) return owner.answer_malformed(batch, replies.error());
  for (const Reply& reply : *replies) owner.replied(batch, reply);
}

}  // namespace loopgate::gateway

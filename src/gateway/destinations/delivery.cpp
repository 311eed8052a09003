#include "gateway/destinations/delivery.h"

#include <numeric>

namespace loopgate::gateway {

Members members_of(const Batch& batch) {
  Members out(batch.entries.size());
  std::iota(out.begin(), out.end(), 0U);
  return out;
}

}  // namespace loopgate::gateway

// SNS as the front door sees it: the table of operations with their shapes.
#pragma once

#include <string_view>
#include <vector>

#include "emulators/http/api.h"
#include "emulators/http/shape.h"
#include "emulators/sns/topics.h"

namespace loopgate::sns {

class SnsService : public http::ApiService {
 public:
  explicit SnsService(Topics& topics) : topics_(topics) {}

  const http::ServiceModel& model() const override;
  http::Permission permission_for(const http::ApiCall& call) const override;
  std::function<void()> call(http::ApiCall call, http::ApiReply reply) override;

  // In the model only to be refused with a sentence of their own.
  static const std::vector<std::string_view>& unsupported_operations();

 private:
  Topics& topics_;
};

}  // namespace loopgate::sns

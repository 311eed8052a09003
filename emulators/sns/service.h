// SNS as the front door sees it.
#pragma once

#include "emulators/http/api.h"
#include "emulators/sns/topics.h"

namespace loopgate::sns {

class SnsService : public http::TableService<Topics> {
 public:
  explicit SnsService(Topics& topics);

  http::Permission permission_for(const http::ApiCall& call) const override;
};

}  // namespace loopgate::sns

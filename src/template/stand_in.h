// Resources that nothing stands behind: types that do nothing in a sandbox by nature (dashboards,
// alarms, DNS records, keys …), and types that it lacks, when these are allowed. Ref and GetAtt of
// them give names and ARNs of the form that AWS gives, so that what depends on them still deploys.
#pragma once

#include <string>
#include <string_view>

#include "base/random.h"
#include "template/resource.h"

namespace loopgate::cfn {

bool is_inert(std::string_view type);

class StandInType : public ResourceType {
 public:
  explicit StandInType(Random& random) : random_(random) {}

  std::vector<std::string_view> names() const override { return {}; }
  std::vector<std::string_view> attributes(std::string_view) const override { return {"*"}; }
  void create(const ResourceRequest& request, ResourceDone done) override;
  void update(const ResourceRequest& request, ResourceDone done) override;
  void remove(const ResourceRequest& request, RemoveDone done) override;

 private:
  Random& random_;
};

// What GetAtt of one gives.
std::string stand_in_attribute(const StackContext& stack, std::string_view type,
                               const std::string& physical_id, std::string_view attribute);

}  // namespace loopgate::cfn

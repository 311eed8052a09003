// Lambda destinations: one invocation a batch (more when tenants differ or Lambda's payload limit
// is reached), answered at once, as a stream, or never.
#pragma once

#include "gateway/deployment/config.h"
#include "gateway/destinations/delivery.h"

namespace loopgate::gateway {

class LambdaDelivery final : public Delivery {
 public:
  LambdaDelivery(Context& context, Owner owner, LambdaArguments arguments)
      : Delivery(context, std::move(owner)), arguments_(std::move(arguments)) {}

  bool wants_keys() const override { return arguments_.tenant_expression.has_value(); }
  std::string read_keys(ByteSpan payload, PacketKeys& out) const override;
  void deliver(aws::SessionPtr session, const std::string& arn, BatchPtr batch) override;

 private:
  struct Invocation {
    std::string payload;
    std::string tenant;
    Members members;
  };

  std::vector<Invocation> split(Batch& batch) const;
  void invoke(const aws::SessionPtr& session, const std::string& arn, const BatchPtr& batch,
              Invocation invocation);
  void invoke_streaming(const aws::SessionPtr& session, aws::InvokeRequest request,
                        const BatchPtr& batch, Members members);
  // False when the function did not run to its end; tells so.
  static bool check(DeliverySink& owner, const Batch& batch, const Members& members,
                    const aws::Outcome<aws::InvokeResponse>& outcome);
  static void finish_call(DeliverySink& owner, const BatchPtr& batch);

  LambdaArguments arguments_;
};

}  // namespace loopgate::gateway

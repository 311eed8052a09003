// The gateway's custom resources, as the template engine deploys them.
#pragma once

#include <memory>
#include <vector>

#include "gateway/gateway.h"
#include "template/resource.h"

namespace loopgate::gateway {

// A resource type that keeps what it made in memory, and so makes it again after a restart, from
// the state of an earlier create or update. Attributes with a name that GetAtt does not accept are
// for this.
class GatewayResource : public cfn::ResourceType {
 public:
  explicit GatewayResource(Gateway& gateway) : gateway_(gateway) {}
  bool wants_strings() const override { return true; }
  Status restore(const cfn::ResourceRequest& request, const cfn::ResourceState& state) override = 0;

 protected:
  Gateway& gateway_;
};

class ListenerResource final : public GatewayResource {
 public:
  using GatewayResource::GatewayResource;
  std::vector<std::string_view> names() const override {
    return {"Custom::ProxylityUdpGatewayListener"};
  }
  std::vector<std::string_view> attributes(std::string_view type) const override;
  Status validate(const cfn::ResourceRequest& request, std::vector<std::string>& warnings) override;
  void create(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void update(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) override;
  Status restore(const cfn::ResourceRequest& request, const cfn::ResourceState& state) override;
  void check_restored(const cfn::ResourceRequest& request,
                      std::vector<std::string>& warnings) override;
};

class DestinationArnResource final : public GatewayResource {
 public:
  using GatewayResource::GatewayResource;
  std::vector<std::string_view> names() const override {
    return {"Custom::ProxylityUdpGatewayDestinationArn"};
  }
  std::vector<std::string_view> attributes(std::string_view type) const override;
  Status validate(const cfn::ResourceRequest& request, std::vector<std::string>& warnings) override;
  void create(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void update(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) override;
  Status restore(const cfn::ResourceRequest& request, const cfn::ResourceState& state) override;
  void check_restored(const cfn::ResourceRequest& request,
                      std::vector<std::string>& warnings) override;

 private:
  Result<cfn::ResourceState> attach(const cfn::ResourceRequest& request, std::string id);
};

class PacketSourceResource final : public GatewayResource {
 public:
  using GatewayResource::GatewayResource;
  std::vector<std::string_view> names() const override {
    return {"Custom::ProxylityUdpGatewayPacketSource"};
  }
  std::vector<std::string_view> attributes(std::string_view) const override { return {}; }
  Status validate(const cfn::ResourceRequest& request, std::vector<std::string>& warnings) override;
  void create(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void update(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) override;
  Status restore(const cfn::ResourceRequest& request, const cfn::ResourceState& state) override;

 private:
  void start(std::string id, PacketSourceSpec spec, RegionalDeliveries known,
             cfn::ResourceDone done);
};

std::vector<std::unique_ptr<GatewayResource>> make_resource_types(Gateway& gateway);

}  // namespace loopgate::gateway

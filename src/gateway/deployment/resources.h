// The gateway's custom resources, as the template engine deploys them.
#pragma once

#include <memory>
#include <vector>

#include "gateway/gateway.h"
#include "template/resource.h"

namespace loopgate::gateway {

// Where stacks are: the sandbox's own account and its first region. Elsewhere there may be stacks
// of the same names.
struct Home {
  std::string account;
  std::string region;

  // A stack's name among all: alone at home, else "REGION/NAME" or "ACCOUNT/REGION/NAME". Listeners
  // with their ports and keys, and what is attached to destinations, are told apart by it.
  std::string title(std::string_view of_account, std::string_view of_region,
                    std::string_view name) const;
  // Whose a stack of that title is.
  std::string_view account_of(std::string_view title) const;
};

// A resource type that keeps what it made in memory, and so makes it again after a restart, from
// the state of an earlier create or update. Attributes with a name that GetAtt does not accept are
// for this.
class GatewayResource : public cfn::ResourceType {
 public:
  GatewayResource(Gateway& gateway, Home home) : gateway_(gateway), home_(std::move(home)) {}
  bool wants_strings() const override { return true; }
  Status restore(const cfn::ResourceRequest& request, const cfn::ResourceState& state) override = 0;

 protected:
  std::string stack_title(const cfn::ResourceRequest& request) const;
  // Who declares the resource, as its properties are parsed for.
  ResourceOwner owner_of(const cfn::ResourceRequest& request) const;

  Gateway& gateway_;
  Home home_;
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
  std::string owner(const cfn::ResourceRequest& request) const;
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

std::vector<std::unique_ptr<GatewayResource>> make_resource_types(Gateway& gateway, Home home);

}  // namespace loopgate::gateway

// Fake resource types and a deployer on them: what the tests of this room share.
#pragma once

#include <fmt/format.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/journal.h"
#include "base/random.h"
#include "base/task_queue.h"
#include "template/deployer.h"
#include "template/plan.h"

namespace loopgate::cfn::test {

// Makes anything of its names; writes down what it was asked for.
class FakeType : public ResourceType {
 public:
  FakeType(std::vector<std::string_view> names, CreationOrder order, std::vector<std::string>& log,
           bool strings = false)
      : names_(std::move(names)), order_(order), log_(log), strings_(strings) {}

  std::vector<std::string_view> names() const override { return names_; }
  CreationOrder order() const override { return order_; }
  bool wants_strings() const override { return strings_; }
  std::vector<std::string_view> attributes(std::string_view) const override {
    return {"Arn", "Id", "Domain", "Port", "DestinationNames", "QueueName", "TopicName"};
  }
  std::vector<std::string_view> properties(std::string_view type) const override {
    if (type != "AWS::Fake::Strict") return {};
    return {"QueueName", "VisibilityTimeout"};
  }
  Status validate(const ResourceRequest& request, std::vector<std::string>&) override {
    seen_[request.logical_id] = request.properties;
    if (request.properties.contains("Unsupported") && !request.stack->allow_unsupported) {
      return fail("Unsupported is not allowed", request.place_of("/Unsupported"));
    }
    if (request.properties.contains("Invalid")) {
      return fail("Invalid is not valid", request.place_of("/Invalid/0/Deep"));
    }
    return {};
  }
  void create(const ResourceRequest& request, ResourceDone done) override {
    log_.push_back("create " + request.logical_id);
    folders_[request.logical_id].push_back(request.stack->template_folder);
    if (throwing_.contains(request.logical_id)) throw std::runtime_error("thrown");
    made_[request.logical_id] = request.properties;
    metadata_[request.logical_id] = request.metadata;
    if (const auto found = failures_.find(request.logical_id); found != failures_.end())
      return done(fail(found->second));
    done(state("phys-" + request.logical_id));
  }
  void update(const ResourceRequest& request, ResourceDone done) override {
    log_.push_back("update " + request.logical_id);
    folders_[request.logical_id].push_back(request.stack->template_folder);
    if (const auto found = failures_.find(request.logical_id); found != failures_.end())
      return done(fail(found->second));
    made_[request.logical_id] = request.properties;
    const bool replace =
        request.properties.value("Name", "") != request.old_properties.value("Name", "");
    const auto name = request.properties.find("RenamedTo");
    auto out = state(name != request.properties.end() ? name->get<std::string>()
                     : replace                        ? request.physical_id + "+"
                                                      : request.physical_id);
    out.renamed = name != request.properties.end();
    done(std::move(out));
  }
  void remove(const ResourceRequest& request, RemoveDone done) override {
    log_.push_back("remove " + request.physical_id);
    if (throwing_.contains(request.logical_id)) throw std::runtime_error("thrown");
    done({});
  }
  Status restore(const ResourceRequest& request, const ResourceState& state) override {
    log_.push_back("restore " + request.logical_id + " " + state.physical_id);
    return {};
  }
  void check_restored(const ResourceRequest& request, std::vector<std::string>& warnings) override {
    log_.push_back("check " + request.physical_id);
    const auto found = failures_.find(request.logical_id);
    if (found != failures_.end()) warnings.push_back(found->second);
  }

  std::map<std::string, std::string> failures_;  // logical id → message
  std::map<std::string, nlohmann::json> seen_;   // at validate
  std::map<std::string, nlohmann::json> made_;   // at create and update
  std::map<std::string, nlohmann::json> metadata_;
  std::set<std::string> throwing_;                           // logical ids, at create and remove
  std::map<std::string, std::vector<std::string>> folders_;  // of the stack, at create and update

 private:
  static ResourceState state(std::string id) {
    ResourceState out;
    out.attributes = {{"Arn", "arn:fake:" + id},
                      {"Id", id},
                      {"Domain", "ingress-1"},
                      {"Port", "2061"},
                      {"DestinationNames", {"first", "second"}},
                      {"QueueName", id},
                      {"TopicName", id}};
    out.physical_id = std::move(id);
    return out;
  }

  std::vector<std::string_view> names_;
  CreationOrder order_;
  std::vector<std::string>& log_;
  bool strings_;
};

class MemoryStore : public StackStore {
 public:
  void save(const StackRecord& stack) override { rows_[stack.id] = to_json(stack).dump(); }
  void erase(const std::string& id) override { rows_.erase(id); }
  std::vector<StackRecord> load() override {
    std::vector<StackRecord> out;
    for (const auto& [id, text] : rows_)
      out.push_back(stack_from_json(nlohmann::json::parse(text)).value());
    return out;
  }
  std::map<std::string, std::string> rows_;
};

constexpr std::string_view kCustomerConfig = R"({
  "us-west-2": {"ServiceToken": "arn:aws:sns:us-west-2:111:token", "ServiceRole": "arn:aws:iam::111:role/gateway"},
  "Account": {"ApiKey": "key-1"}
})";

class World {
 public:
  World() { start(); }

  // A deployer as after a restart: the store is what remains.
  void start() {
    deployer_ = std::make_unique<Deployer>(
        std::vector<ResourceType*>{&custom, &plain, &grant}, tasks, store, journal, clock, random,
        Deployer::Options{
            [this](const std::string& path) -> Result<std::string> {
              if (const auto found = files.find(path); found != files.end()) return found->second;
              if (path.ends_with("part.yaml")) return std::string("a: {b: from-file}\n");
              return fail("there is no such file");
            },
            [](const std::string& location) -> std::optional<std::string> {
              if (!location.ends_with("/123456789012/customer-config.json")) return std::nullopt;
              return std::string(kCustomerConfig);
            },
            {{"ssm:/udp/cidr", "10.0.0.0/8"}, {"secretsmanager:psk", R"({"key":"s3cr3t"})"}},
            allow_unsupported});
  }
  Deployer& deployer() { return *deployer_; }

  static DeployRequest request(std::string text, std::string name = "demo",
                               std::string file = "app.yaml") {
    DeployRequest out;
    out.stack_name = std::move(name);
    out.template_text = std::move(text);
    out.template_file = std::move(file);
    out.template_folder = "/folder";
    out.region = "us-west-2";
    out.account = "123456789012";
    return out;
  }
  Result<StackSummary> deploy(DeployRequest wanted) {
    std::optional<Result<StackSummary>> result;
    deployer_->deploy(std::move(wanted), [&](Result<StackSummary> r) { result = std::move(r); });
    run();
    return result.value_or(fail("never completed"));
  }
  Result<StackSummary> deploy(std::string text) { return deploy(request(std::move(text))); }
  Status remove(const std::string& name = "demo") {
    std::optional<Status> result;
    deployer_->remove("123456789012", "us-west-2", name, [&](Status s) { result = std::move(s); });
    run();
    return result.value_or(fail("never completed"));
  }
  void run() {
    for (int turn = 0; turn < 10'000 && !tasks.empty(); ++turn) tasks.run_ready();
  }
  const StackRecord* stack(const std::string& name = "demo") {
    return deployer_->find("123456789012", "us-west-2", name);
  }
  std::vector<std::string> take_log() { return std::exchange(log, {}); }

  bool allow_unsupported = false;            // of the next start
  std::map<std::string, std::string> files;  // by path
  std::vector<std::string> log;
  FakeType custom{
      {"Custom::ProxylityUdpGatewayListener", "Custom::Early"}, CreationOrder::kEarly, log, true};
  FakeType plain{{"AWS::SQS::Queue", "AWS::SNS::Topic", "AWS::IAM::Role", "AWS::Lambda::Function",
                  "AWS::Logs::LogGroup", "AWS::Fake::Strict"},
                 CreationOrder::kNormal,
                 log};
  FakeType grant{{"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::Lambda::Permission",
                  "AWS::SNS::Subscription"},
                 CreationOrder::kGrant,
                 log};
  Clock clock{WallTime(std::chrono::seconds(1'700'000'000))};
  Journal journal{clock};
  Random random = Random::from_seed(1);
  TaskQueue tasks;
  MemoryStore store;

 private:
  std::unique_ptr<Deployer> deployer_;
};

}  // namespace loopgate::cfn::test

// What is left of an operation when the sandbox ends in its midst, and what becomes of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/template/support.h"

namespace loopgate::cfn {
namespace {

using test::World;
using testing::ElementsAre;
using testing::IsEmpty;

// What exists, kept in the same transaction as the records of stacks: a turn is some rounds of
// tasks, and the sandbox ends between two.
class Things : public ResourceType {
 public:
  explicit Things(TaskQueue& tasks) : tasks_(tasks) {}

  std::vector<std::string_view> names() const override { return {"Test::At::Once", "Test::Slow"}; }
  std::vector<std::string_view> attributes(std::string_view) const override { return {}; }

  void create(const ResourceRequest& request, ResourceDone done) override {
    const auto id = property_text(request.properties, "Name") + "@" + std::to_string(++made_);
    if (request.type == "Test::At::Once") return done(make(request, id));
    announce(request, id);
    // One piece now, the rest later.
    there[id] = "part";
    tasks_.post([this, request, id, done = std::move(done)]() mutable {
      tasks_.post(
          [this, request, id, done = std::move(done)]() mutable { done(make(request, id)); });
    });
  }
  void update(const ResourceRequest& request, ResourceDone done) override {
    if (changes(request, "Name") || !there.contains(request.physical_id))
      return create(request, std::move(done));
    done(make(request, request.physical_id));
  }
  void remove(const ResourceRequest& request, RemoveDone done) override {
    if (request.type == "Test::At::Once") {
      there.erase(request.physical_id);
      return done({});
    }
    if (there.contains(request.physical_id)) there[request.physical_id] = "part";
    tasks_.post([this, id = request.physical_id, done = std::move(done)]() mutable {
      there.erase(id);
      done({});
    });
  }

  std::map<std::string, std::string> there;  // physical id → value

 private:
  Result<ResourceState> make(const ResourceRequest& request, const std::string& id) {
    const auto name = property_text(request.properties, "Name");
    for (const auto& [other, value] : there) {
      if (other != id && !name.empty() && other.starts_with(name + "@"))
        return fail(name + " exists already");
    }
    if (property_text(request.properties, "Value") == "bad") {
      if (request.type == "Test::Slow") there.erase(id);
      return fail("bad");
    }
    there[id] = property_text(request.properties, "Value");
    return ResourceState{id, {}};
  }

  TaskQueue& tasks_;
  int made_ = 0;
};

// Goes through JSON as the rows of the database do, but not with each step.
class Records : public StackStore {
 public:
  void save(const StackRecord& stack) override { rows_[stack.id] = stack; }
  void erase(const std::string& id) override { rows_.erase(id); }
  std::vector<StackRecord> load() override {
    std::vector<StackRecord> out;
    for (const auto& [id, stack] : rows_) {
      const auto text = to_json(stack).dump();
      out.push_back(stack_from_json(nlohmann::json::parse(text)).value());
    }
    return out;
  }
  std::map<std::string, StackRecord> rows_;
};

class Life {
 public:
  explicit Life(std::map<std::string, StackRecord> rows = {},
                std::map<std::string, std::string> there = {})
      : things_(tasks_) {
    store_.rows_ = std::move(rows);
    things_.there = std::move(there);
    deployer_ = std::make_unique<Deployer>(std::vector<ResourceType*>{&things_}, tasks_, store_,
                                           journal_, clock_, random_, Deployer::Options{});
    deployer_->restore();
  }
  // Ends after so many rounds of tasks; what the next sandbox finds is given.
  Life end_after(int rounds) {
    for (int i = 0; i < rounds && !tasks_.empty(); ++i) tasks_.run_ready();
    return Life(store_.rows_, things_.there);
  }
  bool idle() const { return tasks_.empty(); }
  void settle() {
    while (!tasks_.empty()) tasks_.run_ready();
  }
  void begin(std::string text) {
    deployer_->deploy(World::request(std::move(text)), [](auto) {});
  }
  void begin_removal() {
    deployer_->remove("123456789012", "us-west-2", "demo", [](const Status&) {});
  }
  std::string deploy(std::string text) {
    std::string outcome = "never completed";
    deployer_->deploy(World::request(std::move(text)),
                      [&](Result<StackSummary> r) { outcome = r ? "" : r.error().to_string(); });
    settle();
    return outcome;
  }
  const StackRecord* stack() const { return deployer_->find("123456789012", "us-west-2", "demo"); }
  // Physical ids that exist, and those that the stack has.
  std::set<std::string> there() const {
    std::set<std::string> out;
    for (const auto& [id, value] : things_.there) out.insert(id);
    return out;
  }
  std::set<std::string> owned() const {
    std::set<std::string> out;
    if (!stack()) return out;
    for (const auto& resource : stack()->resources) out.insert(resource.physical_id);
    return out;
  }
  const std::map<std::string, std::string>& values() const { return things_.there; }
  Deployer& deployer() { return *deployer_; }

 private:
  // Of all lives: to make a journal takes a while.
  static inline Clock clock_{WallTime(std::chrono::seconds(1'700'000'000))};
  static inline Journal journal_{clock_};
  Random random_ = Random::from_seed(1);
  TaskQueue tasks_;
  Records store_;
  Things things_;
  std::unique_ptr<Deployer> deployer_;
};

constexpr const char* kFirst = R"(
Resources:
  Named: {Type: Test::At::Once, Properties: {Name: named, Value: 1}}
  Kept: {Type: Test::At::Once, DeletionPolicy: Retain, Properties: {Name: kept, Value: 1}}
  Slow: {Type: Test::Slow, Properties: {Name: slow, Value: 1}}
  Generated: {Type: Test::At::Once, Properties: {Value: 1}}
  Moved: {Type: Test::Slow, Properties: {Name: before, Value: 1}}
  Gone: {Type: Test::Slow, Properties: {Name: gone}}
Outputs: {O: {Value: first}}
)";
constexpr const char* kSecond = R"(
Resources:
  Named: {Type: Test::At::Once, Properties: {Name: named, Value: 2}}
  Kept: {Type: Test::At::Once, DeletionPolicy: Retain, Properties: {Name: kept, Value: 1}}
  Slow: {Type: Test::Slow, Properties: {Name: slow, Value: 2}}
  Generated: {Type: Test::At::Once, Properties: {Value: 1}}
  Moved: {Type: Test::Slow, Properties: {Name: after, Value: 1}}
  New: {Type: Test::Slow, Properties: {Name: new}}
Outputs: {O: {Value: second}}
)";

TEST(Interruption, OfACreationLeavesNothingAndTheSameCreationSucceeds) {
  bool ended = false;
  for (int rounds = 0; !ended; ++rounds) {
    Life run;
    run.begin(kFirst);
    auto next = run.end_after(rounds);
    ended = run.idle();
    next.settle();
    SCOPED_TRACE(rounds);
    ASSERT_EQ(next.there(), next.owned());
    if (next.stack() && next.stack()->status != StackStatus::kCreateComplete) {
      EXPECT_EQ(next.stack()->status, StackStatus::kRollbackComplete);
      EXPECT_TRUE(next.stack()->interrupted);
      EXPECT_THAT(next.there(), IsEmpty());
    }
    ASSERT_EQ(next.deploy(kFirst), "");
    EXPECT_EQ(next.there(), next.owned());
    EXPECT_EQ(next.there().size(), 6U);
  }
}

TEST(Interruption, OfAnUpdateTakesItBackOrFinishesItAndTheSameUpdateSucceeds) {
  bool ended = false;
  std::set<StackStatus> seen;
  for (int rounds = 0; !ended; ++rounds) {
    Life run;
    ASSERT_EQ(run.deploy(kFirst), "");
    const auto before = run.values();
    run.begin(kSecond);
    auto next = run.end_after(rounds);
    ended = run.idle();
    next.settle();
    SCOPED_TRACE(rounds);
    ASSERT_TRUE(next.stack());
    seen.insert(next.stack()->status);
    ASSERT_EQ(next.there(), next.owned());
    EXPECT_TRUE(next.stack()->garbage.empty());
    EXPECT_TRUE(next.stack()->undo.empty());
    if (next.stack()->status == StackStatus::kUpdateRollbackComplete) {
      EXPECT_EQ(next.values(), before);
      EXPECT_EQ(next.stack()->template_text, kFirst);
      EXPECT_EQ(next.stack()->outputs.at(0).value, "first");
    }
    ASSERT_EQ(next.deploy(kSecond), "");
    EXPECT_EQ(next.there(), next.owned());
    EXPECT_EQ(next.there().size(), 6U);
    EXPECT_EQ(next.stack()->outputs.at(0).value, "second");
  }
  EXPECT_THAT(seen, testing::UnorderedElementsAre(StackStatus::kCreateComplete,
                                                  StackStatus::kUpdateRollbackComplete,
                                                  StackStatus::kUpdateComplete));
}

TEST(Interruption, OfAFailingUpdateGoesOnBack) {
  const std::string bad = std::string(kSecond).replace(
      std::string(kSecond).find("New:"), 4,
      "Bad: {Type: Test::Slow, DependsOn: New, Properties: {Value: bad}}\n  New:");
  bool ended = false;
  for (int rounds = 0; !ended; ++rounds) {
    Life run;
    ASSERT_EQ(run.deploy(kFirst), "");
    const auto before = run.values();
    run.begin(bad);
    auto next = run.end_after(rounds);
    ended = run.idle();
    next.settle();
    SCOPED_TRACE(rounds);
    ASSERT_EQ(next.values(), before);
    EXPECT_EQ(next.there(), next.owned());
    EXPECT_EQ(next.stack()->template_text, kFirst);
    ASSERT_EQ(next.deploy(kSecond), "");
  }
}

TEST(Interruption, OfADeletionIsFinished) {
  bool ended = false;
  for (int rounds = 0; !ended; ++rounds) {
    Life run;
    ASSERT_EQ(run.deploy(kFirst), "");
    run.begin_removal();
    auto next = run.end_after(rounds);
    ended = run.idle();
    next.settle();
    SCOPED_TRACE(rounds);
    if (next.stack()) {
      EXPECT_EQ(next.stack()->status, StackStatus::kCreateComplete) << "it had not begun";
      EXPECT_EQ(next.there(), next.owned());
    } else {
      EXPECT_THAT(next.there(), ElementsAre(testing::StartsWith("kept@")));
    }
  }
}

TEST(Interruption, AnInterruptedCreationMayBeRepeatedAsAnUpdateToo) {
  Life run;
  run.begin(kFirst);
  auto next = run.end_after(6);
  next.settle();
  ASSERT_TRUE(next.stack() && next.stack()->interrupted);
  auto request = World::request(kFirst);
  request.update = true;
  ASSERT_TRUE(next.deployer().start_deploy(std::move(request), nullptr));
  next.settle();
  EXPECT_EQ(next.stack()->status, StackStatus::kUpdateComplete);
  EXPECT_EQ(next.there().size(), 6U);
}

}  // namespace
}  // namespace loopgate::cfn

#include "emulators/lambda/sources/dynamodb_source.h"

#include <gmock/gmock.h>

#include "base/json.h"

namespace loopgate::lambda {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto kArn = "arn:aws:dynamodb:us-west-2:123456789012:table/t/stream/l";

// Records 1, 2, 3, …
class Records final : public StreamReader {
 public:
  explicit Records(Clock& clock) : clock_(clock) {}

  aws::Outcome<std::int64_t> begin(const std::string&, std::string_view where) override {
    return where == "LATEST" ? static_cast<std::int64_t>(records_.size()) : 0;
  }
  aws::Outcome<std::vector<StreamRecord>> read(const std::string&, std::int64_t behind,
                                               std::size_t most) override {
    std::vector<StreamRecord> out;
    for (const auto& record : records_) {
      if (record.position > behind && out.size() < most) out.push_back(record);
    }
    return out;
  }
  std::string shard_id(const std::string&) override { return "shard"; }
  std::function<void()> watch(const std::string&, std::function<void()> callback) override {
    watcher_ = std::move(callback);
    return [this] { watcher_ = nullptr; };
  }
  void add(int count) {
    for (int i = 0; i < count; ++i) {
      const auto position = static_cast<std::int64_t>(records_.size()) + 1;
      records_.push_back(
          {position, "s" + std::to_string(position), clock_.wall(), {{"n", position}}});
    }
    if (const auto watcher = std::exchange(watcher_, nullptr)) watcher();
  }

 private:
  Clock& clock_;
  std::vector<StreamRecord> records_;
  std::function<void()> watcher_;
};

class DynamoDbSourceTest : public testing::Test {
 protected:
  DynamoDbSourceTest() {
    mapping_.uuid = "u";
    mapping_.source_arn = kArn;
    mapping_.stream = {{"StartingPosition", "TRIM_HORIZON"}};
  }
  void open() {
    source_ = std::make_unique<DynamoDbSource>(
        SourceWorld{api_, nullptr, clock_, journal_, &streams_}, mapping_);
    bool is_open = false;
    source_->open(nullptr, [&](auto done) { is_open = done.has_value(); });
    settle();
    EXPECT_TRUE(is_open);
  }
  void settle() {
    while (!tasks_.empty()) tasks_.run_ready();
    store_->end_turn();
  }
  // What is received now; nothing while it waits.
  std::vector<std::string> receive(std::size_t most = 100) {
    got_.clear();
    source_->receive(most, [this](auto records) { got_ = std::move(*records); });
    settle();
    return ids();
  }
  std::vector<std::string> ids() const {
    std::vector<std::string> out;
    for (const auto& record : got_) out.push_back(record.id);
    return out;
  }
  void settle_batch(const std::set<std::string>& failed) {
    bool done = false;
    source_->settle(std::move(got_), failed, [&](auto) { done = true; });
    got_.clear();
    settle();
    EXPECT_TRUE(done);
  }
  void fail_all() {
    std::set<std::string> all;
    for (const auto& record : got_) all.insert(record.id);
    settle_batch(all);
  }
  // After the pause that follows a failure.
  std::vector<std::string> receive_again() {
    (void)receive();
    clock_.advance_to(clock_.now() + std::chrono::minutes(1), [this] { settle(); });
    return ids();
  }

  class NoApi final : public aws::WaitingApi {
   public:
    void call(aws::SessionPtr, aws::Operation, json, aws::Completion<json>) override {}
    std::function<void()> start(aws::SessionPtr, aws::Operation, json,
                                aws::Completion<json>) override {
      return nullptr;
    }
  };

  Clock clock_{WallTime(std::chrono::seconds(1'793'610'930))};
  TaskQueue tasks_;
  Journal journal_{clock_};
  NoApi api_;
  std::unique_ptr<store::Store> store_ =
      std::move(*store::Store::open("", store::Durability::kMemory));
  Checkpoints checkpoints_{*store_};
  Records records_{clock_};
  std::vector<std::pair<std::string, json>> delivered_;
  StreamWorld streams_{records_, tasks_, checkpoints_,
                       [this](const std::string& arn, const std::string& payload) {
                         delivered_.emplace_back(arn, read_json(payload).value());
                       }};
  EventSourceMapping mapping_;
  std::unique_ptr<DynamoDbSource> source_;
  SourceRecords got_;
};

TEST_F(DynamoDbSourceTest, WaitsForRecordsAndGivesThemInOrder) {
  records_.add(2);
  open();
  EXPECT_THAT(receive(), ElementsAre("s1", "s2"));
  EXPECT_EQ(got_[0].event["eventSourceARN"], kArn);
  settle_batch({});
  EXPECT_THAT(receive(), IsEmpty());
  records_.add(1);
  settle();
  EXPECT_THAT(ids(), ElementsAre("s3"));
}

TEST_F(DynamoDbSourceTest, GoesOnWhereItWasAfterARestart) {
  records_.add(3);
  open();
  EXPECT_THAT(receive(2), ElementsAre("s1", "s2"));
  settle_batch({});
  EXPECT_THAT(receive(), ElementsAre("s3"));  // with the function when the process ended
  open();
  EXPECT_THAT(receive(), ElementsAre("s3"));
}

TEST_F(DynamoDbSourceTest, BeginsWhereItIsTold) {
  mapping_.stream["StartingPosition"] = "LATEST";
  records_.add(3);
  open();
  EXPECT_THAT(receive(), IsEmpty());
  source_.reset();
  records_.add(1);
  open();  // where it began is known by now
  EXPECT_THAT(receive(), ElementsAre("s4"));
}

TEST_F(DynamoDbSourceTest, GivesWhatFailedAgainFromTheFirstOn) {
  records_.add(4);
  open();
  (void)receive();
  settle_batch({"s3"});
  EXPECT_THAT(receive_again(), ElementsAre("s3", "s4"));
  settle_batch({});
  EXPECT_EQ(checkpoints_.find("u"), 4);
}

TEST_F(DynamoDbSourceTest, HalvesABatchAndGivesUpWhatIsLeft) {
  mapping_.stream["BisectBatchOnFunctionError"] = true;
  mapping_.stream["MaximumRetryAttempts"] = 1;
  mapping_.stream["DestinationConfig"] = {{"OnFailure", {{"Destination", "arn:q"}}}};
  records_.add(4);
  open();
  (void)receive();
  fail_all();
  EXPECT_THAT(receive_again(), ElementsAre("s1", "s2"));
  fail_all();
  EXPECT_THAT(receive_again(), ElementsAre("s1"));
  fail_all();
  EXPECT_THAT(receive_again(), ElementsAre("s1"));
  EXPECT_THAT(delivered_, IsEmpty());
  fail_all();
  ASSERT_EQ(delivered_.size(), 1U);
  EXPECT_EQ(delivered_[0].first, "arn:q");
  EXPECT_EQ(delivered_[0].second["requestContext"]["condition"], "RetryAttemptsExhausted");
  EXPECT_EQ(delivered_[0].second["DDBStreamBatchInfo"]["startSequenceNumber"], "s1");
  EXPECT_THAT(receive(), ElementsAre("s2"));
  settle_batch({});
  EXPECT_THAT(receive(), ElementsAre("s3", "s4"));
}

TEST_F(DynamoDbSourceTest, GivesUpWhatIsTooOld) {
  mapping_.stream["MaximumRecordAgeInSeconds"] = 60;
  records_.add(1);
  open();
  (void)receive();
  fail_all();
  EXPECT_THAT(receive_again(), ElementsAre("s1"));
  clock_.advance_to(clock_.now() + std::chrono::minutes(1));
  fail_all();
  EXPECT_THAT(receive(), IsEmpty());
  EXPECT_EQ(checkpoints_.find("u"), 1);
}

}  // namespace
}  // namespace loopgate::lambda

// Streams of tables as event sources: in order, one batch at a time; what fails comes again until
// it is taken, too old, or has failed too often.
// https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/alive.h"
#include "emulators/lambda/sources/source.h"
#include "emulators/lambda/sources/stream_reader.h"

namespace loopgate::lambda {

aws::Outcome<void> validate_dynamodb(const nlohmann::json& params,
                                     const EventSourceMapping& mapping);
void check_dynamodb(const SourceWorld& world, const EventSourceMapping& mapping,
                    FunctionPtr function, aws::Completion<aws::Done> done);
std::unique_ptr<EventSource> make_dynamodb_source(const SourceWorld& world,
                                                  const EventSourceMapping& mapping);

class DynamoDbSource final : public EventSource {
 public:
  DynamoDbSource(const SourceWorld& world, const EventSourceMapping& mapping);
  ~DynamoDbSource() override;

  void open(FunctionPtr function, aws::Completion<aws::Done> done) override;
  void receive(std::size_t most, aws::Completion<SourceRecords> done) override;
  void stop() override;
  void settle(SourceRecords batch, const std::set<std::string>& failed,
              aws::Completion<aws::Done> done) override;
  void give_back(SourceRecords records) override;
  Duration hold() const override;
  nlohmann::json filtered_view(const SourceRecord& record) const override { return record.event; }

 private:
  struct Held {
    StreamRecord record;
    int failures = 0;
  };
  // Positions of records that come again together.
  using Chunk = std::vector<std::int64_t>;

  void finish(aws::Completion<aws::Done> done, aws::Outcome<aws::Done> outcome);
  void answer(aws::Outcome<SourceRecords> records);
  void look();
  void answer_again();
  SourceRecords given(const Chunk& chunk) const;
  void done_with(std::int64_t position);
  void save_position();
  void retry(const Chunk& chunk);
  // Why records are given up; "" when they come again.
  std::string_view given_up(const Chunk& chunk) const;
  void discard(const Chunk& chunk, std::string_view condition);
  std::int64_t setting(const char* name, std::int64_t otherwise) const;

  SourceWorld world_;
  EventSourceMapping mapping_;
  std::int64_t position_ = 0;          // behind it nothing has been read
  std::map<std::int64_t, Held> held_;  // read, and not yet done with
  std::deque<Chunk> again_;
  std::size_t most_ = 0;
  // After a failure: the first pause, which doubles up to the last.
  Duration pause_{};
  ScopedTimer retry_;
  aws::Completion<SourceRecords> waiting_;
  std::function<void()> unwatch_;
  Alive alive_;
};

}  // namespace loopgate::lambda

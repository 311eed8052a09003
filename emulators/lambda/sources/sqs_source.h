// Queues as event sources.
// https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/alive.h"
#include "emulators/lambda/sources/source.h"

namespace loopgate::lambda {

aws::Outcome<void> validate_sqs(const nlohmann::json& params, const EventSourceMapping& mapping);
void check_sqs(const SourceWorld& world, const EventSourceMapping& mapping, FunctionPtr function,
               aws::Completion<aws::Done> done);
std::unique_ptr<EventSource> make_sqs_source(const SourceWorld& world,
                                             const EventSourceMapping& mapping);

// Messages that failed stay hidden until their visibility timeout and come again, or go the way of
// the queue's redrive policy.
class SqsSource final : public EventSource {
 public:
  SqsSource(const SourceWorld& world, const EventSourceMapping& mapping);

  void open(FunctionPtr function, aws::Completion<aws::Done> done) override;
  void receive(std::size_t most, aws::Completion<SourceRecords> done) override;
  void stop() override;
  void settle(SourceRecords batch, const std::set<std::string>& failed,
              aws::Completion<aws::Done> done) override;
  void give_back(SourceRecords records) override;
  Duration hold() const override { return visibility_; }
  nlohmann::json filtered_view(const SourceRecord& record) const override;

 private:
  void call(std::string_view operation, nlohmann::json params, aws::Completion<nlohmann::json> done,
            aws::SessionPtr session);
  void delete_next(std::vector<std::string> handles, aws::Completion<aws::Done> done);

  SourceWorld world_;
  EventSourceMapping mapping_;
  std::string queue_url_;
  aws::SessionPtr session_;  // of the function's role
  Duration visibility_{};
  std::function<void()> abandon_;  // the long poll
  Alive alive_;
};

}  // namespace loopgate::lambda

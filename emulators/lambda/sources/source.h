// What an event source mapping polls. A service that can be polled is a class (sqs_source.h) and a
// row of the table (source_types.cpp); batches, filters, windows, concurrency and retries of a
// throttled function are the poller's (poller.h), whatever the source.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "aws/embedded.h"
#include "aws/waiting_api.h"
#include "base/clock.h"
#include "base/journal.h"
#include "emulators/lambda/function_table.h"
#include "emulators/lambda/sources/mapping.h"

namespace loopgate::lambda {

// One member of an event's "Records".
struct SourceRecord {
  std::string id;                // what a function reports of one that failed
  std::string handle;            // by which its source knows it
  nlohmann::ordered_json event;  // as the function gets it
};
using SourceRecords = std::vector<SourceRecord>;

struct StreamWorld;

// What sources are given to live in. All of it outlives them.
struct SourceWorld {
  aws::WaitingApi& api;
  aws::Authorizer authorize;
  Clock& clock;
  Journal& journal;
  const StreamWorld* streams = nullptr;  // null: there are none here
};

// Of one mapping. Completions come from the task queue, and not any more when the source has gone.
class EventSource {
 public:
  virtual ~EventSource() = default;

  // Makes itself ready to be polled on behalf of `function`, whose role it takes on: before the
  // first `receive`, and again after one that failed.
  virtual void open(FunctionPtr function, aws::Completion<aws::Done> done) = 0;
  // Completes when there are records, at most `most`, and empty after some time.
  virtual void receive(std::size_t most, aws::Completion<SourceRecords> done) = 0;
  // Nobody waits any longer for the `receive` that is under way.
  virtual void stop() = 0;
  // A batch has been through the function: those in `failed` (ids) are to come again, in the way
  // of the source, the others are done with.
  virtual void settle(SourceRecords batch, const std::set<std::string>& failed,
                      aws::Completion<aws::Done> done) = 0;
  // Received, and will not be given to the function: to be there for the next one who polls.
  virtual void give_back(SourceRecords records) = 0;
  // How long after its `receive` a record may still be given to the function.
  virtual Duration hold() const = 0;
  // What the patterns of filters see of a record.
  virtual nlohmann::json filtered_view(const SourceRecord& record) const = 0;
};

struct EventSourceType {
  std::string_view service;  // in ARNs of its sources: "sqs"
  std::int64_t default_batch_size;
  // What this kind of source cannot have, of the parameters as they were given and the mapping that
  // would come of them.
  aws::Outcome<void> (*validate)(const nlohmann::json& params, const EventSourceMapping& mapping);
  // Whether the source is there, fits the function, and may be polled by its role.
  void (*check)(const SourceWorld& world, const EventSourceMapping& mapping, FunctionPtr function,
                aws::Completion<aws::Done> done);
  std::unique_ptr<EventSource> (*make)(const SourceWorld& world, const EventSourceMapping& mapping);
  // "An event source mapping with SQS arn … already exists": how the refusal calls it.
  std::string_view title;
  // Its records have an order: one batch at a time is with the function.
  bool is_stream = false;
};

// Null when no such source can be polled here.
const EventSourceType* source_type(std::string_view source_arn);
std::span<const EventSourceType> source_types();

// On whose behalf a function's sources are polled: its execution role. A role that nobody has made
// here grants whatever is asked, which the journal says.
void with_execution_role(const SourceWorld& world, const FunctionPtr& function,
                         std::move_only_function<void(aws::SessionPtr)> then);

}  // namespace loopgate::lambda

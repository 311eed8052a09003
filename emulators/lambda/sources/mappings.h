// The event source mappings of all accounts: their life, and a poller for each that is enabled.
// What is asked for is in effect a task later; the states in between can be seen.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "aws/account_scope.h"
#include "base/alive.h"
#include "emulators/lambda/sources/mapping_table.h"
#include "emulators/lambda/sources/poller.h"
#include "emulators/lambda/sources/source.h"

namespace loopgate::lambda {

class EventSourceMappings {
 public:
  // Whose.
  struct Home {
    std::string account;
    std::string region;
  };
  struct Surroundings {
    TaskQueue& tasks;
    Random& random;
    store::Store& store;
    SourceWorld sources;
    PollerWorld pollers;
  };
  using Reply = std::move_only_function<void(aws::Outcome<EventSourceMapping>)>;

  explicit EventSourceMappings(Surroundings surroundings);
  ~EventSourceMappings();
  EventSourceMappings(const EventSourceMappings&) = delete;

  // By the parameters of the API, checked by their shapes. Replies once, maybe in a later task.
  // ResourceConflictException, InvalidParameterValueException.
  void create(const Home& home, const nlohmann::json& params, Reply reply);
  void update(const Home& home, const std::string& uuid, const nlohmann::json& params, Reply reply);
  aws::Outcome<EventSourceMapping> remove(const Home& home, const std::string& uuid);
  aws::Outcome<EventSourceMapping> get(const Home& home, const std::string& uuid) const;
  // By UUID.
  std::vector<EventSourceMapping> list(const Home& home) const;
  aws::Outcome<void> set_tags(const Home& home, const std::string& uuid,
                              std::map<std::string, std::string> tags);

  void remove_all(const aws::AccountScope& scope);
  // What pollers have gathered is gone from its source.
  void forget(const aws::AccountScope& scope);

 private:
  struct Entry {
    EventSourceMapping mapping;
    std::unique_ptr<Poller> poller;                 // while it is enabled
    std::vector<std::unique_ptr<Poller>> retiring;  // batches of theirs are still with the function
  };

  void load();
  Entry* find(const Home& home, const std::string& uuid);
  const EventSourceMapping* like(const EventSourceMapping& mapping) const;
  aws::Outcome<std::string> function_of(const Home& home, const std::string& name) const;
  aws::Outcome<void> check_room(const EventSourceMapping& mapping) const;
  void check(const EventSourceMapping& mapping, aws::Completion<aws::Done> done);
  EventSourceMapping put(EventSourceMapping mapping);
  void come_to_effect(const std::string& uuid);
  void drop(const std::string& uuid);
  void start(Entry& entry);
  void retire(Entry& entry);
  void sweep(Entry& entry);
  void soon(const std::string& uuid);

  Surroundings surroundings_;
  MappingTable table_;
  std::map<std::string, Entry> entries_;  // by UUID
  Alive alive_;
};

}  // namespace loopgate::lambda

#pragma once

#include "emulators/dynamodb/resources.h"
#include "emulators/dynamodb/service.h"
#include "emulators/dynamodb/stream_operations.h"
#include "emulators/dynamodb/tables.h"
#include "emulators/module/module.h"

namespace loopgate::dynamodb {

class DynamoDbModule final : public Module {
 public:
  explicit DynamoDbModule(const Surroundings& surroundings)
      : tables_(surroundings.store, surroundings.clock, surroundings.random),
        tokens_(surroundings.store, surroundings.clock),
        service_(context_),
        stream_context_{tables_.streams(), surroundings.clock},
        streams_service_(stream_context_),
        table_type_(context_) {}

  std::string_view name() const override { return "dynamodb"; }
  void add_to(http::FrontDoor& door) override {
    door.add(service_);
    door.add(streams_service_);
  }
  std::vector<cfn::ResourceType*> resource_types() override { return {&table_type_}; }
  Status reset(const aws::AccountScope& scope) override {
    tokens_.forget(scope);
    tables_.remove_all(scope);
    return {};
  }
  void forget(const aws::AccountScope& scope) override {
    tokens_.forget(scope);
    tables_.remove_items(scope);
  }

  Streams& streams() { return tables_.streams(); }

 private:
  Tables tables_;
  Tokens tokens_;
  Context context_{tables_, tokens_};
  DynamoDbService service_;
  StreamContext stream_context_;
  StreamsService streams_service_;
  TableResource table_type_;
};

}  // namespace loopgate::dynamodb

// DynamoDB Streams' operations.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB_Streams.html
#pragma once

#include "emulators/dynamodb/streams.h"
#include "emulators/http/api.h"

namespace loopgate::dynamodb {

struct StreamContext {
  Streams& streams;
  Clock& clock;
};

class StreamsService : public http::TableService<StreamContext> {
 public:
  explicit StreamsService(StreamContext& context);

  http::Permission permission_for(const http::ApiCall& call) const override;
};

}  // namespace loopgate::dynamodb

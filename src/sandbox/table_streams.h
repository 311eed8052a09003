// The streams of tables as functions read them: between two services that do not know each other.
#pragma once

#include "emulators/dynamodb/streams.h"
#include "emulators/lambda/sources/stream_reader.h"

namespace loopgate {

class TableStreams final : public lambda::StreamReader {
 public:
  explicit TableStreams(dynamodb::Streams& streams) : streams_(streams) {}

  aws::Outcome<std::int64_t> begin(const std::string& stream_arn, std::string_view where) override;
  aws::Outcome<std::vector<lambda::StreamRecord>> read(const std::string& stream_arn,
                                                       std::int64_t behind,
                                                       std::size_t most) override;
  std::string shard_id(const std::string& stream_arn) override;
  std::function<void()> watch(const std::string& stream_arn,
                              std::function<void()> callback) override;

 private:
  aws::Outcome<const dynamodb::Stream*> find(const std::string& arn) const;

  dynamodb::Streams& streams_;
};

}  // namespace loopgate

#include "gateway/destinations/dynamodb.h"

#include <fmt/format.h>

#include <array>
#include <map>

#include "aws/arn.h"
#include "base/json.h"
#include "gateway/destinations/chunked_delivery.h"
#include "gateway/destinations/table_item.h"

namespace loopgate::gateway {

namespace {

using nlohmann::json;

// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
constexpr ChunkLimits kLimits = {.entries = 25,
                                 .bytes = 16 * 1024 * 1024,
                                 .entry_bytes = 400 * 1024,
                                 .entry_text = "DynamoDB takes 400 KiB an item"};
// Of what a call leaves over, as AWS asks for: the first pause doubles each time. Ours.
constexpr std::chrono::milliseconds kFirstPause{50};
constexpr int kMostTries = 8;

constexpr std::array<ErrorMeaning, 2> kErrors = {{
    {"ResourceNotFoundException", Reason::kDestinationNotFound},
    {"TableNotFoundException", Reason::kDestinationNotFound},
}};

constexpr std::string_view kResource = "table/";

std::string table_of(const aws::Arn& arn) {
  if (!arn.resource.starts_with(kResource)) return "";
  auto name = arn.resource.substr(kResource.size());
  return name.contains('/') ? "" : name;
}

class DynamoDbDelivery final : public ChunkedDelivery<json> {
 public:
  DynamoDbDelivery(Context& context, Owner owner)
      : ChunkedDelivery(context, std::move(owner), kLimits) {}

 private:
  // The items of one call that are still to be written, by their keys, with their places in it.
  struct Writing {
    aws::SessionPtr session;
    aws::Arn arn;
    TableKeys keys;
    std::map<std::string, std::vector<std::size_t>> places{};
    json requests = json::array();
    int tries = 0;
    aws::Completion<aws::SendResult> done{};
  };
  using WritingPtr = std::shared_ptr<Writing>;

  void prepare(const aws::SessionPtr& session, const std::string& text,
               aws::Completion<aws::Done> done) override {
    const auto arn = *aws::Arn::parse(text);
    context_.ports.api.call(session, {arn.region, "dynamodb", "DescribeTable"},
                            {{"TableName", table_of(arn)}},
                            [self = shared_from_this(), this, text,
                             done = std::move(done)](aws::Outcome<json> answer) mutable {
                              if (!answer) return done(aws::refuse(std::move(answer.error())));
                              keys_[text] = TableKeys::of(*answer);
                              done(aws::Done{});
                            });
  }

  std::expected<json, Failure> make_entry(const std::string& arn, const Batch& batch,
                                          std::size_t index) override {
    const auto& entry = batch.entries[index];
    const auto packet = read_json(batch.text_of(entry));
    if (!packet) return std::unexpected(Failure{Reason::kDestinationError, packet.error().message});
    auto item = table_item(keys_[arn], *packet, entry.tag);
    if (!item) return std::unexpected(Failure{Reason::kDestinationError, item.error()});
    return *std::move(item);
  }
  std::size_t size_of(const json& item) const override { return size_of_item(item); }
  std::string assumption(const std::string& arn) const override {
    const auto& keys = keys_.at(arn);
    return keys.range.name.empty()
               ? fmt::format("with the key {}", keys.hash.name)
               : fmt::format("with the keys {} and {}", keys.hash.name, keys.range.name);
  }
  Failure failure(const aws::AwsError& error) const override { return failure_of(error, kErrors); }

  // Of two items with the same key the later one stays, as if they had come one after the other.
  void send(const aws::SessionPtr& session, const std::string& arn, const Batch&,
            std::vector<json> items, aws::Completion<aws::SendResult> done) override {
    auto writing = std::make_shared<Writing>(Writing{session, *aws::Arn::parse(arn), keys_[arn]});
    writing->done = std::move(done);
    std::map<std::string, json> last;
    for (std::size_t i = 0; i < items.size(); ++i) {
      auto key = key_text(writing->keys, items[i]);
      writing->places[key].push_back(i);
      last[std::move(key)] = std::move(items[i]);
    }
    for (auto& [key, item] : last) {
      writing->requests.push_back({{"PutRequest", {{"Item", std::move(item)}}}});
    }
    write(writing);
  }

  void write(const WritingPtr& writing) {
    ++writing->tries;
    const auto name = table_of(writing->arn);
    context_.ports.api.call(
        writing->session, {writing->arn.region, "dynamodb", "BatchWriteItem"},
        {{"RequestItems", {{name, std::move(writing->requests)}}}},
        [self = shared_from_this(), this, name, writing](aws::Outcome<json> answer) {
          if (!answer) return writing->done(aws::refuse(std::move(answer.error())));
          writing->requests =
              answer->value("UnprocessedItems", json::object()).value(name, json::array());
          if (writing->requests.empty()) return writing->done(aws::SendResult{});
          if (writing->tries == kMostTries) return give_up(*writing);
          context_.clock.call_after(kFirstPause * (1 << (writing->tries - 1)),
                                    [self, this, writing] { write(writing); });
        });
  }

  static void give_up(Writing& writing) {
    aws::SendResult out;
    for (const auto& request : writing.requests) {
      const auto item = request.value("PutRequest", json::object()).value("Item", json::object());
      const auto places = writing.places.find(key_text(writing.keys, item));
      if (places == writing.places.end()) continue;
      for (const auto place : places->second) {
        out.failed.push_back({place,
                              {"UnprocessedItem",
                               fmt::format("the table has not taken it in {} calls", kMostTries),
                               400,
                               {}}});
      }
    }
    writing.done(std::move(out));
  }

  std::map<std::string, TableKeys> keys_;  // by ARN
};

class DynamoDbArguments final : public ServiceArguments {
 public:
  std::string refusal_of(const std::string& text) const override {
    const auto arn = aws::Arn::parse(text);
    if (arn && !table_of(*arn).empty()) return "";
    return fmt::format("{} is not the ARN of a table (arn:aws:dynamodb:REGION:ACCOUNT:table/NAME)",
                       text);
  }
  std::shared_ptr<Delivery> connect(Context& context, Delivery::Owner owner,
                                    const DestinationIdentity&) const override {
    return std::make_shared<DynamoDbDelivery>(context, std::move(owner));
  }
};

}  // namespace

ServiceArgumentsPtr read_dynamodb_arguments(Properties&) {
  return std::make_shared<DynamoDbArguments>();
}

}  // namespace loopgate::gateway

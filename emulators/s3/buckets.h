// The buckets of all accounts, and what is configured of each: documents, each under the name of
// the operation that puts it.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/time.h"
#include "emulators/store/store.h"

namespace loopgate::s3 {

using nlohmann::json;

struct Bucket {
  std::string name;
  std::string account;
  std::string region;
  WallTime created{};

  // kNever: its objects' only version is "null".
  enum class Versioning { kNever, kEnabled, kSuspended };
  Versioning versioning = Versioning::kNever;
};

class Buckets {
 public:
  explicit Buckets(store::Store& store);
  Buckets(const Buckets&) = delete;

  const Bucket* find(std::string_view name) const;
  const std::map<std::string, Bucket, std::less<>>& all() const { return buckets_; }
  void add(Bucket bucket);
  void remove(const std::string& name);
  void set_versioning(const std::string& name, Bucket::Versioning versioning);

  // A configuration of a bucket: "cors". Null: there is none.
  const json* document(std::string_view bucket, std::string_view kind) const;
  void put_document(const std::string& bucket, const std::string& kind, json document);
  void remove_document(const std::string& bucket, const std::string& kind);

 private:
  using Place = std::pair<std::string, std::string>;
  void load();
  void save(const Bucket& bucket);

  store::Store& store_;
  std::map<std::string, Bucket, std::less<>> buckets_;
  std::map<Place, json> documents_;
};

}  // namespace loopgate::s3

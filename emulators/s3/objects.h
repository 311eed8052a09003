// Objects, each version of each a row: the later one has the greater number. What lists go through
// is an index of the latest ones in the order of their keys' bytes.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/time.h"
#include "emulators/s3/buckets.h"
#include "emulators/s3/contents.h"
#include "emulators/store/store.h"

namespace loopgate::s3 {

inline constexpr std::string_view kNullVersion = "null";

struct Object {
  std::int64_t number = 0;
  std::string key;
  std::string version = std::string(kNullVersion);
  bool is_marker = false;  // that the object was deleted
  bool is_latest = false;
  std::uint64_t size = 0;
  std::string etag;  // with its quotes
  WallTime modified{};
  std::vector<Piece> pieces;
  // As GetObject answers them: ContentType, Metadata, StorageClass, checksums …; and of our own
  // "Tags" (an array of Key and Value), "Parts" (of an upload), "Retention" and "LegalHold".
  json facts = json::object();
};

class Objects {
 public:
  Objects(store::Store& store, Random& random, Contents& contents);
  Objects(const Objects&) = delete;

  // The latest version, a marker too; or the one that is named.
  std::optional<Object> find(std::string_view bucket, std::string_view key,
                             std::string_view version = {});
  // Becomes the latest. In a bucket whose versions are not counted it takes the place of "null".
  // Takes its pieces over. Gives the version's id.
  std::string put(const Bucket& bucket, Object object);
  // Writes facts, and nothing else, anew.
  void change_facts(const Object& object);

  struct Deleted {
    bool is_marker = false;  // one was set, or it was one that is gone
    std::string version{};   // empty in a bucket without versions
    bool was_there = false;
  };
  // Without `version`: what DELETE does to a key, which may be to set a marker.
  Deleted remove(const Bucket& bucket, const std::string& key, WallTime at);
  Deleted remove_version(const Bucket& bucket, const std::string& key, std::string_view version);

  // --- lists ---
  // The first latest object that is none of a marker, whose key is greater than `after` (or equal
  // with `or_equal`), with that prefix.
  std::optional<Object> next(std::string_view bucket, std::string_view prefix,
                             std::string_view after, bool or_equal);
  // The first version behind (key, number) in the order of keys and, of a key, from the latest on.
  std::optional<Object> next_version(std::string_view bucket, std::string_view prefix,
                                     std::string_view key, std::int64_t below);

  bool is_empty(std::string_view bucket);  // no version and no marker either
  void remove_all(std::string_view bucket);

 private:
  void insert(std::string_view bucket, const Object& object);
  void erase(const Object& object);
  void elect_latest(std::string_view bucket, std::string_view key);

  store::Store& store_;
  Random& random_;
  Contents& contents_;
};

}  // namespace loopgate::s3

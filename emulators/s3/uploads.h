// Objects that come in parts, until they are complete or given up.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/time.h"
#include "emulators/s3/contents.h"
#include "emulators/store/store.h"

namespace loopgate::s3 {

using nlohmann::json;

struct Upload {
  std::string id{};
  std::string bucket;
  std::string key;
  WallTime started{};
  json facts = json::object();  // of the object that it becomes; ours: "Algorithm", "ChecksumType"
};

struct Part {
  int number = 0;  // 1 … 10 000
  std::string etag;
  WallTime modified{};
  Piece piece;
  json checksums = json::object();  // "ChecksumCRC32": base64
};

class Uploads {
 public:
  Uploads(store::Store& store, Random& random, Contents& contents);
  Uploads(const Uploads&) = delete;

  Upload begin(Upload upload);  // gives it its id
  std::optional<Upload> find(std::string_view bucket, std::string_view key, std::string_view id);
  // In place of one of the same number.
  void put_part(const Upload& upload, const Part& part);
  // Those from `after` on, by their numbers, `most` of them.
  std::vector<Part> parts(const Upload& upload, int after = 0, int most = -1);
  // With its parts. What became the object's is held by that.
  void remove(const Upload& upload);

  // Behind (key, id) in the order of keys, then of when they began.
  std::optional<Upload> next(std::string_view bucket, std::string_view prefix, std::string_view key,
                             std::string_view id);
  std::vector<Upload> all(std::string_view bucket);

 private:
  store::Store& store_;
  Random& random_;
  Contents& contents_;
};

}  // namespace loopgate::s3

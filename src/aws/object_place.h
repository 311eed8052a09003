// An object of S3's that another service was pointed to: code, a definition, a template.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "aws/error.h"

namespace loopgate::aws {

struct ObjectPlace {
  std::string bucket;
  std::string key;
  std::string version{};  // empty: the latest

  // From "s3://bucket/key" and URLs of either style: https://bucket.s3.us-west-2.amazonaws.com/key,
  // https://s3.amazonaws.com/bucket/key, http://127.0.0.1:4566/bucket/key; "?versionId=" names a
  // version. nullopt when it is none of these.
  static std::optional<ObjectPlace> from_url(std::string_view url);
};

// All of its bytes, as an account reads them. Errors: S3's own (NoSuchBucket, NoSuchKey,
// AccessDenied).
using ReadObject =
    std::function<Outcome<std::string>(const std::string& account, const ObjectPlace& place)>;

}  // namespace loopgate::aws

// Every public AWS service, whether or not the house has it: so that a call of one that is missing
// is answered by name, in the dialect that its clients read.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "aws/shapes/shape.h"

namespace loopgate::aws::shapes {

struct KnownService {
  std::string_view id;            // "DynamoDB": as its SDKs call it
  std::string_view signing_name;  // "dynamodb"
  std::string_view version;       // "2012-08-10"
  std::string_view target_prefix;
  std::string_view json_version;
  std::string_view xml_namespace;
  // "GET /{Bucket}?acl GetBucketAcl", a line each; empty when only the service is known.
  std::string_view routes;
  Protocol protocol;
};

struct KnownServices {
  struct Row {  // offsets into `text`
    std::uint32_t id, signing_name, endpoint_prefix, version, target_prefix, json_version,
        xml_namespace, routes;
    Protocol protocol;
  };
  const char* text;
  std::span<const Row> rows;

  std::optional<KnownService> by_target(std::string_view prefix) const;  // of X-Amz-Target
  // By the credential scope's name, else by that of its hosts. Of several that share it (EC2 and
  // its relatives do not, "sagemaker" and its runtimes do) the one whose version is `version`, else
  // the first.
  std::optional<KnownService> by_name(std::string_view name, std::string_view version = {}) const;
  std::optional<KnownService> by_id(std::string_view id) const;  // CBOR's path has it

 private:
  KnownService at(const Row& row) const;
};

extern const KnownServices kKnownServices;

}  // namespace loopgate::aws::shapes

// Shapes of API parameters and results, as far as a protocol needs them: how Query flattens a list,
// what XML calls its elements, which members are required.
// https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace loopgate::http {

enum class ShapeType {
  kString,
  kInteger,
  kDouble,
  kBoolean,
  kBlob,
  kTimestamp,
  kStructure,
  kList,
  kMap
};

struct Shape;

struct Member {
  std::string name;  // as in the JSON protocol
  std::shared_ptr<const Shape> shape;
  bool required = false;
  std::string
      query_name;  // where Query's differs ("Attribute" for Attributes of SQS); empty: `name`
};

struct Shape {
  ShapeType type = ShapeType::kString;
  std::vector<Member> members;           // of a structure
  std::shared_ptr<const Shape> element;  // of a list, or the value of a map
  bool flattened = false;                // Query: no ".member" / ".entry" level
  std::string item_name = "member";      // of a list's elements when not flattened
  std::string key_name = "key";          // of a map's entries
  std::string value_name = "value";
};
using ShapePtr = std::shared_ptr<const Shape>;

// "QueueUrl": required; "QueueUrl?": optional.
ShapePtr string_shape();
ShapePtr integer_shape();
ShapePtr double_shape();
ShapePtr boolean_shape();
ShapePtr blob_shape();  // base64 on the wire and in `ApiCall::params`; services decode it
ShapePtr timestamp_shape();
ShapePtr structure(std::vector<Member> members);
ShapePtr list_of(ShapePtr element, std::string item_name = "member");
ShapePtr flat_list_of(ShapePtr element);
ShapePtr map_of(ShapePtr value, std::string key_name = "key", std::string value_name = "value");
ShapePtr flat_map_of(ShapePtr value, std::string key_name, std::string value_name);

Member required(std::string name, ShapePtr shape, std::string query_name = {});
Member optional(std::string name, ShapePtr shape, std::string query_name = {});

struct OperationModel {
  std::string name;
  ShapePtr input;   // a structure
  ShapePtr output;  // a structure, or null: no result element
};

struct ServiceModel {
  std::string name;           // "sqs": as in the credential scope
  std::string version;        // "2012-11-05"
  std::string xml_namespace;  // of Query answers
  std::string target_prefix;  // "AmazonSQS": of X-Amz-Target; empty: no JSON protocol
  std::string error_prefix;   // "com.amazonaws.sqs#" before the code in JSON errors; may be empty
  std::string json_version;   // "1.0" or "1.1"
  std::vector<OperationModel> operations;

  const OperationModel* find(std::string_view operation) const;
};

}  // namespace loopgate::http

// What AWS's operations take and give, as tables: names, types, constraints and bindings of every
// shape of a service, generated from the public service models by generate.py beside this file.
// The tables are constants without a pointer in them: texts are offsets into one pool, shapes refer
// to each other by number, so that they may be recursive, cost no start-up, and lie in pages that
// are never written. `Shape` and `Member` are handles to read them with; they are as cheap as two
// pointers and live as long as the program.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace loopgate::aws {

enum class Protocol : std::uint8_t { kQuery, kEc2, kJson, kRestJson, kRestXml, kCbor };

enum class ShapeType : std::uint8_t {
  kString,
  kInteger,  // 32 bits
  kLong,
  kFloat,
  kDouble,
  kBoolean,
  kBlob,
  kTimestamp,
  kStructure,
  kList,
  kMap,
  kDocument,  // any JSON
};

// Where a member of an operation's input or output travels in the REST protocols.
enum class Location : std::uint8_t {
  kBody,
  kPath,
  kQuery,
  kHeader,
  kPrefixHeaders,  // a map: each key behind the prefix that `wire_name` is
  kStatusCode,
};

enum class TimestampFormat : std::uint8_t { kOfProtocol, kUnix, kIso8601, kRfc822 };

// How a service words that its input breaks a constraint.
enum class Wording : std::uint8_t {
  // "1 validation error detected: Value 'x' at 'name' failed to satisfy constraint: …"
  kDetected,
  // SQS: "The request must contain the parameter QueueUrl."; other constraints are the operation's
  kMissingParameter,
  // SNS: "Invalid parameter: TopicArn Reason: no value for required parameter"; others likewise
  kInvalidParameter,
};

// The rows of the generated tables. A text is an offset into the service's pool; 0 is "".
namespace table {

inline constexpr std::uint16_t kNone = 0xffff;

enum MemberFlag : std::uint8_t {
  kRequired = 1,
  kFlattened = 2,
  kXmlAttribute = 4,
  kIdempotencyToken = 8,
  kPayload = 16,
  kStreaming = 32,
};
enum ShapeFlag : std::uint8_t {
  kFlattenedShape = 1,
  kPlainJson = 2,  // in JSON the document travels as it stands: same names, no dates as text
  kSensitive = 4,
};

struct Member {
  std::uint32_t name;
  std::uint32_t wire_name;
  std::uint16_t shape;
  std::uint16_t xml_namespace;  // row of `namespaces`, or kNone
  Location location;
  std::uint8_t flags;
  TimestampFormat timestamp;
};

struct Shape {
  std::uint16_t first_member;  // of a structure
  std::uint16_t member_count;
  std::uint16_t element;     // of a list, or the value of a map
  std::uint16_t key;         // of a map
  std::uint16_t constraint;  // row of `constraints`, or kNone
  ShapeType type;
  std::uint8_t flags;
  std::uint32_t item_name;  // of a list's elements, or a map's keys
  std::uint32_t value_name;
  TimestampFormat timestamp;
};

enum ConstraintFlag : std::uint32_t { kHasMin = 1, kHasMax = 2 };
struct Constraint {
  std::int64_t min;  // of a length, a count or a value
  std::int64_t max;
  std::uint32_t flags;
  std::uint32_t pattern;
  std::uint32_t values;  // "[A, B]": what an enumeration has
};

struct Operation {
  std::uint32_t name;
  std::uint32_t method;
  std::uint32_t uri;             // "/{Bucket}/{Key+}?acl"
  std::uint32_t result_wrapper;  // "SendMessageResult"
  std::uint32_t input_root;      // REST-XML: the root element of a body without payload
  std::uint16_t input;           // a structure, or kNone
  std::uint16_t output;
  std::uint16_t input_namespace;  // row of `namespaces`, or kNone
  std::uint16_t status;
};

struct Error {
  std::uint32_t name;  // of the shape: what JSON says
  std::uint32_t code;  // what Query says
  std::uint16_t shape;
  std::uint16_t status;
};

struct Namespace {
  std::uint32_t prefix;
  std::uint32_t uri;
};

}  // namespace table

struct ServiceModel;
class Member;

class Shape {
 public:
  Shape(const ServiceModel& service, std::uint16_t number) : service_(&service), number_(number) {}

  ShapeType type() const;
  bool is_flattened() const;
  bool is_plain_json() const;
  bool is_sensitive() const;
  TimestampFormat timestamp_format() const;
  // Nothing when the shape has none.
  const table::Constraint* constraint() const;

  // Of a structure.
  std::uint16_t member_count() const;
  Member member(std::uint16_t index) const;
  std::optional<Member> find(std::string_view name) const;
  // The one whose value is the whole body, if the structure has one.
  std::optional<Member> payload() const;

  // Of a list, or the values of a map; the keys of a map.
  Shape element() const;
  Shape key() const;
  std::string_view item_name() const;  // "member"
  std::string_view key_name() const { return item_name(); }
  std::string_view value_name() const;

  const ServiceModel& service() const { return *service_; }
  bool operator==(const Shape&) const = default;

 private:
  const table::Shape& row() const;

  const ServiceModel* service_;
  std::uint16_t number_;
};

class Member {
 public:
  Member(const ServiceModel& service, const table::Member& row) : service_(&service), row_(&row) {}

  std::string_view name() const;       // in documents: AWS's own
  std::string_view wire_name() const;  // in a body, a form, a header
  Shape shape() const { return {*service_, row_->shape}; }
  Location location() const { return row_->location; }
  bool is(table::MemberFlag flag) const { return (row_->flags & flag) != 0; }
  bool is_required() const { return is(table::kRequired); }
  bool is_flattened() const { return is(table::kFlattened) || shape().is_flattened(); }
  // `of_protocol` when the model leaves it to the protocol.
  TimestampFormat timestamp_format(TimestampFormat of_protocol) const;
  const table::Namespace* xml_namespace() const;

 private:
  const ServiceModel* service_;
  const table::Member* row_;
};

class OperationModel {
 public:
  OperationModel(const ServiceModel& service, const table::Operation& row)
      : service_(&service), row_(&row) {}

  std::string_view name() const;
  std::optional<Shape> input() const;   // a structure
  std::optional<Shape> output() const;  // a structure; without: no result element in Query
  std::string_view method() const;
  std::string_view uri() const;  // "/2015-03-31/functions/{FunctionName}"
  int status() const { return row_->status; }
  std::string_view result_wrapper() const;
  std::string_view input_root() const;
  const table::Namespace* input_namespace() const;
  const ServiceModel& service() const { return *service_; }

 private:
  const ServiceModel* service_;
  const table::Operation* row_;
};

struct ServiceModel {
  std::string_view id;                  // "SQS": as its SDKs call it
  std::string_view name;                // "sqs": as in the credential scope
  std::string_view version;             // "2012-11-05"
  std::string_view xml_namespace;       // of Query answers
  std::string_view target_prefix;       // "AmazonSQS": of X-Amz-Target; empty: no JSON protocol
  std::string_view json_version;        // "1.0" or "1.1"
  std::string_view error_prefix;        // "com.amazonaws.sqs#" before the code in JSON errors
  Protocol protocol = Protocol::kJson;  // that its SDKs speak
  bool speaks_query = false;            // besides, as SQS does for older clients
  Wording wording = Wording::kDetected;
  std::string_view validation_code;  // of an input that breaks a constraint

  const char* text = "";
  std::span<const table::Member> members = {};
  std::span<const table::Shape> shapes = {};
  std::span<const table::Constraint> constraints = {};
  std::span<const table::Namespace> namespaces = {};
  std::span<const table::Operation> operations = {};  // by name
  std::span<const table::Error> errors = {};          // by name

  std::string_view at(std::uint32_t offset) const { return text + offset; }
  std::optional<OperationModel> find(std::string_view operation) const;
  const table::Error* find_error(std::string_view name) const;
};

}  // namespace loopgate::aws

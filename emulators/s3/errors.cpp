#include "emulators/s3/errors.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace loopgate::s3 {

namespace {

AwsError with(AwsError error, nlohmann::json members) {
  error.members = std::make_shared<const nlohmann::json>(std::move(members));
  return error;
}

}  // namespace

AwsError no_such_bucket(std::string_view bucket) {
  return with({"NoSuchBucket", "The specified bucket does not exist", 404, {}},
              {{"BucketName", bucket}});
}

AwsError no_such_key(std::string_view key) {
  return with({"NoSuchKey", "The specified key does not exist.", 404, {}}, {{"Key", key}});
}

AwsError no_such_version(std::string_view key, std::string_view version) {
  return with({"NoSuchVersion", "The specified version does not exist.", 404, {}},
              {{"Key", key}, {"VersionId", version}});
}

AwsError no_such_upload(std::string_view upload) {
  return with({"NoSuchUpload",
               "The specified upload does not exist. The upload ID may be invalid, or the upload "
               "may have been aborted or completed.",
               404,
               {}},
              {{"UploadId", upload}});
}

AwsError invalid_bucket_name(std::string_view bucket) {
  return with({"InvalidBucketName", "The specified bucket is not valid.", 400, {}},
              {{"BucketName", bucket}});
}

AwsError invalid_argument(std::string message, std::string_view name, std::string_view value) {
  AwsError error{"InvalidArgument", std::move(message), 400, {}};
  if (name.empty()) return error;
  return with(std::move(error), {{"ArgumentName", name}, {"ArgumentValue", value}});
}

AwsError invalid_request(std::string message) {
  return {"InvalidRequest", std::move(message), 400, {}};
}

AwsError malformed_xml() {
  return {"MalformedXML",
          "The XML you provided was not well-formed or did not validate against our published "
          "schema",
          400,
          {}};
}

AwsError key_too_long(std::size_t size) {
  return with({"KeyTooLongError", "Your key is too long", 400, {}},
              {{"Size", std::to_string(size)}, {"MaxSizeAllowed", "1024"}});
}

AwsError entity_too_large(std::uint64_t proposed, std::uint64_t most) {
  return with(
      {"EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", 400, {}},
      {{"ProposedSize", std::to_string(proposed)}, {"MaxSizeAllowed", std::to_string(most)}});
}

AwsError incomplete_body() {
  return {"IncompleteBody", "The request body terminated unexpectedly", 400, {}};
}

AwsError bad_digest(std::string_view which) {
  if (which == "MD5") {
    return {"BadDigest", "The Content-MD5 you specified did not match what we received.", 400, {}};
  }
  return {"BadDigest",
          fmt::format("The {} you specified did not match the calculated checksum.", which),
          400,
          {}};
}

AwsError precondition_failed(std::string_view condition) {
  return with({"PreconditionFailed",
               "At least one of the pre-conditions you specified did not hold",
               412,
               {}},
              {{"Condition", condition}});
}

AwsError not_modified() {
  return {"304", "Not Modified", 304, {}};
}

AwsError invalid_range(std::string_view range, std::uint64_t size) {
  return with({"InvalidRange", "The requested range is not satisfiable", 416, {}},
              {{"ActualObjectSize", std::to_string(size)}, {"RangeRequested", range}});
}

AwsError method_not_allowed(std::string_view method, std::string_view resource_type) {
  return with(
      {"MethodNotAllowed", "The specified method is not allowed against this resource.", 405, {}},
      {{"Method", method}, {"ResourceType", resource_type}});
}

AwsError not_implemented(std::string_view header) {
  return with({"NotImplemented",
               "A header you provided implies functionality that is not implemented",
               501,
               {}},
              {{"Header", header}});
}

}  // namespace loopgate::s3

#include "emulators/s3/facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "codec/percent.h"
#include "codec/text.h"
#include "emulators/s3/checksum.h"
#include "emulators/s3/limits.h"

namespace loopgate::s3 {

namespace {

using http::text_param;

// Given by these names and told by them.
constexpr std::array kAsGiven{"CacheControl",
                              "ContentDisposition",
                              "ContentLanguage",
                              "ContentType",
                              "Expires",
                              "WebsiteRedirectLocation",
                              "ServerSideEncryption",
                              "SSEKMSKeyId",
                              "BucketKeyEnabled",
                              "SSECustomerAlgorithm",
                              "SSECustomerKeyMD5",
                              "ObjectLockMode",
                              "ObjectLockRetainUntilDate",
                              "ObjectLockLegalHoldStatus"};
constexpr std::array kStorageClasses{"STANDARD",        "REDUCED_REDUNDANCY",
                                     "STANDARD_IA",     "ONEZONE_IA",
                                     "GLACIER",         "INTELLIGENT_TIERING",
                                     "DEEP_ARCHIVE",    "OUTPOSTS",
                                     "GLACIER_IR",      "SNOW",
                                     "EXPRESS_ONEZONE", "FSX_OPENZFS",
                                     "FSX_ONTAP"};

AwsError invalid_tag(std::string message) {
  return {"InvalidTag", std::move(message), 400, {}};
}

// "aws-chunked" is of the transfer, not of the object.
std::string content_encoding(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    auto part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    if (part.empty() || codec::equal_ignoring_case(part, "aws-chunked")) continue;
    if (!out.empty()) out += ',';
    out += part;
  }
  return out;
}

Outcome<json> read_metadata(const json& given) {
  json out = json::object();
  std::size_t size = 0;
  for (const auto& [name, value] : given.items()) {
    if (!value.is_string()) continue;
    size += name.size() + value.get_ref<const std::string&>().size();
    out[codec::lower(name)] = value;
  }
  if (size <= kMostMetadataBytes) return out;
  AwsError error{"MetadataTooLarge",
                 "Your metadata headers exceed the maximum allowed metadata size",
                 400,
                 {}};
  error.members = std::make_shared<const json>(
      json{{"Size", std::to_string(size)}, {"MaxSizeAllowed", std::to_string(kMostMetadataBytes)}});
  return aws::refuse(std::move(error));
}

}  // namespace

double seconds_of(WallTime time) {
  return static_cast<double>(to_seconds(time));
}

Outcome<json> check_tags(const json& tags, std::size_t most) {
  constexpr std::size_t kMostKeyChars = 128;
  constexpr std::size_t kMostValueChars = 256;
  std::set<std::string> keys;
  json out = json::array();
  for (const auto& tag : tags) {
    const auto key = text_param(tag, "Key");
    const auto value = text_param(tag, "Value");
    if (key.empty() || key.size() > kMostKeyChars)
      return aws::refuse(invalid_tag("The TagKey you have provided is invalid"));
    if (value.size() > kMostValueChars)
      return aws::refuse(invalid_tag("The TagValue you have provided is invalid"));
    if (key.starts_with("aws:"))
      return aws::refuse(invalid_tag("System tags cannot be added/updated by requester"));
    if (!keys.insert(key).second)
      return aws::refuse(invalid_tag("Cannot provide multiple Tags with the same key"));
    out.push_back({{"Key", key}, {"Value", value}});
  }
  if (out.size() <= most) return out;
  return aws::refuse({"BadRequest",
                      most == kMostTags ? "Object tags cannot be greater than 10"
                                        : "Bucket tag count cannot be greater than 50",
                      400,
                      {}});
}

Outcome<json> read_tagging_header(const std::string& text) {
  json out = json::array();
  std::string_view left = text;
  while (!left.empty()) {
    const auto field = codec::next_query_field(left);
    const auto key = codec::percent_decode(field.name, codec::Plus::kBlank);
    const auto value = codec::percent_decode(field.value, codec::Plus::kBlank);
    if (!key || !value) {
      return aws::refuse(
          invalid_argument("The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded "
                           "URL query parameters without tag name duplicates.",
                           "x-amz-tagging", text));
    }
    out.push_back({{"Key", *key}, {"Value", *value}});
  }
  return check_tags(out, kMostTags);
}

Outcome<json> read_facts(const json& params) {
  json out = json::object();
  for (const char* name : kAsGiven) {
    if (const auto found = params.find(name); found != params.end() && !found->is_null())
      out[name] = *found;
  }
  if (const auto encoding = content_encoding(text_param(params, "ContentEncoding"));
      !encoding.empty()) {
    out["ContentEncoding"] = encoding;
  }
  auto metadata = read_metadata(member(params, "Metadata"));
  if (!metadata) return metadata;
  if (!metadata->empty()) out["Metadata"] = *std::move(metadata);
  if (const auto storage = text_param(params, "StorageClass"); !storage.empty()) {
    if (std::ranges::find(kStorageClasses, storage) == kStorageClasses.end()) {
      return aws::refuse(
          {"InvalidStorageClass", "The storage class you specified is not valid", 400, {}});
    }
    if (storage != "STANDARD") out["StorageClass"] = storage;
  }
  if (const auto tagging = text_param(params, "Tagging"); !tagging.empty()) {
    auto tags = read_tagging_header(tagging);
    if (!tags) return tags;
    out["Tags"] = *std::move(tags);
  }
  return out;
}

void add_checksums(json& to, const json& facts) {
  for (const auto algorithm : checksum_algorithms()) {
    const auto name = member_of(algorithm);
    if (facts.contains(name)) to[name] = facts[name];
  }
  if (facts.contains("ChecksumType")) to["ChecksumType"] = facts["ChecksumType"];
}

json describe(const Bucket& bucket, const Object& object, bool shows_checksum) {
  json out = {{"AcceptRanges", "bytes"},
              {"LastModified", seconds_of(object.modified)},
              {"ContentLength", object.size},
              {"ETag", object.etag},
              {"ContentType", "binary/octet-stream"},
              {"ServerSideEncryption", "AES256"}};
  for (const char* name : kAsGiven) {
    if (object.facts.contains(name)) out[name] = object.facts[name];
  }
  for (const char* name : {"ContentEncoding", "Metadata", "StorageClass", "Restore"}) {
    if (object.facts.contains(name)) out[name] = object.facts[name];
  }
  if (const auto& tags = member(object.facts, "Tags"); !tags.empty()) out["TagCount"] = tags.size();
  if (has_versions(bucket)) out["VersionId"] = object.version;
  if (shows_checksum) add_checksums(out, object.facts);
  return out;
}

json written(const Bucket& bucket, const Object& object) {
  json out = {{"ETag", object.etag},
              {"ServerSideEncryption", object.facts.value("ServerSideEncryption", "AES256")}};
  for (const char* name : {"SSEKMSKeyId", "BucketKeyEnabled"}) {
    if (object.facts.contains(name)) out[name] = object.facts[name];
  }
  if (bucket.versioning == Bucket::Versioning::kEnabled) out["VersionId"] = object.version;
  add_checksums(out, object.facts);
  return out;
}

}  // namespace loopgate::s3

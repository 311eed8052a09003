#include <fmt/format.h>

#include "base/json.h"
#include "codec/base64.h"
#include "codec/percent.h"
#include "emulators/s3/facts.h"
#include "emulators/s3/limits.h"
#include "emulators/s3/notifications.h"
#include "emulators/s3/operations.h"
#include "emulators/s3/selection.h"

namespace loopgate::s3 {

namespace {

using http::ApiCall;
using http::ApiResult;
using http::text_param;

void tell(S3& s3, std::string_view name, const Bucket& bucket, const Object& object,
          const ApiCall& call) {
  s3.notifications->tell({.name = name,
                          .bucket = bucket,
                          .key = object.key,
                          .version = object.version,
                          .size = object.size,
                          .etag = object.etag,
                          .caller = call.caller,
                          .request_id = call.request_id});
}

// What the answer's headers are to say instead, for links that browsers follow.
void override_headers(const json& params, json& document) {
  for (const char* name : {"CacheControl", "ContentDisposition", "ContentEncoding",
                           "ContentLanguage", "ContentType", "Expires"}) {
    const auto found = params.find(std::string("Response") + name);
    if (found != params.end() && !found->is_null()) document[name] = *found;
  }
}

bool wants_checksum(const json& params) {
  return text_param(params, "ChecksumMode") == "ENABLED";
}

struct Opened {
  const Bucket* bucket;
  Object object;
  Selection selection;
};

Outcome<Opened> find_for_reading(S3& s3, const ApiCall& call) {
  auto object = called_object(s3, call);
  if (!object) return aws::refuse(object.error());
  if (auto met = check_conditions(call.params, *object); !met) return aws::refuse(met.error());
  auto selection = select(call.params, *object);
  if (!selection) return aws::refuse(selection.error());
  return Opened{s3.buckets.find(text_param(call.params, "Bucket")), *std::move(object), *selection};
}

json document_of(const Opened& opened, const json& params) {
  auto out = describe(*opened.bucket, opened.object, wants_checksum(params));
  const auto& selection = opened.selection;
  if (selection.is_part) {
    out["ContentLength"] = selection.count;
    out["ContentRange"] = content_range(selection, opened.object.size);
    // Of the whole: it says nothing of a part.
    for (const auto algorithm : checksum_algorithms()) out.erase(member_of(algorithm));
  }
  if (selection.parts) out["PartsCount"] = *selection.parts;
  override_headers(params, out);
  return out;
}

// The facts of a copy: its source's, or those given, each kind by its directive.
Outcome<json> facts_of_copy(const json& params, const Object& source) {
  auto given = read_facts(params);
  if (!given) return given;
  json out = *given;
  if (text_param(params, "MetadataDirective") != "REPLACE") {
    for (const char* name : {"CacheControl", "ContentDisposition", "ContentEncoding",
                             "ContentLanguage", "ContentType", "Expires", "Metadata"}) {
      out.erase(name);
      if (source.facts.contains(name)) out[name] = source.facts[name];
    }
  }
  if (text_param(params, "TaggingDirective") != "REPLACE") {
    out.erase("Tags");
    if (source.facts.contains("Tags")) out["Tags"] = source.facts["Tags"];
  }
  return out;
}

// A copy of an object to itself has to change something of it.
bool changes_nothing(const json& params) {
  for (const char* name : {"StorageClass", "ServerSideEncryption", "WebsiteRedirectLocation",
                           "MetadataDirective", "ChecksumAlgorithm"}) {
    const auto value = text_param(params, name);
    if (!value.empty() && value != "COPY") return false;
  }
  return true;
}

// The source's checksum, or one of its bytes when the copy is to have another.
Outcome<json> checksums_of_copy(S3& s3, const json& params, const Object& source) {
  json out = json::object();
  auto chosen = chosen_algorithm(params);
  if (!chosen) return aws::refuse(chosen.error());
  add_checksums(out, source.facts);
  const bool has_full = out.value("ChecksumType", "") == "FULL_OBJECT";
  if (has_full && (!*chosen || out.contains(member_of(**chosen)))) return out;
  const auto algorithm = chosen->value_or(Algorithm::kCrc64Nvme);
  const auto digest = Digest::make(algorithm);
  const auto reader = s3.contents.read(source.pieces, 0, source.size);
  while (reader->left() > 0) {
    const auto bytes = reader->next(kMiB);
    if (!bytes) return aws::refuse(aws::internal_failure(bytes.error().to_string()));
    digest->update(*bytes);
  }
  return json{{member_of(algorithm), codec::base64_encode(as_bytes(digest->finish()))},
              {"ChecksumType", "FULL_OBJECT"}};
}

json error_of(const json& wanted, const AwsError& error) {
  return {{"Key", text_param(wanted, "Key")},
          {"VersionId", wanted.value("VersionId", json())},
          {"Code", error.code},
          {"Message", error.message}};
}

// `event`: of what kind its end is.
void tell_removed(S3& s3, const std::string& event, const Bucket& bucket, const std::string& key,
                  const Objects::Deleted& deleted, bool sets_marker, const ApiCall& call) {
  if (!deleted.was_there && !sets_marker) return;
  Object gone;
  gone.key = key;
  gone.version = deleted.version.empty() ? std::string(kNullVersion) : deleted.version;
  tell(s3, event + (sets_marker ? ":DeleteMarkerCreated" : ":Delete"), bucket, gone, call);
}

Objects::Deleted delete_one(S3& s3, const Bucket& bucket, const std::string& key,
                            const std::string& version, const ApiCall& call) {
  auto deleted = version.empty() ? s3.objects.remove(bucket, key, s3.clock.wall())
                                 : s3.objects.remove_version(bucket, key, version);
  const bool sets_marker = version.empty() && deleted.is_marker;
  tell_removed(s3, "ObjectRemoved", bucket, key, deleted, sets_marker, call);
  return deleted;
}

}  // namespace

ApiResult put_object(S3& s3, const ApiCall& call) {
  return put_object(s3, call, Body{.bytes = text_param(call.params, "Body")});
}

ApiResult put_object(S3& s3, const ApiCall& call, Body body) {
  const auto bucket = called_bucket(s3, call);
  if (!bucket) return aws::refuse(bucket.error());
  Object object;
  object.key = text_param(call.params, "Key");
  if (object.key.size() > kMostKeyBytes) return aws::refuse(key_too_long(object.key.size()));
  if (auto met = check_write_conditions(call.params, s3.objects.find((*bucket)->name, object.key));
      !met) {
    return aws::refuse(met.error());
  }
  auto facts = read_facts(call.params);
  if (!facts) return facts;
  const auto received = receive(s3, std::move(body), call.params);
  if (!received) return aws::refuse(received.error());
  object.facts = *std::move(facts);
  object.facts.update(received->checksums);
  object.facts["ChecksumType"] = "FULL_OBJECT";
  object.size = received->piece.size;
  object.etag = received->etag();
  object.modified = s3.clock.wall();
  object.pieces = {received->piece};
  object.version = s3.objects.put(**bucket, object);
  tell(s3, "ObjectCreated:Put", **bucket, object, call);
  return written(**bucket, object);
}

Outcome<OpenObject> open_object(S3& s3, const ApiCall& call) {
  auto opened = find_for_reading(s3, call);
  if (!opened) return aws::refuse(opened.error());
  OpenObject out{.document = document_of(*opened, call.params)};
  out.reader = s3.contents.read(std::move(opened->object.pieces), opened->selection.from,
                                opened->selection.count);
  return out;
}

Outcome<std::string> read_all(Contents::Reader& reader) {
  std::string out;
  while (reader.left() > 0) {
    auto bytes = reader.next(kMiB);
    if (!bytes) return aws::refuse(aws::internal_failure(bytes.error().to_string()));
    out += *bytes;
  }
  return out;
}

// As a document, for who calls in process.
ApiResult get_object(S3& s3, const ApiCall& call) {
  auto opened = open_object(s3, call);
  if (!opened) return aws::refuse(opened.error());
  if (opened->reader->left() > kMostInDocument) {
    return aws::refuse(invalid_request(fmt::format(
        "The object has {} bytes, and an answer that is a document takes {} at most: read it in "
        "ranges.",
        opened->reader->left(), kMostInDocument)));
  }
  auto body = read_all(*opened->reader);
  if (!body) return aws::refuse(body.error());
  opened->document["Body"] = *std::move(body);
  return std::move(opened->document);
}

ApiResult head_object(S3& s3, const ApiCall& call) {
  const auto opened = find_for_reading(s3, call);
  if (!opened) return aws::refuse(opened.error());
  return document_of(*opened, call.params);
}

void expire_object(S3& s3, const Bucket& bucket, const Object& object) {
  const auto deleted = s3.objects.remove(bucket, object.key, s3.clock.wall());
  tell_removed(
      s3, "LifecycleExpiration", bucket, object.key, deleted, deleted.is_marker,
      {.operation = {}, .params = {}, .caller = {.account = bucket.account, .region = {}}});
}

ApiResult delete_object(S3& s3, const ApiCall& call) {
  const auto bucket = called_bucket(s3, call);
  if (!bucket) return aws::refuse(bucket.error());
  const auto key = text_param(call.params, "Key");
  if (!text_param(call.params, "IfMatch").empty()) {
    if (auto met = check_write_conditions(call.params, s3.objects.find((*bucket)->name, key)); !met)
      return aws::refuse(met.error());
  }
  const auto deleted = delete_one(s3, **bucket, key, text_param(call.params, "VersionId"), call);
  json out = json::object();
  if (!deleted.version.empty() && has_versions(**bucket)) out["VersionId"] = deleted.version;
  if (deleted.is_marker) out["DeleteMarker"] = true;
  return out;
}

ApiResult delete_objects(S3& s3, const ApiCall& call) {
  const auto bucket = called_bucket(s3, call);
  if (!bucket) return aws::refuse(bucket.error());
  const auto& wanted = member(call.params, "Delete");
  const auto& keys = member(wanted, "Objects");
  if (!keys.is_array() || keys.empty() || keys.size() > kMostDeleted)
    return aws::refuse(malformed_xml());
  json out = {{"Deleted", json::array()}, {"Errors", json::array()}};
  for (const auto& each : keys) {
    const auto key = text_param(each, "Key");
    const auto version = text_param(each, "VersionId");
    if (key.size() > kMostKeyBytes) {
      out["Errors"].push_back(error_of(each, key_too_long(key.size())));
      continue;
    }
    const auto deleted = delete_one(s3, **bucket, key, version, call);
    json row = {{"Key", key}};
    if (!version.empty()) row["VersionId"] = version;
    if (deleted.is_marker) {
      row["DeleteMarker"] = true;
      row["DeleteMarkerVersionId"] = deleted.version;
    }
    out["Deleted"].push_back(std::move(row));
  }
  if (flag_param(wanted, "Quiet")) out.erase("Deleted");
  return out;
}

Outcome<Object> copy_source(S3& s3, const ApiCall& call) {
  auto text = text_param(call.params, "CopySource");
  const auto mark = text.find("?versionId=");
  std::string version;
  if (mark != std::string::npos) {
    version = text.substr(mark + std::string_view("?versionId=").size());
    text.resize(mark);
  }
  const auto decoded = codec::percent_decode(text, codec::Plus::kItself);
  std::string_view path = decoded ? *decoded : text;
  if (path.starts_with('/')) path.remove_prefix(1);
  const auto slash = path.find('/');
  if (slash == std::string_view::npos || slash + 1 == path.size()) {
    return aws::refuse(invalid_argument("Invalid copy source object key", "x-amz-copy-source",
                                        text_param(call.params, "CopySource")));
  }
  ApiCall source{.operation = "GetObject",
                 .params = {{"Bucket", path.substr(0, slash)}, {"Key", path.substr(slash + 1)}},
                 .caller = call.caller};
  if (!version.empty()) source.params["VersionId"] = version;
  if (const auto owner = text_param(call.params, "ExpectedSourceBucketOwner"); !owner.empty())
    source.params["ExpectedBucketOwner"] = owner;
  auto object = called_object(s3, source);
  if (!object) return object;
  if (auto met = check_conditions(call.params, *object, "CopySource"); !met)
    return aws::refuse(met.error());
  return object;
}

ApiResult copy_object(S3& s3, const ApiCall& call) {
  const auto bucket = called_bucket(s3, call);
  if (!bucket) return aws::refuse(bucket.error());
  const auto source = copy_source(s3, call);
  if (!source) return aws::refuse(source.error());
  const auto key = text_param(call.params, "Key");
  const auto path = text_param(call.params, "CopySource");
  const bool is_itself = source->is_latest && (path == (*bucket)->name + "/" + key ||
                                               path == "/" + (*bucket)->name + "/" + key);
  if (is_itself && changes_nothing(call.params)) {
    return aws::refuse(
        invalid_request("This copy request is illegal because it is trying to copy an object to "
                        "itself without changing the object's metadata, storage class, website "
                        "redirect location or encryption attributes."));
  }
  if (source->size > kMostPutBytes) {
    return aws::refuse(
        invalid_request(fmt::format("The specified copy source is larger than the maximum "
                                    "allowable size for a copy source: {}",
                                    kMostPutBytes)));
  }
  if (auto met = check_write_conditions(call.params, s3.objects.find((*bucket)->name, key)); !met)
    return aws::refuse(met.error());
  auto facts = facts_of_copy(call.params, *source);
  if (!facts) return facts;
  auto checksums = checksums_of_copy(s3, call.params, *source);
  if (!checksums) return checksums;
  facts->update(*checksums);

  Object copy;
  copy.key = key;
  copy.size = source->size;
  copy.etag = source->etag;
  copy.modified = s3.clock.wall();
  copy.pieces = source->pieces;
  copy.facts = *std::move(facts);
  // Before what it may take the place of is released: that may be the source.
  s3.contents.hold(copy.pieces);
  copy.version = s3.objects.put(**bucket, copy);
  tell(s3, "ObjectCreated:Copy", **bucket, copy, call);
  json result = {{"ETag", copy.etag}, {"LastModified", seconds_of(copy.modified)}};
  add_checksums(result, copy.facts);
  json out = {{"CopyObjectResult", std::move(result)}, {"ServerSideEncryption", "AES256"}};
  if ((*bucket)->versioning == Bucket::Versioning::kEnabled) out["VersionId"] = copy.version;
  if (source->version != kNullVersion) out["CopySourceVersionId"] = source->version;
  return out;
}

ApiResult get_object_attributes(S3& s3, const ApiCall& call) {
  const auto object = called_object(s3, call);
  if (!object) return aws::refuse(object.error());
  const auto* bucket = s3.buckets.find(text_param(call.params, "Bucket"));
  json out = {{"LastModified", seconds_of(object->modified)}};
  if (has_versions(*bucket)) out["VersionId"] = object->version;
  for (const auto& each : member(call.params, "ObjectAttributes")) {
    const auto name = each.is_string() ? each.get<std::string>() : std::string();
    if (name == "ETag") {
      out["ETag"] = object->etag.substr(1, object->etag.size() - 2);
    } else if (name == "ObjectSize") {
      out["ObjectSize"] = object->size;
    } else if (name == "StorageClass") {
      out["StorageClass"] = object->facts.value("StorageClass", "STANDARD");
    } else if (name == "Checksum") {
      json checksum = json::object();
      add_checksums(checksum, object->facts);
      out["Checksum"] = std::move(checksum);
    } else if (name == "ObjectParts" && object->facts.contains("Parts")) {
      out["ObjectParts"] = {{"TotalPartsCount", object->facts["Parts"].size()}};
    } else if (name != "ObjectParts") {
      return aws::refuse(
          invalid_argument("Invalid attribute name specified.", "x-amz-object-attributes", name));
    }
  }
  return out;
}

}  // namespace loopgate::s3

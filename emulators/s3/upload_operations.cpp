#include <fmt/format.h>

#include <algorithm>

#include "codec/base64.h"
#include "codec/hex.h"
#include "codec/percent.h"
#include "codec/text.h"
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

constexpr std::string_view kAlgorithm = "Algorithm";  // of an upload's facts: how parts are checked

AwsError invalid_part(std::string_view upload, std::int64_t number, std::string_view etag) {
  AwsError error{"InvalidPart",
                 "One or more of the specified parts could not be found.  The part may not have "
                 "been uploaded, or the specified entity tag may not match the part's entity tag.",
                 400,
                 {}};
  error.members = std::make_shared<const json>(
      json{{"UploadId", upload}, {"PartNumber", std::to_string(number)}, {"ETag", etag}});
  return error;
}

AwsError part_too_small(const Part& part) {
  AwsError error{
      "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size", 400, {}};
  error.members =
      std::make_shared<const json>(json{{"ProposedSize", std::to_string(part.piece.size)},
                                        {"MinSizeAllowed", std::to_string(kLeastPartBytes)},
                                        {"PartNumber", std::to_string(part.number)},
                                        {"ETag", part.etag}});
  return error;
}

Outcome<Upload> called_upload(S3& s3, const ApiCall& call) {
  const auto bucket = called_bucket(s3, call);
  if (!bucket) return aws::refuse(bucket.error());
  const auto id = text_param(call.params, "UploadId");
  auto upload = s3.uploads.find((*bucket)->name, text_param(call.params, "Key"), id);
  if (!upload) return aws::refuse(no_such_upload(id));
  return *std::move(upload);
}

std::optional<Algorithm> algorithm_of(const Upload& upload) {
  return algorithm_named(upload.facts.value(kAlgorithm, std::string()));
}

Outcome<void> check_part_number(const json& params) {
  const auto number = number_param(params, "PartNumber", 0);
  if (number >= 1 && number <= kMostParts) return {};
  return aws::refuse(
      invalid_argument("Part number must be an integer between 1 and 10000, inclusive",
                       "partNumber", std::to_string(number)));
}

ApiResult keep_part(S3& s3, const ApiCall& call, const Upload& upload, const Received& received) {
  const Part part{.number = static_cast<int>(number_param(call.params, "PartNumber", 1)),
                  .etag = received.etag(),
                  .modified = s3.clock.wall(),
                  .piece = received.piece,
                  .checksums = received.checksums};
  s3.uploads.put_part(upload, part);
  json out = {{"ETag", part.etag}, {"ServerSideEncryption", "AES256"}};
  if (received.was_chosen) add_checksums(out, part.checksums);
  return out;
}

// The parts that the client names, as they were uploaded: InvalidPart, InvalidPartOrder,
// EntityTooSmall.
Outcome<std::vector<Part>> named_parts(S3& s3, const ApiCall& call, const Upload& upload) {
  const auto& wanted = member(member(call.params, "MultipartUpload"), "Parts");
  if (!wanted.is_array() || wanted.empty()) return aws::refuse(malformed_xml());
  std::map<int, Part> uploaded;
  for (auto& part : s3.uploads.parts(upload)) uploaded.emplace(part.number, std::move(part));
  std::vector<Part> out;
  for (const auto& each : wanted) {
    const auto number = number_param(each, "PartNumber", 0);
    auto etag = text_param(each, "ETag");
    if (!etag.starts_with('"')) etag = '"' + etag + '"';
    const auto found = uploaded.find(static_cast<int>(number));
    if (!out.empty() && number <= out.back().number) {
      return aws::refuse({"InvalidPartOrder",
                          "The list of parts was not in ascending order. Parts must be ordered by "
                          "part number.",
                          400,
                          {}});
    }
    if (found == uploaded.end() || found->second.etag != etag)
      return aws::refuse(invalid_part(upload.id, number, etag.substr(1, etag.size() - 2)));
    for (const auto algorithm : checksum_algorithms()) {
      const auto name = member_of(algorithm);
      const auto given = text_param(each, name);
      if (!given.empty() && text_param(found->second.checksums, name) != given)
        return aws::refuse(invalid_part(upload.id, number, etag.substr(1, etag.size() - 2)));
    }
    out.push_back(found->second);
  }
  for (std::size_t i = 0; i + 1 < out.size(); ++i) {
    if (out[i].piece.size < kLeastPartBytes) return aws::refuse(part_too_small(out[i]));
  }
  return out;
}

// The checksum of the whole, by those of the parts.
json checksum_of(const Upload& upload, const std::vector<Part>& parts) {
  const auto algorithm = algorithm_of(upload).value_or(Algorithm::kCrc64Nvme);
  const auto name = member_of(algorithm);
  std::vector<PartDigest> digests;
  for (const auto& part : parts) {
    const auto digest = codec::base64_decode_text(text_param(part.checksums, name));
    if (!digest) return json::object();
    digests.push_back({*digest, part.piece.size});
  }
  const bool is_full = upload.facts.value("ChecksumType", "") != "COMPOSITE";
  if (is_full) {
    const auto whole = full_object_digest(algorithm, digests);
    if (!whole) return json::object();
    return {{name, codec::base64_encode(as_bytes(*whole))}, {"ChecksumType", "FULL_OBJECT"}};
  }
  return {{name, fmt::format("{}-{}",
                             codec::base64_encode(as_bytes(composite_digest(algorithm, digests))),
                             parts.size())},
          {"ChecksumType", "COMPOSITE"}};
}

// "\"<md5 of the md5s>-<how many>\""
std::string etag_of_parts(const std::vector<Part>& parts) {
  std::vector<PartDigest> digests;
  for (const auto& part : parts) {
    const auto digits = std::string_view(part.etag).substr(1, part.etag.size() - 2);
    const auto bytes = codec::hex_decode(digits).value_or(Bytes());
    digests.push_back({std::string(as_text(bytes)), part.piece.size});
  }
  auto out = etag_of(composite_digest(Algorithm::kMd5, digests));
  out.insert(out.size() - 1, fmt::format("-{}", parts.size()));
  return out;
}

Outcome<void> check_whole(const json& params, const json& checksum, std::uint64_t size) {
  for (const auto algorithm : checksum_algorithms()) {
    const auto given = text_param(params, member_of(algorithm));
    if (!given.empty() && text_param(checksum, member_of(algorithm)) != given)
      return aws::refuse(bad_digest(name_of(algorithm)));
  }
  const auto announced = number_param(params, "MpuObjectSize", -1);
  if (announced >= 0 && static_cast<std::uint64_t>(announced) != size) {
    return aws::refuse(invalid_request(
        fmt::format("The provided 'x-amz-mp-object-size' header value {} does not match what was "
                    "computed: {}",
                    announced, size)));
  }
  if (size > kMostObjectBytes) return aws::refuse(entity_too_large(size, kMostObjectBytes));
  return {};
}

json part_row(const Part& part) {
  json out = {{"PartNumber", part.number},
              {"LastModified", seconds_of(part.modified)},
              {"ETag", part.etag},
              {"Size", part.piece.size}};
  add_checksums(out, part.checksums);
  return out;
}

}  // namespace

ApiResult create_multipart_upload(S3& s3, const ApiCall& call) {
  const auto bucket = called_bucket(s3, call);
  if (!bucket) return aws::refuse(bucket.error());
  const auto key = text_param(call.params, "Key");
  if (key.size() > kMostKeyBytes) return aws::refuse(key_too_long(key.size()));
  auto facts = read_facts(call.params);
  if (!facts) return facts;
  const auto chosen = chosen_algorithm(call.params);
  if (!chosen) return aws::refuse(chosen.error());
  json out = {{"Bucket", (*bucket)->name}, {"Key", key}, {"ServerSideEncryption", "AES256"}};
  if (*chosen) {
    const bool is_crc64 = **chosen == Algorithm::kCrc64Nvme;
    auto type = text_param(call.params, "ChecksumType");
    if (type.empty()) type = is_crc64 ? "FULL_OBJECT" : "COMPOSITE";
    const bool can_be_full = full_object_digest(**chosen, {}).has_value();
    if ((type == "FULL_OBJECT" && !can_be_full) || (type == "COMPOSITE" && is_crc64)) {
      return aws::refuse(invalid_request(
          fmt::format("The {} checksum type cannot be used with the {} checksum algorithm.", type,
                      codec::lower(name_of(**chosen)))));
    }
    (*facts)[kAlgorithm] = name_of(**chosen);
    (*facts)["ChecksumType"] = type;
    out["ChecksumAlgorithm"] = name_of(**chosen);
    out["ChecksumType"] = type;
  }
  const auto upload = s3.uploads.begin({.bucket = (*bucket)->name,
                                        .key = key,
                                        .started = s3.clock.wall(),
                                        .facts = *std::move(facts)});
  out["UploadId"] = upload.id;
  return out;
}

ApiResult upload_part(S3& s3, const ApiCall& call) {
  return upload_part(s3, call, Body{.bytes = text_param(call.params, "Body")});
}

ApiResult upload_part(S3& s3, const ApiCall& call, Body body) {
  const auto upload = called_upload(s3, call);
  if (!upload) return aws::refuse(upload.error());
  if (auto checked = check_part_number(call.params); !checked) return aws::refuse(checked.error());
  const auto received = receive(s3, std::move(body), call.params, algorithm_of(*upload));
  if (!received) return aws::refuse(received.error());
  return keep_part(s3, call, *upload, *received);
}

// The bytes are copied: a part is a content of its own.
ApiResult upload_part_copy(S3& s3, const ApiCall& call) {
  const auto upload = called_upload(s3, call);
  if (!upload) return aws::refuse(upload.error());
  if (auto checked = check_part_number(call.params); !checked) return aws::refuse(checked.error());
  const auto source = copy_source(s3, call);
  if (!source) return aws::refuse(source.error());
  std::uint64_t from = 0;
  auto count = source->size;
  if (const auto range = text_param(call.params, "CopySourceRange"); !range.empty()) {
    unsigned long long first = 0;
    unsigned long long last = 0;
    int length = 0;
    const bool is_range =
        std::sscanf(range.c_str(), "bytes=%llu-%llu%n", &first, &last, &length) == 2 &&
        static_cast<std::size_t>(length) == range.size() && first <= last;
    if (!is_range) {
      return aws::refuse(invalid_argument(
          "The x-amz-copy-source-range value must be of the form bytes=first-last where first and "
          "last are the zero-based offsets of the first and last bytes to copy",
          "x-amz-copy-source-range", range));
    }
    if (last >= source->size) {
      return aws::refuse(invalid_argument(
          fmt::format("Range specified is not valid for source object of size: {}", source->size),
          "x-amz-copy-source-range", range));
    }
    from = first;
    count = last - first + 1;
  }
  Body body;
  const auto reader = s3.contents.read(source->pieces, from, count);
  auto file = http::BodyFile::create(s3.incoming);
  if (!file) return aws::refuse(aws::not_stored(file.error().to_string()));
  while (reader->left() > 0) {
    const auto bytes = reader->next(kMiB);
    if (!bytes) return aws::refuse(aws::internal_failure(bytes.error().to_string()));
    if (auto written = (*file)->append(*bytes); !written)
      return aws::refuse(aws::not_stored(written.error().to_string()));
  }
  body.file = *std::move(file);
  const auto received = receive(s3, std::move(body), json::object(), algorithm_of(*upload));
  if (!received) return aws::refuse(received.error());
  auto kept = keep_part(s3, call, *upload, *received);
  if (!kept) return kept;
  json result = {{"ETag", received->etag()}, {"LastModified", seconds_of(s3.clock.wall())}};
  if (received->was_chosen) add_checksums(result, received->checksums);
  return json{{"CopyPartResult", std::move(result)}, {"ServerSideEncryption", "AES256"}};
}

ApiResult complete_multipart_upload(S3& s3, const ApiCall& call) {
  const auto upload = called_upload(s3, call);
  if (!upload) return aws::refuse(upload.error());
  const auto& bucket = *s3.buckets.find(upload->bucket);
  const auto parts = named_parts(s3, call, *upload);
  if (!parts) return aws::refuse(parts.error());
  if (auto met = check_write_conditions(call.params, s3.objects.find(bucket.name, upload->key));
      !met) {
    return aws::refuse(met.error());
  }
  Object object;
  object.key = upload->key;
  object.facts = upload->facts;
  object.facts.erase(std::string(kAlgorithm));
  object.facts.erase("ChecksumType");
  object.facts.update(checksum_of(*upload, *parts));
  json rows = json::array();
  for (const auto& part : *parts) {
    object.size += part.piece.size;
    object.pieces.push_back(part.piece);
    json row = {{"PartNumber", part.number}, {"Size", part.piece.size}};
    if (algorithm_of(*upload)) add_checksums(row, part.checksums);
    rows.push_back(std::move(row));
  }
  if (auto checked = check_whole(call.params, object.facts, object.size); !checked)
    return aws::refuse(checked.error());
  object.facts["Parts"] = std::move(rows);
  object.etag = etag_of_parts(*parts);
  object.modified = s3.clock.wall();
  s3.contents.hold(object.pieces);
  object.version = s3.objects.put(bucket, object);
  s3.uploads.remove(*upload);
  s3.notifications->tell({.name = "ObjectCreated:CompleteMultipartUpload",
                          .bucket = bucket,
                          .key = object.key,
                          .version = object.version,
                          .size = object.size,
                          .etag = object.etag,
                          .caller = call.caller,
                          .request_id = call.request_id});
  auto out = written(bucket, object);
  out["Bucket"] = bucket.name;
  out["Key"] = object.key;
  out["Location"] =
      fmt::format("{}/{}/{}", call.caller.base_url, bucket.name, codec::percent_encode(object.key));
  return out;
}

ApiResult abort_multipart_upload(S3& s3, const ApiCall& call) {
  const auto upload = called_upload(s3, call);
  if (!upload) return aws::refuse(upload.error());
  s3.uploads.remove(*upload);
  return json::object();
}

ApiResult list_parts(S3& s3, const ApiCall& call) {
  const auto upload = called_upload(s3, call);
  if (!upload) return aws::refuse(upload.error());
  const auto most =
      std::min<std::int64_t>(number_param(call.params, "MaxParts", kMostListed), kMostListed);
  std::int64_t after = 0;
  if (const auto marker = call.params.find("PartNumberMarker"); marker != call.params.end()) {
    after = marker->is_string()
                ? std::strtoll(marker->get_ref<const std::string&>().c_str(), nullptr, 10)
                : marker->get<std::int64_t>();
  }
  auto parts =
      s3.uploads.parts(*upload, static_cast<int>(std::min<std::int64_t>(after, kMostParts)),
                       static_cast<int>(most) + 1);
  const bool is_truncated = static_cast<std::int64_t>(parts.size()) > most;
  if (is_truncated) parts.pop_back();
  const auto owner = owner_of(call.caller.account);
  json out = {{"Bucket", upload->bucket},
              {"Key", upload->key},
              {"UploadId", upload->id},
              {"PartNumberMarker", std::to_string(after)},
              {"MaxParts", most},
              {"IsTruncated", is_truncated},
              {"Owner", owner},
              {"Initiator", owner},
              {"StorageClass", upload->facts.value("StorageClass", "STANDARD")}};
  if (const auto algorithm = algorithm_of(*upload)) {
    out["ChecksumAlgorithm"] = name_of(*algorithm);
    out["ChecksumType"] = upload->facts.value("ChecksumType", "");
  }
  if (!parts.empty()) out["NextPartNumberMarker"] = std::to_string(parts.back().number);
  for (const auto& part : parts) {
    auto row = part_row(part);
    if (!algorithm_of(*upload)) {
      for (const auto each : checksum_algorithms()) row.erase(member_of(each));
    }
    out["Parts"].push_back(std::move(row));
  }
  return out;
}

ApiResult list_multipart_uploads(S3& s3, const ApiCall& call) {
  const auto bucket = called_bucket(s3, call);
  if (!bucket) return aws::refuse(bucket.error());
  const auto most =
      std::min<std::int64_t>(number_param(call.params, "MaxUploads", kMostListed), kMostListed);
  const auto prefix = text_param(call.params, "Prefix");
  const auto delimiter = text_param(call.params, "Delimiter");
  auto key = text_param(call.params, "KeyMarker");
  auto id = text_param(call.params, "UploadIdMarker");
  json out = {{"Bucket", (*bucket)->name}, {"KeyMarker", key},   {"UploadIdMarker", id},
              {"Prefix", prefix},          {"MaxUploads", most}, {"IsTruncated", false}};
  if (!delimiter.empty()) out["Delimiter"] = delimiter;
  const auto owner = owner_of((*bucket)->account);
  std::int64_t count = 0;
  while (most > 0) {
    const auto upload = s3.uploads.next((*bucket)->name, prefix, key, id);
    if (!upload) break;
    if (count == most) {
      out["IsTruncated"] = true;
      out["NextKeyMarker"] = key;
      out["NextUploadIdMarker"] = id;
      break;
    }
    ++count;
    const auto at =
        delimiter.empty() ? std::string::npos : upload->key.find(delimiter, prefix.size());
    if (at != std::string::npos) {
      const auto common = upload->key.substr(0, at + delimiter.size());
      out["CommonPrefixes"].push_back({{"Prefix", common}});
      key = common + '\xff';
      id.clear();
      continue;
    }
    key = upload->key;
    id = upload->id;
    json row = {{"UploadId", id},
                {"Key", key},
                {"Initiated", seconds_of(upload->started)},
                {"StorageClass", upload->facts.value("StorageClass", "STANDARD")},
                {"Owner", owner},
                {"Initiator", owner}};
    if (const auto algorithm = algorithm_of(*upload)) {
      row["ChecksumAlgorithm"] = name_of(*algorithm);
      row["ChecksumType"] = upload->facts.value("ChecksumType", "");
    }
    out["Uploads"].push_back(std::move(row));
  }
  return out;
}

}  // namespace loopgate::s3

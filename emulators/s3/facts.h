// What an object is beside its bytes: as PutObject, CopyObject and CreateMultipartUpload are given
// it, and as GetObject and HeadObject tell it.
#pragma once

#include "emulators/s3/context.h"

namespace loopgate::s3 {

// InvalidArgument, InvalidTag, MetadataTooLarge, InvalidStorageClass …
Outcome<json> read_facts(const json& params);

// TagSet as a list of Key and Value, from a header ("a=1&b=2") or a document; InvalidTag.
Outcome<json> read_tagging_header(const std::string& text);
Outcome<json> check_tags(const json& tags, std::size_t most);

// The members that the answers of GetObject and HeadObject share; `shows_checksum`: with the
// checksums, as ChecksumMode ENABLED asks for.
json describe(const Bucket& bucket, const Object& object, bool shows_checksum);

// Of what a write answers: ETag, VersionId, encryption, and the checksums of `facts`.
json written(const Bucket& bucket, const Object& object);

// Those members of facts that are checksums, with their type.
void add_checksums(json& to, const json& facts);

double seconds_of(WallTime time);  // as documents have times, whole seconds

}  // namespace loopgate::s3

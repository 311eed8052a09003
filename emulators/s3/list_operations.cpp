#include <algorithm>

#include "codec/base64.h"
#include "codec/percent.h"
#include "emulators/s3/checksum.h"
#include "emulators/s3/facts.h"
#include "emulators/s3/limits.h"
#include "emulators/s3/operations.h"

namespace loopgate::s3 {

namespace {

using http::ApiCall;
using http::ApiResult;
using http::text_param;

// What the three lists have in common.
struct Listing {
  std::string prefix;
  std::string delimiter;
  std::int64_t most = kMostListed;
  bool encodes = false;  // EncodingType=url

  std::string shown(std::string_view text) const {
    return encodes ? encoded(text) : std::string(text);
  }
  // The key up to the delimiter behind the prefix; empty: it has none.
  std::string_view common_prefix(std::string_view key) const {
    if (delimiter.empty()) return {};
    const auto at = key.find(delimiter, prefix.size());
    return at == std::string_view::npos ? std::string_view() : key.substr(0, at + delimiter.size());
  }

 private:
  // Slashes stay.
  static std::string encoded(std::string_view text) {
    std::string out;
    while (true) {
      const auto slash = text.find('/');
      out += codec::percent_encode(text.substr(0, slash));
      if (slash == std::string_view::npos) return out;
      out += '/';
      text.remove_prefix(slash + 1);
    }
  }
};

Outcome<Listing> read_listing(const json& params, std::string_view most_name) {
  Listing out{.prefix = text_param(params, "Prefix"),
              .delimiter = text_param(params, "Delimiter"),
              .most = number_param(params, most_name, kMostListed)};
  if (out.most < 0) {
    return aws::refuse(
        invalid_argument("Argument maxKeys must be an integer between 0 and 2147483647", "maxKeys",
                         std::to_string(out.most)));
  }
  out.most = std::min<std::int64_t>(out.most, kMostListed);
  const auto encoding = text_param(params, "EncodingType");
  if (!encoding.empty() && encoding != "url") {
    return aws::refuse(invalid_argument("Invalid Encoding Method specified in Request",
                                        "encoding-type", encoding));
  }
  out.encodes = encoding == "url";
  return out;
}

json head_of(const Bucket& bucket, const Listing& listing) {
  json out = {{"Name", bucket.name}, {"Prefix", listing.shown(listing.prefix)}};
  if (!listing.delimiter.empty()) out["Delimiter"] = listing.shown(listing.delimiter);
  if (listing.encodes) out["EncodingType"] = "url";
  return out;
}

json row_of(const Listing& listing, const Object& object) {
  json out = {{"Key", listing.shown(object.key)},
              {"LastModified", seconds_of(object.modified)},
              {"ETag", object.etag},
              {"Size", object.size},
              {"StorageClass", object.facts.value("StorageClass", "STANDARD")}};
  for (const auto algorithm : checksum_algorithms()) {
    if (object.facts.contains(member_of(algorithm)))
      out["ChecksumAlgorithm"] = json::array({name_of(algorithm)});
  }
  if (object.facts.contains("ChecksumType")) out["ChecksumType"] = object.facts["ChecksumType"];
  return out;
}

// A page of keys and of what they are summed up in. `after`: the last one that came before.
struct Page {
  json contents = json::array();
  json prefixes = json::array();
  std::string last;
  bool is_truncated = false;

  std::size_t size() const { return contents.size() + prefixes.size(); }
};

// Where to go on behind a prefix with everything that it sums up: no key of UTF-8 has this byte.
std::string behind_all(std::string_view prefix) {
  return std::string(prefix) + '\xff';
}

Page read_page(S3& s3, const Bucket& bucket, const Listing& listing, std::string after) {
  Page out;
  if (listing.most == 0) return out;
  if (!after.empty() && listing.common_prefix(after) == after) after = behind_all(after);
  while (true) {
    const auto object = s3.objects.next(bucket.name, listing.prefix, after, false);
    if (!object) return out;
    if (static_cast<std::int64_t>(out.size()) == listing.most) {
      out.is_truncated = true;
      return out;
    }
    const auto common = listing.common_prefix(object->key);
    if (common.empty()) {
      out.contents.push_back(row_of(listing, *object));
      out.last = after = object->key;
    } else {
      out.prefixes.push_back({{"Prefix", listing.shown(common)}});
      out.last = common;
      after = behind_all(common);
    }
  }
}

void add_page(json& out, Page& page) {
  out["IsTruncated"] = page.is_truncated;
  if (!page.contents.empty()) out["Contents"] = std::move(page.contents);
  if (!page.prefixes.empty()) out["CommonPrefixes"] = std::move(page.prefixes);
}

void add_owners(Page& page, const Bucket& bucket) {
  const auto owner = owner_of(bucket.account);
  for (auto& row : page.contents) row["Owner"] = owner;
}

}  // namespace

ApiResult list_objects(S3& s3, const ApiCall& call) {
  const auto bucket = called_bucket(s3, call);
  if (!bucket) return aws::refuse(bucket.error());
  const auto listing = read_listing(call.params, "MaxKeys");
  if (!listing) return aws::refuse(listing.error());
  const auto marker = text_param(call.params, "Marker");
  auto page = read_page(s3, **bucket, *listing, marker);
  add_owners(page, **bucket);
  auto out = head_of(**bucket, *listing);
  out["Marker"] = listing->shown(marker);
  out["MaxKeys"] = listing->most;
  if (page.is_truncated && !listing->delimiter.empty())
    out["NextMarker"] = listing->shown(page.last);
  add_page(out, page);
  return out;
}

ApiResult list_objects_v2(S3& s3, const ApiCall& call) {
  const auto bucket = called_bucket(s3, call);
  if (!bucket) return aws::refuse(bucket.error());
  const auto listing = read_listing(call.params, "MaxKeys");
  if (!listing) return aws::refuse(listing.error());
  auto out = head_of(**bucket, *listing);
  auto after = text_param(call.params, "StartAfter");
  if (!after.empty()) out["StartAfter"] = listing->shown(after);
  if (call.params.contains("ContinuationToken")) {
    const auto token = text_param(call.params, "ContinuationToken");
    const auto decoded = codec::base64_decode_text(token);
    if (!decoded || decoded->empty()) {
      return aws::refuse(invalid_argument("The continuation token provided is incorrect",
                                          "continuation-token", token));
    }
    out["ContinuationToken"] = token;
    after = *decoded;
  }
  auto page = read_page(s3, **bucket, *listing, after);
  if (flag_param(call.params, "FetchOwner")) add_owners(page, **bucket);
  out["MaxKeys"] = listing->most;
  out["KeyCount"] = page.size();
  if (page.is_truncated) out["NextContinuationToken"] = codec::base64_encode(as_bytes(page.last));
  add_page(out, page);
  return out;
}

ApiResult list_object_versions(S3& s3, const ApiCall& call) {
  const auto bucket = called_bucket(s3, call);
  if (!bucket) return aws::refuse(bucket.error());
  const auto listing = read_listing(call.params, "MaxKeys");
  if (!listing) return aws::refuse(listing.error());
  auto key = text_param(call.params, "KeyMarker");
  const auto version = text_param(call.params, "VersionIdMarker");
  if (!version.empty() && key.empty()) {
    return aws::refuse(
        invalid_argument("A version-id marker cannot be specified without a key marker.",
                         "version-id-marker", version));
  }
  auto out = head_of(**bucket, *listing);
  out["KeyMarker"] = listing->shown(key);
  out["VersionIdMarker"] = version;
  out["MaxKeys"] = listing->most;
  out["IsTruncated"] = false;

  std::int64_t below = 0;
  if (!version.empty()) {
    if (const auto marked = s3.objects.find((*bucket)->name, key, version)) below = marked->number;
  }
  if (!key.empty() && listing->common_prefix(key) == key) key = behind_all(key);
  const auto owner = owner_of((*bucket)->account);
  json versions = json::array();
  json markers = json::array();
  json prefixes = json::array();
  std::string last_key;
  std::string last_version;
  while (listing->most > 0) {
    const auto object = s3.objects.next_version((*bucket)->name, listing->prefix, key, below);
    if (!object) break;
    const auto count = versions.size() + markers.size() + prefixes.size();
    if (static_cast<std::int64_t>(count) == listing->most) {
      out["IsTruncated"] = true;
      out["NextKeyMarker"] = listing->shown(last_key);
      if (!last_version.empty()) out["NextVersionIdMarker"] = last_version;
      break;
    }
    if (const auto common = listing->common_prefix(object->key); !common.empty()) {
      prefixes.push_back({{"Prefix", listing->shown(common)}});
      last_key = common;
      last_version.clear();
      key = behind_all(common);
      below = 0;
      continue;
    }
    auto row = row_of(*listing, *object);
    row["VersionId"] = object->version;
    row["IsLatest"] = object->is_latest;
    row["Owner"] = owner;
    if (object->is_marker) {
      for (const char* name : {"ETag", "Size", "StorageClass"}) row.erase(name);
      markers.push_back(std::move(row));
    } else {
      versions.push_back(std::move(row));
    }
    key = last_key = object->key;
    last_version = object->version;
    below = object->number;
  }
  if (!versions.empty()) out["Versions"] = std::move(versions);
  if (!markers.empty()) out["DeleteMarkers"] = std::move(markers);
  if (!prefixes.empty()) out["CommonPrefixes"] = std::move(prefixes);
  return out;
}

}  // namespace loopgate::s3

#include "emulators/s3/module.h"

#include <filesystem>

#include "emulators/s3/operations.h"

namespace loopgate::s3 {

namespace {

// What a process that was killed left there is nobody's.
std::string emptied(std::string folder) {
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  return folder;
}

}  // namespace

S3Module::S3Module(const Surroundings& surroundings, targets::Dispatcher& dispatcher)
    : contents_(surroundings.store, surroundings.folder + "/objects", surroundings.has_snapshots),
      buckets_(surroundings.store),
      objects_(surroundings.store, surroundings.random, contents_),
      uploads_(surroundings.store, surroundings.random, contents_),
      s3_{.clock = surroundings.clock,
          .random = surroundings.random,
          .contents = contents_,
          .buckets = buckets_,
          .objects = objects_,
          .uploads = uploads_,
          .incoming = emptied(surroundings.folder + "/objects-incoming"),
          .check_policy = [check = surroundings.check_policy](
                              const std::string& text) { return check(text, "s3"); }},
      notifications_(surroundings.clock, buckets_, dispatcher),
      lifecycle_(s3_),
      service_(s3_, surroundings.access),
      bucket_type_(s3_),
      policy_type_(s3_) {
  s3_.notifications = &notifications_;
  s3_.lifecycle = &lifecycle_;
  surroundings.store.on_rollback([this] { lifecycle_.arm(); });
}

std::string S3Module::owner_of_bucket(std::string_view name) const {
  const auto* bucket = buckets_.find(name);
  return bucket == nullptr ? std::string() : bucket->account;
}

aws::Outcome<std::string> S3Module::read_object(const std::string& account,
                                                const aws::ObjectPlace& place) {
  http::ApiCall call{.operation = "GetObject",
                     .params = {{"Bucket", place.bucket}, {"Key", place.key}},
                     .caller = {.account = account, .region = {}}};
  if (!place.version.empty()) call.params["VersionId"] = place.version;
  auto opened = open_object(s3_, call);
  if (!opened) return aws::refuse(opened.error());
  return read_all(*opened->reader);
}

void S3Module::empty(const std::string& bucket) {
  for (const auto& upload : uploads_.all(bucket)) uploads_.remove(upload);
  objects_.remove_all(bucket);
}

Status S3Module::reset(const aws::AccountScope& scope) {
  forget(scope);
  std::vector<std::string> names;
  for (const auto& [name, bucket] : buckets_.all()) {
    if (scope.covers(bucket.account)) names.push_back(name);
  }
  for (const auto& name : names) buckets_.remove(name);
  return {};
}

void S3Module::forget(const aws::AccountScope& scope) {
  for (const auto& [name, bucket] : buckets_.all()) {
    if (scope.covers(bucket.account)) empty(name);
  }
}

}  // namespace loopgate::s3

#include "emulators/s3/service.h"

#include <fmt/format.h>

#include <algorithm>

#include "aws/shapes/services.h"
#include "codec/percent.h"
#include "codec/text.h"
#include "emulators/http/caller.h"
#include "emulators/http/forwarding_exchange.h"
#include "emulators/s3/chunked.h"
#include "emulators/s3/cors.h"
#include "emulators/s3/limits.h"
#include "emulators/s3/names.h"
#include "emulators/s3/operations.h"
#include "emulators/s3/presigned.h"

namespace loopgate::s3 {

namespace {

using http::text_param;

constexpr http::Operation<S3> kOperations[] = {
    {"CreateBucket", create_bucket},
    {"DeleteBucket", delete_bucket},
    {"HeadBucket", head_bucket},
    {"ListBuckets", list_buckets},
    {"GetBucketLocation", get_bucket_location},
    {"GetBucketVersioning", get_bucket_versioning},
    {"PutBucketVersioning", put_bucket_versioning},
    {"GetBucketAcl", get_bucket_acl},
    {"PutBucketAcl", put_bucket_acl},
    {"GetBucketPolicyStatus", get_bucket_policy_status},
    {"GetBucketAccelerateConfiguration", get_configuration},
    {"PutBucketAccelerateConfiguration", put_configuration},
    {"GetBucketCors", get_configuration},
    {"PutBucketCors", put_configuration},
    {"DeleteBucketCors", delete_configuration},
    {"GetBucketEncryption", get_configuration},
    {"PutBucketEncryption", put_configuration},
    {"DeleteBucketEncryption", delete_configuration},
    {"GetBucketLifecycleConfiguration", get_configuration},
    {"PutBucketLifecycleConfiguration", put_configuration},
    {"DeleteBucketLifecycle", delete_configuration},
    {"GetBucketLogging", get_configuration},
    {"PutBucketLogging", put_configuration},
    {"GetBucketNotificationConfiguration", get_configuration},
    {"PutBucketNotificationConfiguration", put_configuration},
    {"GetBucketOwnershipControls", get_configuration},
    {"PutBucketOwnershipControls", put_configuration},
    {"DeleteBucketOwnershipControls", delete_configuration},
    {"GetBucketPolicy", get_configuration},
    {"PutBucketPolicy", put_configuration},
    {"DeleteBucketPolicy", delete_configuration},
    {"GetBucketReplication", get_configuration},
    {"PutBucketReplication", put_configuration},
    {"DeleteBucketReplication", delete_configuration},
    {"GetBucketRequestPayment", get_configuration},
    {"PutBucketRequestPayment", put_configuration},
    {"GetBucketTagging", get_configuration},
    {"PutBucketTagging", put_configuration},
    {"DeleteBucketTagging", delete_configuration},
    {"GetBucketWebsite", get_configuration},
    {"PutBucketWebsite", put_configuration},
    {"DeleteBucketWebsite", delete_configuration},
    {"GetObjectLockConfiguration", get_configuration},
    {"PutObjectLockConfiguration", put_configuration},
    {"GetPublicAccessBlock", get_configuration},
    {"PutPublicAccessBlock", put_configuration},
    {"DeletePublicAccessBlock", delete_configuration},
    {"PutObject", put_object},
    {"GetObject", get_object},
    {"HeadObject", head_object},
    {"DeleteObject", delete_object},
    {"DeleteObjects", delete_objects},
    {"CopyObject", copy_object},
    {"GetObjectAttributes", get_object_attributes},
    {"GetObjectTagging", get_object_tagging},
    {"PutObjectTagging", put_object_tagging},
    {"DeleteObjectTagging", delete_object_tagging},
    {"GetObjectAcl", get_object_acl},
    {"PutObjectAcl", put_object_acl},
    {"GetObjectRetention", get_object_retention},
    {"PutObjectRetention", put_object_retention},
    {"GetObjectLegalHold", get_object_legal_hold},
    {"PutObjectLegalHold", put_object_legal_hold},
    {"ListObjects", list_objects},
    {"ListObjectsV2", list_objects_v2},
    {"ListObjectVersions", list_object_versions},
    {"CreateMultipartUpload", create_multipart_upload},
    {"UploadPart", upload_part},
    {"UploadPartCopy", upload_part_copy},
    {"CompleteMultipartUpload", complete_multipart_upload},
    {"AbortMultipartUpload", abort_multipart_upload},
    {"ListParts", list_parts},
    {"ListMultipartUploads", list_multipart_uploads},
};

// Where an action has not the operation's name.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
struct Action {
  std::string_view operation;
  std::string_view action;
};
constexpr Action kActions[] = {
    {"HeadBucket", "ListBucket"},
    {"ListObjects", "ListBucket"},
    {"ListObjectsV2", "ListBucket"},
    {"ListObjectVersions", "ListBucketVersions"},
    {"ListBuckets", "ListAllMyBuckets"},
    {"ListMultipartUploads", "ListBucketMultipartUploads"},
    {"ListParts", "ListMultipartUploadParts"},
    {"HeadObject", "GetObject"},
    {"GetObjectAttributes", "GetObject"},
    {"DeleteObjects", "DeleteObject"},
    {"CopyObject", "PutObject"},
    {"CreateMultipartUpload", "PutObject"},
    {"UploadPart", "PutObject"},
    {"UploadPartCopy", "PutObject"},
    {"CompleteMultipartUpload", "PutObject"},
    {"GetBucketAccelerateConfiguration", "GetAccelerateConfiguration"},
    {"PutBucketAccelerateConfiguration", "PutAccelerateConfiguration"},
    {"GetBucketCors", "GetBucketCORS"},
    {"PutBucketCors", "PutBucketCORS"},
    {"DeleteBucketCors", "PutBucketCORS"},
    {"GetBucketEncryption", "GetEncryptionConfiguration"},
    {"PutBucketEncryption", "PutEncryptionConfiguration"},
    {"DeleteBucketEncryption", "PutEncryptionConfiguration"},
    {"GetBucketLifecycleConfiguration", "GetLifecycleConfiguration"},
    {"PutBucketLifecycleConfiguration", "PutLifecycleConfiguration"},
    {"DeleteBucketLifecycle", "PutLifecycleConfiguration"},
    {"GetBucketNotificationConfiguration", "GetBucketNotification"},
    {"PutBucketNotificationConfiguration", "PutBucketNotification"},
    {"DeleteBucketOwnershipControls", "PutBucketOwnershipControls"},
    {"GetBucketReplication", "GetReplicationConfiguration"},
    {"PutBucketReplication", "PutReplicationConfiguration"},
    {"DeleteBucketReplication", "PutReplicationConfiguration"},
    {"DeleteBucketTagging", "PutBucketTagging"},
    {"GetObjectLockConfiguration", "GetBucketObjectLockConfiguration"},
    {"PutObjectLockConfiguration", "PutBucketObjectLockConfiguration"},
    {"GetPublicAccessBlock", "GetBucketPublicAccessBlock"},
    {"PutPublicAccessBlock", "PutBucketPublicAccessBlock"},
    {"DeletePublicAccessBlock", "PutBucketPublicAccessBlock"},
};
// Which have another action for a version that is named: "GetObjectVersion".
constexpr std::string_view kOfVersions[] = {
    "GetObject",           "DeleteObject", "GetObjectTagging", "PutObjectTagging",
    "DeleteObjectTagging", "GetObjectAcl", "PutObjectAcl"};

std::string action_of(const http::ApiCall& call) {
  const auto found = std::ranges::find(kActions, call.operation, &Action::operation);
  std::string action(found == std::end(kActions) ? std::string_view(call.operation)
                                                 : found->action);
  const bool is_of_version = !text_param(call.params, "VersionId").empty() &&
                             std::ranges::find(kOfVersions, action) != std::end(kOfVersions);
  if (is_of_version)
    action.insert(action.find("Object") + std::string_view("Object").size(), "Version");
  return "s3:" + action;
}

// Of a bucket named by the host the path: "/bucket/key".
void put_bucket_into_path(http::Request& request, std::string_view bucket) {
  request.path =
      "/" + codec::percent_encode(bucket) + (request.path == "/" ? std::string() : request.path);
}

std::string bucket_of_path(std::string_view path) {
  if (path.starts_with('/')) path.remove_prefix(1);
  const auto segment = path.substr(0, path.find('/'));
  return codec::percent_decode(segment, codec::Plus::kItself).value_or(std::string(segment));
}

// What every answer of S3's has.
class S3Exchange final : public http::ForwardingExchange {
 public:
  S3Exchange(std::shared_ptr<http::Exchange> inner, std::vector<aws::Header> headers)
      : ForwardingExchange(std::move(inner)), headers_(std::move(headers)) {}

  void respond(http::Response response) override { inner_->respond(stamped(std::move(response))); }
  void begin_stream(http::Response head) override {
    inner_->begin_stream(stamped(std::move(head)));
  }

 private:
  http::Response stamped(http::Response response) {
    for (auto& header : response.headers) {
      if (!codec::equal_ignoring_case(header.name, "x-amzn-requestid")) continue;
      header.name = "x-amz-request-id";
      response.headers.push_back({"x-amz-id-2", header.value});
      break;
    }
    response.headers.push_back({"Server", "AmazonS3"});
    for (auto& header : headers_) response.headers.push_back(std::move(header));
    return response;
  }

  std::vector<aws::Header> headers_;
};

// Writes an object as fast as its client takes it.
class Download : public std::enable_shared_from_this<Download> {
 public:
  Download(std::shared_ptr<http::Exchange> exchange, std::unique_ptr<Contents::Reader> reader)
      : exchange_(std::move(exchange)), reader_(std::move(reader)) {}

  void begin(http::Response head) {
    exchange_->on_drained([self = shared_from_this()] { self->go_on(); });
    exchange_->begin_stream(std::move(head));
  }

 private:
  void go_on() {
    if (!exchange_) return;
    const auto bytes = reader_->next(kMiB);
    // Without its end the client knows that it has not got everything.
    if (!bytes || (!bytes->empty() && !exchange_->write(*bytes))) return end(false);
    if (reader_->left() == 0) end(true);
  }
  void end(bool is_whole) {
    const auto exchange = std::move(exchange_);
    exchange_ = nullptr;
    if (is_whole) exchange->end_stream();
  }

  std::shared_ptr<http::Exchange> exchange_;
  std::unique_ptr<Contents::Reader> reader_;
};

}  // namespace

S3Operations::S3Operations(S3& s3) : TableService(aws::shapes::kS3, kOperations, s3) {}

http::Permission S3Operations::permission_for(const http::ApiCall& call) const {
  const auto bucket = text_param(call.params, "Bucket");
  const auto key = text_param(call.params, "Key");
  if (bucket.empty()) return {action_of(call), "*"};
  if (call.operation == "DeleteObjects") return {action_of(call), object_arn(bucket, "*")};
  return {action_of(call), key.empty() ? bucket_arn(bucket) : object_arn(bucket, key)};
}

// The source of a copy is read.
std::vector<http::Permission> S3Operations::further_permissions(const http::ApiCall& call) const {
  auto source = text_param(call.params, "CopySource");
  if (source.empty()) return {};
  source = source.substr(0, source.find("?versionId="));
  if (source.starts_with('/')) source.erase(0, 1);
  const auto decoded = codec::percent_decode(source, codec::Plus::kItself);
  return {{"s3:GetObject", bucket_arn(decoded ? *decoded : source)}};
}

S3Service::S3Service(S3& s3, http::Access* access)
    : s3_(s3), operations_(s3), calls_(operations_, s3.random, access) {}

http::Response S3Service::render(const aws::AwsError& error) const {
  return calls_.render(error);
}

// Signed for it, in any of its ways; or to a bucket that there is.
bool S3Service::owns(const http::Request& request) const {
  const auto scope = http::credential_scope(request);
  if (scope) return scope->service == "s3";
  if (request.header("Authorization").starts_with("AWS ")) return true;
  if (aws::form_value(request.query, "AWSAccessKeyId")) return true;
  const auto host = request.header("Host");
  if (s3_.buckets.find(bucket_of_host(host)) != nullptr) return true;
  return http::host_names_service(host, "s3") ||
         s3_.buckets.find(bucket_of_path(request.path)) != nullptr;
}

http::BodyPlan S3Service::body_plan(const http::Request& head) const {
  constexpr std::uint64_t kOfChunks = 64 * kMiB;  // what signatures of chunks add at most
  if (head.method != "PUT" && head.method != "POST") return {};
  const auto length = head.header("Content-Length");
  const bool is_short = !length.empty() && length.size() <= std::to_string(kInlineBytes).size() &&
                        std::strtoull(std::string(length).c_str(), nullptr, 10) <= kInlineBytes;
  if (is_short) return {};
  const auto route = aws::route_rest(operations_.model(), head.view());
  const bool has_bytes =
      route && (route->operation.name() == "PutObject" || route->operation.name() == "UploadPart");
  if (!has_bytes) return {};
  return {.limit = kMostPutBytes + kOfChunks, .to_file = true};
}

void S3Service::handle(http::Request request, http::Caller caller,
                       std::shared_ptr<http::Exchange> exchange) {
  const auto bucket = bucket_of_host(request.header("Host"));
  if (!bucket.empty()) put_bucket_into_path(request, std::string(bucket));
  if (request.method == "OPTIONS") return preflight(request, exchange);
  const auto origin = request.header("Origin");
  std::vector<aws::Header> headers;
  if (const auto* rules = s3_.buckets.document(bucket_of_path(request.path), "cors");
      rules != nullptr && !origin.empty()) {
    headers = cors_headers(*rules, origin, request.method, {}, false);
  }
  exchange = std::make_shared<S3Exchange>(std::move(exchange), std::move(headers));
  if (auto current = check_presigned(request.query, s3_.clock.wall()); !current)
    return exchange->respond(render(current.error()));
  route(std::move(request), std::move(caller), std::move(exchange));
}

void S3Service::preflight(const http::Request& request,
                          const std::shared_ptr<http::Exchange>& exchange) {
  const auto method = request.header("Access-Control-Request-Method");
  const auto* rules = s3_.buckets.document(bucket_of_path(request.path), "cors");
  auto headers = rules == nullptr
                     ? std::vector<aws::Header>()
                     : cors_headers(*rules, request.header("Origin"), method,
                                    request.header("Access-Control-Request-Headers"), true);
  if (!headers.empty()) return exchange->respond({.status = 200, .headers = std::move(headers)});
  const bool is_off = rules == nullptr;
  exchange->respond(render({"AccessForbidden",
                            is_off ? "CORSResponse: CORS is not enabled for this bucket."
                                   : "CORSResponse: This CORS request is not allowed. This is "
                                     "usually because the evalution of Origin, request method / "
                                     "Access-Control-Request-Method or "
                                     "Access-Control-Request-Headers are not whitelisted by the "
                                     "resource's CORS spec.",
                            403,
                            {}}));
}

void S3Service::route(http::Request request, http::Caller caller,
                      std::shared_ptr<http::Exchange> exchange) {
  const auto route = aws::route_rest(operations_.model(), request.view());
  const auto name = route ? route->operation.name() : std::string_view();
  if (name == "PutObject" || name == "UploadPart")
    return upload(*route, std::move(request), std::move(caller), exchange);
  if (name == "GetObject" || name == "HeadObject")
    return download(*route, request, std::move(caller), exchange);
  if (name == "GetBucketLocation")
    return tell_location(*route, request, std::move(caller), exchange);
  // Some clients send every body in chunks.
  if (auto body = Body::of_request(request); body.is_chunked) {
    ChunkedReader reader;
    std::string bytes;
    const bool is_good = reader.read(body.bytes, [&](std::string_view part) { bytes += part; }) &&
                         reader.is_complete();
    if (!is_good) return exchange->respond(render(incomplete_body()));
    request.body = std::move(bytes);
  } else {
    request.body = std::move(body.bytes);
  }
  calls_.handle(request, std::move(caller), exchange);
}

void S3Service::upload(const aws::RestRoute& route, http::Request request, http::Caller caller,
                       const std::shared_ptr<http::Exchange>& exchange) {
  auto body = Body::of_request(request);
  auto call = calls_.read(route, request, std::move(caller));
  if (!call) return exchange->respond(render(call.error()));
  const auto put =
      route.operation.name() == "PutObject"
          ? static_cast<http::ApiResult (*)(S3&, const http::ApiCall&, Body)>(put_object)
          : static_cast<http::ApiResult (*)(S3&, const http::ApiCall&, Body)>(upload_part);
  const auto result = put(s3_, *call, std::move(body));
  const aws::Rendering rendering{.service = operations_.model(),
                                 .protocol = operations_.model().protocol,
                                 .request_id = call->request_id};
  exchange->respond(result ? rendering.result(route.operation, *result)
                           : rendering.error(result.error()));
}

// The one answer that is a text without an element around it.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html
void S3Service::tell_location(const aws::RestRoute& route, const http::Request& request,
                              http::Caller caller,
                              const std::shared_ptr<http::Exchange>& exchange) {
  const auto call = calls_.read(route, request, std::move(caller));
  if (!call) return exchange->respond(render(call.error()));
  const auto result = get_bucket_location(s3_, *call);
  if (!result) return exchange->respond(render(result.error()));
  exchange->respond(
      {.headers = {{"Content-Type", "application/xml"}, {"x-amz-request-id", call->request_id}},
       .body = fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                           "<LocationConstraint xmlns=\"{}\">{}</LocationConstraint>",
                           operations_.model().xml_namespace,
                           text_param(*result, "LocationConstraint"))});
}

void S3Service::download(const aws::RestRoute& route, const http::Request& request,
                         http::Caller caller, const std::shared_ptr<http::Exchange>& exchange) {
  auto call = calls_.read(route, request, std::move(caller));
  if (!call) return exchange->respond(render(call.error()));
  const aws::Rendering rendering{.service = operations_.model(),
                                 .protocol = operations_.model().protocol,
                                 .request_id = call->request_id};
  auto opened = open_object(s3_, *call);
  if (!opened) return exchange->respond(rendering.error(opened.error()));
  auto head = rendering.result(route.operation, opened->document);
  if (opened->document.contains("ContentRange")) head.status = 206;
  if (request.method == "HEAD") return exchange->respond(std::move(head));
  auto& reader = *opened->reader;
  if (reader.left() > kMiB) {
    return std::make_shared<Download>(exchange, std::move(opened->reader))->begin(std::move(head));
  }
  auto bytes = read_all(reader);
  if (!bytes) return exchange->respond(rendering.error(bytes.error()));
  head.body = *std::move(bytes);
  exchange->respond(std::move(head));
}

}  // namespace loopgate::s3

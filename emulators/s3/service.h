// S3's API, REST with XML: buckets and objects.
// https://docs.aws.amazon.com/AmazonS3/latest/API/Welcome.html
#pragma once

#include <memory>
#include <string_view>

#include "emulators/http/api.h"
#include "emulators/http/rest_calls.h"
#include "emulators/s3/context.h"

namespace loopgate::s3 {

class S3Operations : public http::TableService<S3> {
 public:
  explicit S3Operations(S3& s3);

  http::Permission permission_for(const http::ApiCall& call) const override;
  std::vector<http::Permission> further_permissions(const http::ApiCall& call) const override;
};

// The service over HTTP: buckets named by host or by path, bodies of any length, presigned URLs,
// and pages of other origins as a bucket's CORS rules let them.
class S3Service : public http::RestService {
 public:
  // `access` may be null; both outlive the service.
  S3Service(S3& s3, http::Access* access);

  std::string_view name() const override { return "s3"; }
  http::ApiService* operations() override { return &operations_; }
  bool owns(const http::Request& request) const override;
  bool has_own_cors() const override { return true; }
  http::BodyPlan body_plan(const http::Request& head) const override;
  void handle(http::Request request, http::Caller caller,
              std::shared_ptr<http::Exchange> exchange) override;
  http::Response render(const aws::AwsError& error) const override;

 private:
  void route(http::Request request, http::Caller caller, std::shared_ptr<http::Exchange> exchange);
  void upload(const aws::RestRoute& route, http::Request request, http::Caller caller,
              const std::shared_ptr<http::Exchange>& exchange);
  void download(const aws::RestRoute& route, const http::Request& request, http::Caller caller,
                const std::shared_ptr<http::Exchange>& exchange);
  void tell_location(const aws::RestRoute& route, const http::Request& request, http::Caller caller,
                     const std::shared_ptr<http::Exchange>& exchange);
  void preflight(const http::Request& request, const std::shared_ptr<http::Exchange>& exchange);

  S3& s3_;
  S3Operations operations_;
  http::RestCalls calls_;
};

}  // namespace loopgate::s3

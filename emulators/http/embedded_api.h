// The one call (aws/api.h) into the emulators: the same dispatch as over HTTP, behind the same
// permissions as the typed ports.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "aws/api.h"
#include "aws/embedded.h"
#include "emulators/http/dispatch.h"

namespace loopgate::http {

class EmbeddedApi final : public aws::Api {
 public:
  // `base_url`: of the front door, for addresses in answers ("http://127.0.0.1:4566").
  EmbeddedApi(TaskQueue& tasks, Random& random, aws::Authorizer authorizer,
              std::function<std::string()> base_url)
      : tasks_(tasks),
        dispatcher_(random),
        random_(random),
        authorizer_(std::move(authorizer)),
        base_url_(std::move(base_url)) {}

  // Services outlive this.
  void add(ApiService& service) { services_.push_back(&service); }

  void call(aws::SessionPtr session, aws::ApiRequest request,
            aws::Completion<nlohmann::json> done) override;
  std::size_t under_way() const override { return *under_way_; }

 private:
  ApiService* find(std::string_view name) const;
  // The call as the service takes it, or why not.
  aws::Outcome<ApiCall> prepare(const aws::Session& session, aws::ApiRequest& request) const;
  std::string service_names() const;

  TaskQueue& tasks_;
  Dispatcher dispatcher_;
  Random& random_;
  aws::Authorizer authorizer_;
  std::function<std::string()> base_url_;
  std::vector<ApiService*> services_;
  std::shared_ptr<std::size_t> under_way_ = std::make_shared<std::size_t>(0);
};

}  // namespace loopgate::http

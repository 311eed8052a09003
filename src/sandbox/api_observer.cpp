#include "sandbox/api_observer.h"

#include <fmt/format.h>

#include <functional>
#include <optional>
#include <string>

#include "aws/protocol/xml_reader.h"
#include "base/json.h"
#include "codec/text.h"
#include "emulators/http/caller.h"
#include "emulators/http/forwarding_exchange.h"
#include "emulators/lambda/worker_launch.h"
#include "sandbox/query.h"

namespace loopgate {

namespace {

constexpr std::size_t kMaxNameLength = 128;

// "sqs SendMessage", or the method and path of a REST call.
std::string name_of(const http::Request& request,
                    const std::optional<http::CredentialScope>& scope) {
  std::string operation(request.header("X-Amz-Target"));
  operation.erase(0, operation.rfind('.') + 1);
  if (operation.empty()) operation = query_parameter(request.body.substr(0, 4096), "Action");
  if (operation.empty()) operation = query_parameter(request.query, "Action");
  if (operation.empty()) operation = request.method + " " + request.path;
  operation.resize(std::min(operation.size(), kMaxNameLength));
  return scope ? scope->service + " " + operation : operation;
}

// " (account 111122223333)" of those who name one by their access key.
std::string account_of(const std::optional<http::CredentialScope>& scope) {
  if (!scope || !http::is_account_id(scope->access_key_id)) return {};
  return fmt::format(" (account {})", scope->access_key_id);
}

// "QueueDoesNotExist: The specified queue does not exist.", in whichever dialect; empty when it is
// none of ours.
std::string error_of(const http::Response& response) {
  constexpr std::size_t kMaxMessage = 200;
  if (response.status < 400) return {};
  std::string code, message;
  if (const auto json = read_json(response.body); json && json->is_object()) {
    code = http::text_param(*json, "__type");
    code.erase(0, code.rfind('#') + 1);
    message = http::text_param(*json, json->contains("message") ? "message" : "Message");
  } else if (const auto xml = aws::read_xml_error(response.body)) {
    code = xml->code;
    message = xml->message;
  }
  for (const auto& [name, value] : response.headers) {
    if (code.empty() && codec::equal_ignoring_case(name, "x-amzn-ErrorType")) code = value;
  }
  if (code.empty()) return {};
  return fmt::format(" {}: {}", code,
                     codec::utf8_from_bytes(as_bytes(message.substr(0, kMaxMessage))));
}

// Empty unless a function calls: its worker's own token.
std::string function_of(const http::Request& request) {
  const auto token = request.header("X-Amz-Security-Token");
  return token.starts_with(lambda::kTokenPrefix) ? std::string(token) : std::string();
}

}  // namespace

class ApiObserver::WatchedExchange final : public http::ForwardingExchange {
 public:
  using Answered = std::function<void(const http::Response& response)>;

  WatchedExchange(std::shared_ptr<http::Exchange> inner, std::shared_ptr<Unanswered> unanswered,
                  std::string function, Answered answered)
      : ForwardingExchange(std::move(inner)),
        unanswered_(std::move(unanswered)),
        function_(std::move(function)),
        answered_(std::move(answered)) {
    ++unanswered_->all;
    if (!function_.empty()) ++unanswered_->by_function[function_];
  }
  ~WatchedExchange() override { settle(); }

  void respond(http::Response response) override {
    settle();
    answered_(response);
    inner_->respond(std::move(response));
  }
  void begin_stream(http::Response head) override {
    settle();
    answered_(head);
    inner_->begin_stream(std::move(head));
  }

 private:
  void settle() {
    if (!unanswered_) return;
    --unanswered_->all;
    const auto found = unanswered_->by_function.find(function_);
    if (found != unanswered_->by_function.end() && --found->second == 0) {
      unanswered_->by_function.erase(found);
    }
    unanswered_.reset();
  }

  std::shared_ptr<Unanswered> unanswered_;
  std::string function_;
  Answered answered_;
};

std::shared_ptr<http::Exchange> ApiObserver::watch(const http::Request& request,
                                                   std::shared_ptr<http::Exchange> exchange) {
  const auto scope = http::credential_scope(request);
  auto answered = [&journal = journal_, alive = alive_.token(), name = name_of(request, scope),
                   account = account_of(scope)](const http::Response& response) {
    if (!alive) return;
    Event event;
    event.kind = EventKind::kApiCall;
    event.size = static_cast<std::uint32_t>(response.body.size());
    event.text = fmt::format("{} → {}{}{}", name, response.status, error_of(response), account);
    journal.append(std::move(event));
  };
  return std::make_shared<WatchedExchange>(std::move(exchange), unanswered_, function_of(request),
                                           std::move(answered));
}

}  // namespace loopgate

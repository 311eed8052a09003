#include "cli/client.h"

#include <fmt/format.h>
#include <httplib.h>

#include <cstdio>
#include <cstdlib>

#include "base/json.h"
#include "base/version.h"

namespace loopgate::cli {

namespace {

constexpr const char* kDefaultEndpoint = "http://127.0.0.1:4566";
constexpr std::time_t kReadTimeoutSeconds = 600;  // a deployment may build its functions
constexpr std::time_t kForEverSeconds = 365 * 24 * 3600;

std::string endpoint_or_default(std::string endpoint) {
  if (endpoint.empty()) {
    if (const char* from_environment = std::getenv("AWS_ENDPOINT_URL")) endpoint = from_environment;
  }
  if (endpoint.empty()) endpoint = kDefaultEndpoint;
  while (endpoint.ends_with('/')) endpoint.pop_back();
  return endpoint;
}

httplib::Client connect(const std::string& endpoint) {
  httplib::Client client(endpoint);
  client.set_tcp_nodelay(true);
  client.set_default_headers({{"User-Agent", fmt::format("loopgate/{}", version())}});
  client.set_read_timeout(kReadTimeoutSeconds);
  return client;
}

std::unexpected<Error> unreachable(const std::string& endpoint, httplib::Error error) {
  return fail("no sandbox answers at " + endpoint + " (" + httplib::to_string(error) +
              "); start one with 'loopgate up', or name it with --endpoint");
}

std::unexpected<Error> refusal(int status, const std::string& answer) {
  const auto body = read_json(answer).value_or(nullptr);
  return fail(body.is_object() && body.contains("error") && body["error"].is_string()
                  ? body["error"].get<std::string>()
                  : "the sandbox answered " + std::to_string(status) + ": " +
                        answer.substr(0, 500));
}

Result<nlohmann::json> read_answer(const std::string& endpoint, const httplib::Result& answer) {
  if (!answer) return unreachable(endpoint, answer.error());
  if (answer->status >= 400) return refusal(answer->status, answer->body);
  auto body = read_json(answer->body);
  if (!body) return fail(endpoint + " is not a Loopgate sandbox: its answer is not JSON");
  return body;
}

}  // namespace

Client::Client(std::string endpoint) : endpoint_(endpoint_or_default(std::move(endpoint))) {}

Result<nlohmann::json> Client::get(const std::string& path, const Query& query) {
  auto client = connect(endpoint_);
  if (waits_for_ever_) client.set_read_timeout(kForEverSeconds);
  return read_answer(endpoint_, client.Get(path, query, httplib::Headers()));
}

Result<nlohmann::json> Client::post(const std::string& path, const nlohmann::json& body) {
  auto client = connect(endpoint_);
  if (waits_for_ever_) client.set_read_timeout(kForEverSeconds);
  return read_answer(endpoint_, client.Post(path, write_json(body), "application/json"));
}

Status Client::follow(const std::string& path, const Query& query,
                      const std::function<bool(std::string_view)>& on_line) {
  auto client = connect(endpoint_);
  client.set_read_timeout(kForEverSeconds);
  std::string rest;
  bool wanted = true;
  int status = 0;
  const auto on_head = [&](const httplib::Response& head) {
    status = head.status;
    return true;
  };
  const auto on_data = [&](const char* data, std::size_t size) {
    rest.append(data, size);
    if (status >= 400) return true;
    std::size_t start = 0;
    for (auto end = rest.find('\n'); wanted && end != std::string::npos;
         end = rest.find('\n', start)) {
      wanted = on_line(std::string_view(rest).substr(start, end - start));
      start = end + 1;
    }
    rest.erase(0, start);
    return wanted;
  };
  const auto answer = client.Get(path, query, httplib::Headers(), on_head, on_data);
  if (!wanted) return {};
  if (!answer && status != 0) {
    return fail("the stream from " + endpoint_ + " broke off before its end (" +
                httplib::to_string(answer.error()) + ")");
  }
  if (!answer) return unreachable(endpoint_, answer.error());
  if (status >= 400) return refusal(status, rest);
  return {};
}

int report(const Error& error) {
  std::fprintf(stderr, "loopgate: %s\n", error.to_string().c_str());
  return 1;
}

}  // namespace loopgate::cli

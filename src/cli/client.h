// The verbs' HTTP client to a running sandbox's /_loopgate/ routes.
#pragma once

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/result.h"

namespace loopgate::cli {

class Client {
 public:
  using Query = std::multimap<std::string, std::string>;

  // `endpoint` empty: AWS_ENDPOINT_URL, else the default port.
  explicit Client(std::string endpoint);

  // `path` from "/_loopgate/" on; `query` by name, as text. Errors carry the sandbox's own
  // sentence.
  Result<nlohmann::json> get(const std::string& path, const Query& query = {});
  Result<nlohmann::json> post(const std::string& path, const nlohmann::json& body);
  // For what takes as long as it takes: the answer is waited for until the sandbox ends.
  void wait_for_ever() { waits_for_ever_ = true; }
  // Calls `on_line` per line of the answer as it arrives, until it returns false or the sandbox
  // ends; `on_pause` when what has arrived ends with a line.
  Status follow(const std::string& path, const Query& query,
                const std::function<bool(std::string_view)>& on_line,
                const std::function<void()>& on_pause = {});

  const std::string& endpoint() const { return endpoint_; }

 private:
  std::string endpoint_;
  bool waits_for_ever_ = false;
};

// Prints "loopgate: …" to stderr; gives 1, the exit status.
int report(const Error& error);

}  // namespace loopgate::cli

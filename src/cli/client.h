// The verbs' HTTP client to a running sandbox's /_loopgate/ routes.
#pragma once

#include <ctime>
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
  void wait_for_ever() { read_seconds_ = kForEverSeconds; }
  // For a question to whoever it is that listens there.
  void wait_briefly() { read_seconds_ = 1; }
  // Calls `on_line` per line of the answer as it arrives, until it returns false or the sandbox
  // ends; `on_pause` when what has arrived ends with a line.
  Status follow(const std::string& path, const Query& query,
                const std::function<bool(std::string_view)>& on_line,
                const std::function<void()>& on_pause = {});

  const std::string& endpoint() const { return endpoint_; }

 private:
  static constexpr std::time_t kForEverSeconds = 365 * 24 * 3600;

  std::string endpoint_;
  std::time_t read_seconds_ = 600;  // a deployment may build its functions
};

// Prints "loopgate: …" to stderr; gives 1, the exit status.
int report(const Error& error);

}  // namespace loopgate::cli

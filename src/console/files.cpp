#include "console/files.h"

#include <algorithm>
#include <array>

#include "console/contents.h"

namespace loopgate::console {

namespace {

struct File {
  std::string_view name;
  std::string_view type;
  std::string_view content;
};

const std::array kFiles = {
    File{"", "text/html; charset=utf-8", kPage},
    File{"console.css", "text/css; charset=utf-8", kStyle},
    File{"console.js", "text/javascript; charset=utf-8", kScript},
};

// Nothing but these files and the sandbox itself: what strangers sent can run nothing and load
// nothing, should it ever become markup.
constexpr const char* kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

}  // namespace

std::optional<aws::HttpResponse> file(std::string_view name) {
  const auto found = std::ranges::find(kFiles, name, &File::name);
  if (found == kFiles.end()) return std::nullopt;
  return aws::HttpResponse{.headers = {{"Content-Type", std::string(found->type)},
                                       {"Cache-Control", "no-cache"},
                                       {"Content-Security-Policy", kPolicy},
                                       {"X-Content-Type-Options", "nosniff"}},
                           .body = std::string(found->content)};
}

}  // namespace loopgate::console

#include "io/system_message.h"

#include <cctype>
#include <system_error>

namespace loopgate::io {

std::string system_message(int error) {
  auto text = std::generic_category().message(error);
  if (!text.empty()) text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  return text;
}

}  // namespace loopgate::io

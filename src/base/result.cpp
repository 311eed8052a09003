#include "base/result.h"

namespace loopgate {

std::string SourcePlace::to_string() const {
  return line > 0 ? file + ":" + std::to_string(line) : file;
}

std::string Error::to_string() const {
  return where.known() ? where.to_string() + ": " + message : message;
}

}  // namespace loopgate

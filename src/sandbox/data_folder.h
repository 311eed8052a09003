// Where the sandbox keeps its files: the folder of --data, or one of our own that goes with us.
// Folders of sandboxes that were killed are swept away at the next start.
#pragma once

#include <memory>
#include <string>

#include "base/random.h"
#include "base/result.h"

namespace loopgate {

class DataFolder {
 public:
  // `kept` empty: a temporary one.
  static Result<std::unique_ptr<DataFolder>> open(const std::string& kept, Random& random);
  ~DataFolder();
  DataFolder(const DataFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  DataFolder(std::string path, bool temporary) : path_(std::move(path)), temporary_(temporary) {}
  std::string path_;
  bool temporary_;
};

}  // namespace loopgate

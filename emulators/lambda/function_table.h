// The functions that exist, in SQLite and in memory.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "emulators/lambda/function.h"
#include "emulators/store/store.h"

namespace loopgate::lambda {

// Folders in that of all functions.
inline constexpr const char* kUploads = "uploads";  // code as it was uploaded
inline constexpr const char* kCode = "code";        // as it runs, a folder each

using FunctionPtr = std::shared_ptr<const FunctionConfig>;

class FunctionTable {
 public:
  // Rows hold neither the endpoint (in variables) nor the folder (of uploaded code): both may be
  // others at the next start.
  FunctionTable(store::Store& store, std::function<std::string()> endpoint, std::string folder);

  std::vector<FunctionPtr> load();
  void save(const FunctionConfig& config);
  void remove(const std::string& arn);

 private:
  void put_folder_in(CodeSource& code) const;
  void take_folder_out(CodeSource& code) const;
  std::string endpoint() const { return endpoint_ ? endpoint_() : std::string(); }

  store::Store& store_;
  std::function<std::string()> endpoint_;
  std::string folder_;
  store::Statement select_, upsert_, delete_;
};

}  // namespace loopgate::lambda

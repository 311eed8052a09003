// Placeholders of the recordings: "<ArnPart_0idx>" and what they stand for in one case.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace suite {

using Json = nlohmann::ordered_json;

inline constexpr const char* kRegion = "us-east-1";
inline constexpr const char* kAccount = "111111111111";
inline constexpr const char* kRole = "arn:aws:iam::111111111111:role/suite";

class Names {
 public:
  // Text with every placeholder replaced: by what it is bound to, else by its own name, to which it
  // is bound from then on.
  std::string fill(const std::string& text);
  Json fill(const Json& json);  // names of members, too

  // Whether a text is of that form; binds what is not bound yet.
  bool match(const std::string& pattern, const std::string& text);
  void bind(const std::string& name, std::string value) { bound_[name] = std::move(value); }
  bool has(const std::string& name) const { return bound_.contains(name); }

 private:
  std::map<std::string, std::string> bound_ = {{"partition", "aws"}, {"region", kRegion}};
};

// From `at`, where a '<' stands, the name of the placeholder; nullopt when it is none.
std::optional<std::string> placeholder_at(std::string_view text, std::size_t at);

}  // namespace suite

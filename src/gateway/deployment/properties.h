// Reading a custom resource's properties: every scalar may arrive as a string, values may be
// unknown yet, and every error names its field. The first error of a document is kept; reading goes
// on with defaults, so that a parser is a list of fields and not a ladder of returns.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "codec/brex.h"
#include "codec/formatter.h"

namespace loopgate::gateway {

// Where in the properties ("/Destinations/0/Formatter"), and what is wrong there.
struct ConfigError {
  std::string pointer;
  std::string message;  // begins with the field: "Destinations[0].Formatter: …"
};

struct ConfigNotes {
  std::optional<ConfigError> error;
  std::vector<std::string> warnings;
  std::vector<ConfigError> unknown;  // members that nobody reads, and what was perhaps meant

  void fail(const std::string& pointer, std::string_view message);
};

// "Destinations[0].Formatter" for "/Destinations/0/Formatter".
std::string field_name(std::string_view pointer);
// A value that the template engine does not know yet.
bool is_unresolved(std::string_view text);
// "[d.]hh:mm:ss"
std::optional<Duration> parse_role_duration(std::string_view text);

class Properties {
 public:
  // `value` null or not an object: an error, and an empty reader.
  Properties(const nlohmann::json* value, std::string pointer, ConfigNotes& notes);

  // Null when absent or JSON null. Counts the name as known.
  const nlohmann::json* get(std::string_view name);
  bool has(std::string_view name) { return get(name) != nullptr; }
  void ignore(std::initializer_list<std::string_view> names);

  // Absent, empty and unresolved values give nullopt; so does a value of another type, with an
  // error.
  std::optional<std::string> text(std::string_view name);
  std::optional<bool> boolean(std::string_view name);
  std::optional<double> number(std::string_view name, double least, double most);
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t least, std::int64_t most);
  std::optional<codec::brex::Expression> expression(std::string_view name);
  std::optional<codec::Formatter> formatter(std::string_view name, bool coap_allowed);
  // Members that are strings, resolved or not. A string alone counts as a list of one.
  std::vector<std::string> texts(std::string_view name, std::size_t most);
  // Like `text`, and an error when absent or empty (not when unresolved).
  std::optional<std::string> required(std::string_view name);

  std::string pointer(std::string_view name) const { return pointer_ + "/" + std::string(name); }
  void fail(std::string_view name, std::string_view message) {
    notes_.fail(pointer(name), message);
  }
  // Warns once of members that nobody asked for: the service ignores them.
  void warn_of_unknown();
  ConfigNotes& notes() { return notes_; }

 private:
  const nlohmann::json* value_;
  std::string pointer_;
  ConfigNotes& notes_;
  std::set<std::string, std::less<>> known_;
};

}  // namespace loopgate::gateway

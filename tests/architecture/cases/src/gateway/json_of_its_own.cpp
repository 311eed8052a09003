#include <nlohmann/json.hpp>

using nlohmann::json;

std::string bare(const json& value, const json* other) {
  auto parsed = json::parse("{}");                              // refused: JSON is read and written
  auto ordered = nlohmann::ordered_json::parse("{}", nullptr);  // refused: JSON is read and written
  if (json::accept("{}")) return value.dump();                  // refused: JSON is read and written
  auto binary = json::from_cbor("x");                           // refused: JSON is read and written
  std::cin >> json();                                           // refused: JSON is read and written
  return other->dump(-1, ' ');                                  // refused: JSON is read and written
}

std::string bounded(std::string_view text) {
  return write_json(read_json(text).value_or(nullptr));
}

#include "emulators/states/shape_names.h"

#include "base/json.h"
#include "base/time.h"

namespace loopgate::states {

namespace {

constexpr int kMaxDepth = 100;

std::string capital(std::string_view name) {
  std::string out(name);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 32);
  return out;
}

nlohmann::json plain(const Json& json) {
  return read_json(write_json(json)).value_or(nlohmann::json());
}

}  // namespace

nlohmann::json to_service_names(const aws::Shape& shape, const Json& json, int depth) {
  if (depth > kMaxDepth) return nullptr;
  if (json.is_object() && shape.type() == aws::ShapeType::kStructure) {
    auto out = nlohmann::json::object();
    for (std::uint16_t i = 0; i < shape.member_count(); ++i) {
      const auto member = shape.member(i);
      auto found = json.find(capital(member.name()));
      if (found == json.end()) found = json.find(member.name());
      if (found != json.end()) {
        out[std::string(member.name())] = to_service_names(member.shape(), *found, depth + 1);
      }
    }
    return out;
  }
  if (json.is_object() && shape.type() == aws::ShapeType::kMap) {
    auto out = nlohmann::json::object();
    for (const auto& member : json.items()) {
      out[member.key()] = to_service_names(shape.element(), member.value(), depth + 1);
    }
    return out;
  }
  if (json.is_array() && shape.type() == aws::ShapeType::kList) {
    auto out = nlohmann::json::array();
    for (const auto& item : json) out.push_back(to_service_names(shape.element(), item, depth + 1));
    return out;
  }
  // Texts of services may be given as JSON.
  if (shape.type() == aws::ShapeType::kString && json.is_structured()) return write_json(json);
  return plain(json);
}

Json to_state_names(const aws::Shape& shape, const nlohmann::json& json, int depth) {
  if (depth > kMaxDepth) return nullptr;
  if (json.is_object() && shape.type() == aws::ShapeType::kStructure) {
    Json out = Json::object();
    for (std::uint16_t i = 0; i < shape.member_count(); ++i) {
      const auto member = shape.member(i);
      if (const auto found = json.find(member.name()); found != json.end()) {
        out[capital(member.name())] = to_state_names(member.shape(), *found, depth + 1);
      }
    }
    return out;
  }
  if (json.is_object() && shape.type() == aws::ShapeType::kMap) {
    Json out = Json::object();
    for (const auto& [key, value] : json.items()) {
      out[key] = to_state_names(shape.element(), value, depth + 1);
    }
    return out;
  }
  if (json.is_array() && shape.type() == aws::ShapeType::kList) {
    Json out = Json::array();
    for (const auto& item : json) out.push_back(to_state_names(shape.element(), item, depth + 1));
    return out;
  }
  if (shape.type() == aws::ShapeType::kTimestamp && json.is_number()) {
    return to_iso8601(WallTime(std::chrono::duration_cast<Duration>(
        std::chrono::duration<double, std::milli>(json.get<double>() * 1000))));
  }
  return read_ordered_json(write_json(json)).value_or(Json());
}

}  // namespace loopgate::states

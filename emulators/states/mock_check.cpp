#include "emulators/states/mock_check.h"

#include <fmt/format.h>

#include "aws/shapes/services.h"
#include "emulators/states/integrations.h"

namespace loopgate::states {

namespace {

constexpr int kMaxDepth = 50;

std::string capital(std::string_view name) {
  std::string out(name);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 32);
  return out;
}

using Found = std::optional<std::string>;

Found check(const aws::Shape& shape, const Json& value, const std::string& field, int depth);

Found check_bounds(const aws::Shape& shape, const Json& value, const std::string& field) {
  const auto* bounds = shape.constraint();
  if (bounds == nullptr) return std::nullopt;
  const bool number = value.is_number();
  const double size = number              ? value.get<double>()
                      : value.is_string() ? static_cast<double>(value.get<std::string>().size())
                                          : static_cast<double>(value.size());
  const char* what = number ? "value" : "length";
  if ((bounds->flags & aws::table::kHasMin) != 0 && size < static_cast<double>(bounds->min)) {
    return fmt::format("Field '{}' is {} than the minimum {}", field, number ? "less" : "smaller",
                       what);
  }
  if ((bounds->flags & aws::table::kHasMax) != 0 && size > static_cast<double>(bounds->max)) {
    return fmt::format("Field '{}' exceeds the maximum {}", field, what);
  }
  return std::nullopt;
}

Found check_structure(const aws::Shape& shape, const Json& value, int depth) {
  for (std::uint16_t i = 0; i < shape.member_count(); ++i) {
    const auto member = shape.member(i);
    const std::string name = capital(member.name());
    const auto found = value.find(name);
    if (found == value.end()) continue;
    if (auto wrong = check(member.shape(), *found, name, depth + 1)) return wrong;
  }
  return std::nullopt;
}

Found check(const aws::Shape& shape, const Json& value, const std::string& field, int depth) {
  if (depth > kMaxDepth || value.is_null()) return std::nullopt;
  const auto must_be = [&](const char* what) {
    return fmt::format("Field '{}' must be {}", field, what);
  };
  switch (shape.type()) {
    case aws::ShapeType::kStructure:
      if (!value.is_object()) return must_be("an object");
      return check_structure(shape, value, depth);
    case aws::ShapeType::kList:
      if (!value.is_array()) return must_be("an array");
      for (const auto& item : value) {
        if (auto wrong = check(shape.element(), item, field, depth + 1)) return wrong;
      }
      return check_bounds(shape, value, field);
    case aws::ShapeType::kMap:
      if (!value.is_object()) return must_be("an object");
      for (const auto& member : value.items()) {
        if (auto wrong = check(shape.element(), member.value(), member.key(), depth + 1)) {
          return wrong;
        }
      }
      return std::nullopt;
    case aws::ShapeType::kInteger:
    case aws::ShapeType::kLong:
    case aws::ShapeType::kFloat:
    case aws::ShapeType::kDouble:
      if (!value.is_number()) return must_be("a number");
      return check_bounds(shape, value, field);
    case aws::ShapeType::kBoolean:
      return value.is_boolean() ? Found() : Found(must_be("a boolean"));
    case aws::ShapeType::kString:
    case aws::ShapeType::kBlob:
    case aws::ShapeType::kTimestamp:
      if (!value.is_string()) return must_be("a string");
      return shape.type() == aws::ShapeType::kTimestamp ? Found()
                                                        : check_bounds(shape, value, field);
    case aws::ShapeType::kDocument:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> check_mock(const Resource& resource, const Json& result) {
  if (resource.kind != Resource::Kind::kIntegration || !result.is_object()) return std::nullopt;
  const auto signing = signing_name(resource.service);
  for (const auto* model : aws::shapes::kServices) {
    if (model->name != signing) continue;
    const auto operation = model->find(capital(resource.action));
    if (!operation || !operation->output()) return std::nullopt;
    Json checked = result;
    // Optimized, it is what the function answered.
    if (resource.service == "lambda") checked.erase("Payload");
    // What is waited for answers with more than its first call does.
    if (resource.pattern.starts_with("sync")) return std::nullopt;
    return check_structure(*operation->output(), checked, 0);
  }
  return std::nullopt;
}

}  // namespace loopgate::states

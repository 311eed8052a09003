#include "emulators/http/shape.h"

#include <utility>

namespace loopgate::http {

namespace {

ShapePtr scalar(ShapeType type) {
  auto shape = std::make_shared<Shape>();
  shape->type = type;
  return shape;
}

std::shared_ptr<Shape> collection(ShapeType type, ShapePtr element, bool flattened) {
  auto shape = std::make_shared<Shape>();
  shape->type = type;
  shape->element = std::move(element);
  shape->flattened = flattened;
  return shape;
}

ShapePtr make_map(ShapePtr value, std::string key_name, std::string value_name, bool flattened) {
  auto shape = collection(ShapeType::kMap, std::move(value), flattened);
  shape->key_name = std::move(key_name);
  shape->value_name = std::move(value_name);
  return shape;
}

}  // namespace

ShapePtr string_shape() {
  return scalar(ShapeType::kString);
}
ShapePtr integer_shape() {
  return scalar(ShapeType::kInteger);
}
ShapePtr double_shape() {
  return scalar(ShapeType::kDouble);
}
ShapePtr boolean_shape() {
  return scalar(ShapeType::kBoolean);
}
ShapePtr blob_shape() {
  return scalar(ShapeType::kBlob);
}
ShapePtr timestamp_shape() {
  return scalar(ShapeType::kTimestamp);
}

ShapePtr structure(std::vector<Member> members) {
  auto shape = std::make_shared<Shape>();
  shape->type = ShapeType::kStructure;
  shape->members = std::move(members);
  return shape;
}

ShapePtr list_of(ShapePtr element, std::string item_name) {
  auto shape = collection(ShapeType::kList, std::move(element), false);
  shape->item_name = std::move(item_name);
  return shape;
}

ShapePtr flat_list_of(ShapePtr element) {
  return collection(ShapeType::kList, std::move(element), true);
}

ShapePtr map_of(ShapePtr value, std::string key_name, std::string value_name) {
  return make_map(std::move(value), std::move(key_name), std::move(value_name), false);
}

ShapePtr flat_map_of(ShapePtr value, std::string key_name, std::string value_name) {
  return make_map(std::move(value), std::move(key_name), std::move(value_name), true);
}

Member required(std::string name, ShapePtr shape, std::string query_name) {
  return {std::move(name), std::move(shape), true, std::move(query_name)};
}

Member optional(std::string name, ShapePtr shape, std::string query_name) {
  return {std::move(name), std::move(shape), false, std::move(query_name)};
}

const OperationModel* ServiceModel::find(std::string_view operation) const {
  for (const auto& candidate : operations) {
    if (candidate.name == operation) return &candidate;
  }
  return nullptr;
}

}  // namespace loopgate::http

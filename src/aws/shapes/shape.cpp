#include "aws/shapes/shape.h"

#include <algorithm>

namespace loopgate::aws {

namespace {

// `rows` are ordered by what `key` reads of them.
template <class Row, class Key>
const Row* find_row(std::span<const Row> rows, std::string_view wanted, Key key) {
  const auto found = std::ranges::lower_bound(rows, wanted, {}, key);
  return found == rows.end() || key(*found) != wanted ? nullptr : &*found;
}

const table::Namespace* namespace_at(const ServiceModel& service, std::uint16_t row) {
  return row == table::kNone ? nullptr : &service.namespaces[row];
}

}  // namespace

const table::Shape& Shape::row() const {
  return service_->shapes[number_];
}

ShapeType Shape::type() const {
  return row().type;
}
bool Shape::is_flattened() const {
  return (row().flags & table::kFlattenedShape) != 0;
}
bool Shape::is_plain_json() const {
  return (row().flags & table::kPlainJson) != 0;
}
bool Shape::is_sensitive() const {
  return (row().flags & table::kSensitive) != 0;
}
TimestampFormat Shape::timestamp_format() const {
  return row().timestamp;
}

const table::Constraint* Shape::constraint() const {
  return row().constraint == table::kNone ? nullptr : &service_->constraints[row().constraint];
}

std::uint16_t Shape::member_count() const {
  return row().member_count;
}
Member Shape::member(std::uint16_t index) const {
  return {*service_, service_->members[row().first_member + index]};
}

std::optional<Member> Shape::find(std::string_view name) const {
  for (std::uint16_t i = 0; i < member_count(); ++i) {
    if (member(i).name() == name) return member(i);
  }
  return std::nullopt;
}

std::optional<Member> Shape::payload() const {
  for (std::uint16_t i = 0; i < member_count(); ++i) {
    if (member(i).is(table::kPayload)) return member(i);
  }
  return std::nullopt;
}

Shape Shape::element() const {
  return {*service_, row().element};
}
Shape Shape::key() const {
  return {*service_, row().key};
}
std::string_view Shape::item_name() const {
  return service_->at(row().item_name);
}
std::string_view Shape::value_name() const {
  return service_->at(row().value_name);
}

std::string_view Member::name() const {
  return service_->at(row_->name);
}
std::string_view Member::wire_name() const {
  return service_->at(row_->wire_name);
}

TimestampFormat Member::timestamp_format(TimestampFormat of_protocol) const {
  if (row_->timestamp != TimestampFormat::kOfProtocol) return row_->timestamp;
  const auto of_shape = shape().timestamp_format();
  return of_shape == TimestampFormat::kOfProtocol ? of_protocol : of_shape;
}

const table::Namespace* Member::xml_namespace() const {
  return namespace_at(*service_, row_->xml_namespace);
}

std::string_view OperationModel::name() const {
  return service_->at(row_->name);
}

std::optional<Shape> OperationModel::input() const {
  if (row_->input == table::kNone) return std::nullopt;
  return Shape(*service_, row_->input);
}
std::optional<Shape> OperationModel::output() const {
  if (row_->output == table::kNone) return std::nullopt;
  return Shape(*service_, row_->output);
}

std::string_view OperationModel::method() const {
  return service_->at(row_->method);
}
std::string_view OperationModel::uri() const {
  return service_->at(row_->uri);
}
std::string_view OperationModel::result_wrapper() const {
  return service_->at(row_->result_wrapper);
}
std::string_view OperationModel::input_root() const {
  return service_->at(row_->input_root);
}
const table::Namespace* OperationModel::input_namespace() const {
  return namespace_at(*service_, row_->input_namespace);
}

std::optional<OperationModel> ServiceModel::find(std::string_view operation) const {
  const auto* row =
      find_row(operations, operation, [this](const table::Operation& o) { return at(o.name); });
  if (row == nullptr) return std::nullopt;
  return OperationModel(*this, *row);
}

const table::Error* ServiceModel::find_error(std::string_view name) const {
  return find_row(errors, name, [this](const table::Error& error) { return at(error.name); });
}

}  // namespace loopgate::aws

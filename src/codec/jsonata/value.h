// A value of the language: what JSON has, functions, and nothing at all. Values are small, copied
// freely, and point into an arena; documents are shared, never copied. Arrays carry the marks by
// which the language tells a sequence (which folds when it has one item) from an array.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "codec/jsonata/arena.h"

namespace loopgate::codec::jsonata {

struct Array;
class Object;
struct Function;
struct Tuple;

enum class Kind : std::uint8_t {
  kUndefined,
  kNull,
  kBoolean,
  kNumber,
  kString,
  kArray,
  kObject,
  kFunction,
  kTuple,  // an item of a stream that carries bindings along a path; never seen from outside
};

class Value {
 public:
  Value() = default;
  static Value null() { return Value(Kind::kNull); }
  static Value boolean(bool value);
  static Value number(double value);
  // UTF-8, in which a lone surrogate is the three bytes that UTF-8 forbids: strings of the language
  // are sequences of UTF-16 units. Not copied.
  static Value string(std::string_view text);
  static Value array(Array* array);
  static Value object(Object* object);
  static Value function(Function* function);
  static Value tuple(Tuple* tuple);

  Kind kind() const { return kind_; }
  bool is(Kind kind) const { return kind_ == kind; }
  bool undefined() const { return kind_ == Kind::kUndefined; }
  bool is_array() const { return kind_ == Kind::kArray; }
  bool is_string() const { return kind_ == Kind::kString; }
  bool is_object() const { return kind_ == Kind::kObject; }
  bool is_function() const { return kind_ == Kind::kFunction; }
  bool is_number() const { return kind_ == Kind::kNumber; }
  bool is_sequence() const;

  bool as_boolean() const { return as_.boolean; }
  double as_number() const { return as_.number; }
  std::string_view as_string() const { return {as_.text, size_}; }
  Array& as_array() const { return *as_.array; }
  Object& as_object() const { return *as_.object; }
  Function& as_function() const { return *as_.function; }
  Tuple& as_tuple() const { return *as_.tuple; }

  // The same thing, as === has it.
  bool identical(const Value& other) const;

 private:
  explicit Value(Kind kind) : kind_(kind) {}

  Kind kind_ = Kind::kUndefined;
  std::uint32_t size_ = 0;
  union {
    bool boolean;
    double number;
    const char* text;
    Array* array;
    Object* object;
    Function* function;
    Tuple* tuple;
  } as_{};
};

struct Array {
  Value* items = nullptr;
  std::uint32_t size = 0;
  std::uint32_t capacity = 0;
  bool sequence = false;
  bool keep_singleton = false;  // a sequence that stays an array with one item
  bool constructed = false;     // by […] at the end of a path: does not flatten into it
  bool outer_wrapper = false;   // holds an input that is an array
  bool tuple_stream = false;

  std::span<Value> all() const { return {items, size}; }
  void push(Arena& arena, Value value) {
    if (size == capacity) grow(arena, size + 1);
    items[size++] = value;
  }
  void append(Arena& arena, std::span<const Value> values);
  void grow(Arena& arena, std::size_t at_least);
};

struct Member {
  std::string_view key;
  Value value;
};

// Members in the order that JavaScript gives them: names that are array indexes first, ascending,
// then the others as they came.
class Object {
 public:
  std::uint32_t size() const { return size_; }
  std::span<const Member> members();
  // nullptr when there is none.
  const Value* find(std::string_view key) const;
  // The key is not copied.
  void set(Arena& arena, std::string_view key, Value value);
  void remove(std::string_view key);

 private:
  static constexpr std::uint32_t kScanned = 12;

  std::uint32_t position_of(std::string_view key) const;
  std::uint32_t* slot_of(std::string_view key) const;
  void index_all(Arena& arena);

  Member* members_ = nullptr;
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = 0;
  // Open addressing, position + 1, of objects with more members than are looked through.
  std::uint32_t* table_ = nullptr;
  std::uint32_t table_size_ = 0;
  bool unsorted_ = false;
};

struct Binding {
  std::string_view name;
  Value value;
};

struct Tuple {
  Value at;
  Binding* bindings = nullptr;
  std::uint32_t size = 0;
  std::uint32_t capacity = 0;

  void bind(Arena& arena, std::string_view name, Value value);
};

// Variables in scope, innermost first.
struct Frame {
  Frame* outer = nullptr;
  Tuple bound{};

  void bind(Arena& arena, std::string_view name, Value value) { bound.bind(arena, name, value); }
  // nullptr when no frame has it.
  const Value* find(std::string_view name) const;
};

// Whether both are the same value, whatever the order of members. Below kMaxValueDepth only what is
// identical is equal.
bool deep_equal(const Value& a, const Value& b, int depth = 0);
std::size_t deep_hash(const Value& value, int depth = 0);

// By UTF-16 units, as JavaScript compares strings: -1, 0 or 1.
int compare_text(std::string_view a, std::string_view b);

inline bool Value::is_sequence() const {
  return kind_ == Kind::kArray && as_.array->sequence;
}
inline Value Value::boolean(bool value) {
  Value made(Kind::kBoolean);
  made.as_.boolean = value;
  return made;
}
inline Value Value::number(double value) {
  Value made(Kind::kNumber);
  made.as_.number = value;
  return made;
}
inline Value Value::string(std::string_view text) {
  Value made(Kind::kString);
  made.size_ = static_cast<std::uint32_t>(text.size());
  made.as_.text = text.data();
  return made;
}
inline Value Value::array(Array* array) {
  Value made(Kind::kArray);
  made.as_.array = array;
  return made;
}
inline Value Value::object(Object* object) {
  Value made(Kind::kObject);
  made.as_.object = object;
  return made;
}
inline Value Value::function(Function* function) {
  Value made(Kind::kFunction);
  made.as_.function = function;
  return made;
}
inline Value Value::tuple(Tuple* tuple) {
  Value made(Kind::kTuple);
  made.as_.tuple = tuple;
  return made;
}

}  // namespace loopgate::codec::jsonata

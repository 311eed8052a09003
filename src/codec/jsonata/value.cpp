#include "codec/jsonata/value.h"

#include <algorithm>
#include <functional>

#include "codec/jsonata/limits.h"

namespace loopgate::codec::jsonata {

namespace {

// The number that a name stands for when JavaScript takes it as an array index (0 … 2^32 - 2,
// written without leading zeros); -1 otherwise.
std::int64_t array_index(std::string_view key) {
  if (key.empty() || key.size() > 10 || (key.size() > 1 && key[0] == '0')) return -1;
  std::int64_t index = 0;
  for (const char c : key) {
    if (c < '0' || c > '9') return -1;
    index = index * 10 + (c - '0');
  }
  return index < 0xFFFF'FFFF ? index : -1;
}

bool members_equal(Object& a, Object& b, int depth) {
  if (a.size() != b.size()) return false;
  return std::ranges::all_of(a.members(), [&](const Member& member) {
    const Value* const other = b.find(member.key);
    return other != nullptr && deep_equal(member.value, *other, depth);
  });
}

constexpr std::size_t kHashSeed = 0x9E37'79B9'7F4A'7C15;

std::size_t mix(std::size_t hash, std::size_t more) {
  return (hash ^ more) * 0x0000'0100'0000'01B3 + kHashSeed;
}

// A byte of UTF-8 in the place that its UTF-16 units have in order: surrogates (which stand for the
// characters of four bytes) come before U+E000 … U+FFFF, whose first byte is 0xEE or 0xEF.
int rank(unsigned char lead) {
  return lead == 0xEE || lead == 0xEF ? 0x100 + lead : lead;
}

}  // namespace

bool Value::identical(const Value& other) const {
  if (kind_ != other.kind_) return false;
  switch (kind_) {
    case Kind::kUndefined:
    case Kind::kNull:
      return true;
    case Kind::kBoolean:
      return as_.boolean == other.as_.boolean;
    case Kind::kNumber:
      return as_.number == other.as_.number;
    case Kind::kString:
      return as_string() == other.as_string();
    case Kind::kArray:
      return as_.array == other.as_.array;
    case Kind::kObject:
      return as_.object == other.as_.object;
    case Kind::kFunction:
      return as_.function == other.as_.function;
    case Kind::kTuple:
      return as_.tuple == other.as_.tuple;
  }
  return false;
}

void Array::grow(Arena& arena, std::size_t at_least) {
  const std::size_t room = std::max<std::size_t>(at_least, capacity == 0 ? 4 : capacity * 2ULL);
  Value* const moved = arena.array<Value>(room);
  std::copy_n(items, size, moved);
  items = moved;
  capacity = static_cast<std::uint32_t>(room);
}

void Array::append(Arena& arena, std::span<const Value> values) {
  if (size + values.size() > capacity) grow(arena, size + values.size());
  std::copy(values.begin(), values.end(), items + size);
  size += static_cast<std::uint32_t>(values.size());
}

std::span<const Member> Object::members() {
  if (unsorted_) {
    const std::span all(members_, size_);
    std::ranges::stable_sort(all, {}, [](const Member& member) {
      const auto index = array_index(member.key);
      return index < 0 ? std::int64_t{0xFFFF'FFFF} : index;
    });
    unsorted_ = false;
    for (std::uint32_t i = 0; i < table_size_; ++i) table_[i] = 0;
    if (table_size_ > 0) {
      for (std::uint32_t i = 0; i < size_; ++i) *slot_of(members_[i].key) = i + 1;
    }
  }
  return {members_, size_};
}

const Value* Object::find(std::string_view key) const {
  const auto at = position_of(key);
  return at == size_ ? nullptr : &members_[at].value;
}

std::uint32_t Object::position_of(std::string_view key) const {
  if (table_size_ > 0) {
    const auto slot = *slot_of(key);
    return slot == 0 ? size_ : slot - 1;
  }
  for (std::uint32_t i = 0; i < size_; ++i) {
    if (members_[i].key == key) return i;
  }
  return size_;
}

std::uint32_t* Object::slot_of(std::string_view key) const {
  const auto mask = table_size_ - 1;
  auto at = static_cast<std::uint32_t>(std::hash<std::string_view>{}(key)) & mask;
  while (table_[at] != 0 && members_[table_[at] - 1].key != key) at = (at + 1) & mask;
  return &table_[at];
}

void Object::set(Arena& arena, std::string_view key, Value value) {
  if (const auto at = position_of(key); at != size_) {
    members_[at].value = value;
    return;
  }
  if (size_ == capacity_) {
    capacity_ = capacity_ == 0 ? 4 : capacity_ * 2;
    Member* const moved = arena.array<Member>(capacity_);
    std::copy_n(members_, size_, moved);
    members_ = moved;
  }
  members_[size_++] = {key, value};
  if (array_index(key) >= 0) unsorted_ = true;
  if (table_size_ >= size_ * 2) {
    *slot_of(key) = size_;
  } else if (size_ > kScanned) {
    index_all(arena);
  }
}

void Object::index_all(Arena& arena) {
  table_size_ = 64;
  while (table_size_ < size_ * 4) table_size_ *= 2;
  table_ = arena.array<std::uint32_t>(table_size_);
  std::fill_n(table_, table_size_, 0);
  for (std::uint32_t i = 0; i < size_; ++i) *slot_of(members_[i].key) = i + 1;
}

void Object::remove(std::string_view key) {
  const auto at = position_of(key);
  if (at == size_) return;
  std::copy(members_ + at + 1, members_ + size_, members_ + at);
  --size_;
  if (table_size_ == 0) return;
  std::fill_n(table_, table_size_, 0);
  for (std::uint32_t i = 0; i < size_; ++i) *slot_of(members_[i].key) = i + 1;
}

void Tuple::bind(Arena& arena, std::string_view name, Value value) {
  for (Binding& binding : std::span(bindings, size)) {
    if (binding.name != name) continue;
    binding.value = value;
    return;
  }
  if (size == capacity) {
    capacity = capacity == 0 ? 2 : capacity * 2;
    Binding* const moved = arena.array<Binding>(capacity);
    std::copy_n(bindings, size, moved);
    bindings = moved;
  }
  bindings[size++] = {name, value};
}

const Value* Frame::find(std::string_view name) const {
  for (const Frame* frame = this; frame != nullptr; frame = frame->outer) {
    for (const Binding& binding : std::span(frame->bound.bindings, frame->bound.size)) {
      if (binding.name == name) return &binding.value;
    }
  }
  return nullptr;
}

bool deep_equal(const Value& a, const Value& b, int depth) {
  if (a.identical(b)) return true;
  if (depth > kMaxValueDepth) return false;
  if (a.is_array() && b.is_array()) {
    return std::ranges::equal(
        a.as_array().all(), b.as_array().all(),
        [&](const Value& x, const Value& y) { return deep_equal(x, y, depth + 1); });
  }
  if (a.is_object() && b.is_object()) return members_equal(a.as_object(), b.as_object(), depth + 1);
  return false;
}

std::size_t deep_hash(const Value& value, int depth) {
  std::size_t hash = static_cast<std::size_t>(value.kind());
  if (depth > kMaxValueDepth) return hash;
  switch (value.kind()) {
    case Kind::kBoolean:
      return mix(hash, value.as_boolean() ? 1 : 2);
    case Kind::kNumber:
      return mix(hash, std::hash<double>{}(value.as_number()));
    case Kind::kString:
      return mix(hash, std::hash<std::string_view>{}(value.as_string()));
    case Kind::kArray:
      for (const Value& item : value.as_array().all()) hash = mix(hash, deep_hash(item, depth + 1));
      return hash;
    case Kind::kObject:
      // Summed, so that the order of members does not matter.
      for (const Member& member : value.as_object().members()) {
        hash += mix(std::hash<std::string_view>{}(member.key), deep_hash(member.value, depth + 1));
      }
      return hash;
    default:
      return hash;
  }
}

int compare_text(std::string_view a, std::string_view b) {
  const auto [x, y] = std::ranges::mismatch(a, b);
  if (x == a.end() || y == b.end()) {
    return a.size() == b.size() ? 0 : (a.size() < b.size() ? -1 : 1);
  }
  return rank(static_cast<unsigned char>(*x)) < rank(static_cast<unsigned char>(*y)) ? -1 : 1;
}

}  // namespace loopgate::codec::jsonata

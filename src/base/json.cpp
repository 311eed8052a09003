#include "base/json.h"

#include <fmt/format.h>

#include <algorithm>

namespace loopgate {

namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::size_t kMaxWrittenDepth = 2 * kMaxJsonDepth;

// "line 3, column 14" of the byte at `offset`.
std::string place(std::string_view text, std::size_t offset) {
  const auto before = text.substr(0, std::min(offset, text.size()));
  const auto line = std::ranges::count(before, '\n') + 1;
  const auto begin = before.rfind('\n');
  const auto column = before.size() - (begin == std::string_view::npos ? 0 : begin + 1);
  return fmt::format("line {}, column {}", line, std::max<std::size_t>(column, 1));
}

// nlohmann's words without its own number and place: "[json.exception.parse_error.101] parse error
// at line 1, column 2: syntax error while parsing value - invalid literal; last read: 'x'".
std::string reason_in(std::string_view words) {
  if (const auto tag = words.find("] "); tag != words.npos) words.remove_prefix(tag + 2);
  if (words.starts_with("parse error")) {
    if (const auto at = words.find(": "); at != words.npos) words.remove_prefix(at + 2);
  }
  return std::string(words);
}

// What each reader does on top of nlohmann's: count levels, and keep the first error as a value.
template <class Builder>
class Bounded : public Builder {
 public:
  template <class... Arguments>
  Bounded(std::string_view text, std::size_t depth, Arguments&&... arguments)
      : Builder(std::forward<Arguments>(arguments)...), text_(text), depth_(depth) {}

  bool start_object(std::size_t size) { return enter() && Builder::start_object(size); }
  bool start_array(std::size_t size) { return enter() && Builder::start_array(size); }
  bool end_object() {
    --level_;
    return Builder::end_object();
  }
  bool end_array() {
    --level_;
    return Builder::end_array();
  }
  template <class Exception>
  bool parse_error(std::size_t offset, const std::string&, const Exception& exception) {
    error_ = fmt::format("{}: {}", place(text_, offset), reason_in(exception.what()));
    return false;
  }

  Error error() const { return {error_.empty() ? "it is not JSON" : error_, {}}; }

 private:
  bool enter() {
    if (++level_ <= depth_) return true;
    error_ = fmt::format("it nests too deep: more than {} levels", depth_);
    return false;
  }

  std::string_view text_;
  std::size_t depth_;
  std::size_t level_ = 0;
  std::string error_;
};

// Keeps nothing.
class Acceptor {
 public:
  bool null() { return true; }
  bool boolean(bool) { return true; }
  bool number_integer(json::number_integer_t) { return true; }
  bool number_unsigned(json::number_unsigned_t) { return true; }
  bool number_float(json::number_float_t, const std::string&) { return true; }
  bool string(std::string&) { return true; }
  bool binary(json::binary_t&) { return true; }
  bool start_object(std::size_t) { return true; }
  bool key(std::string&) { return true; }
  bool end_object() { return true; }
  bool start_array(std::size_t) { return true; }
  bool end_array() { return true; }
};

template <class Json, class Builder>
Status read_into(std::string_view text, const JsonLimits& limits, Bounded<Builder> builder) {
  if (text.size() > limits.bytes) {
    return fail(fmt::format("it has {} bytes, more than {}", text.size(), limits.bytes));
  }
  // An empty view may point nowhere.
  const char* const begin = text.empty() ? "" : text.data();
  if (Json::sax_parse(begin, begin + text.size(), &builder)) return {};
  return std::unexpected(builder.error());
}

template <class Json>
Result<Json> read(std::string_view text, const JsonLimits& limits) {
  using Builder = nlohmann::detail::json_sax_dom_parser<Json>;
  Json value;
  const auto status = read_into<Json>(
      text, limits, Bounded<Builder>(text, limits.depth, value, /*allow_exceptions=*/false));
  if (!status) return std::unexpected(status.error());
  return value;
}

template <class Json>
bool is_deeper_than(const Json& value, std::size_t levels) {
  if (!value.is_structured() || value.empty()) return false;
  if (levels == 0) return true;
  return std::ranges::any_of(
      value, [levels](const Json& item) { return is_deeper_than(item, levels - 1); });
}

template <class Json>
Json cut_at(const Json& value, std::size_t levels) {
  if (!value.is_structured()) return value;
  if (levels == 0) return nullptr;
  Json out = value.is_array() ? Json::array() : Json::object();
  for (auto item = value.begin(); item != value.end(); ++item) {
    if (value.is_array()) {
      out.push_back(cut_at(*item, levels - 1));
    } else {
      out[item.key()] = cut_at(*item, levels - 1);
    }
  }
  return out;
}

template <class Json>
std::string write(const Json& value, JsonText text) {
  if (is_deeper_than(value, kMaxWrittenDepth)) return write(cut_at(value, kMaxWrittenDepth), text);
  return value.dump(-1, ' ', text == JsonText::kAscii, Json::error_handler_t::replace);
}

}  // namespace

Result<json> read_json(std::string_view text, JsonLimits limits) {
  return read<json>(text, limits);
}

Result<ordered_json> read_ordered_json(std::string_view text, JsonLimits limits) {
  return read<ordered_json>(text, limits);
}

Status check_json(std::string_view text, JsonLimits limits) {
  return read_into<json>(text, limits, Bounded<Acceptor>(text, limits.depth));
}

std::string write_json(const json& value, JsonText text) {
  return write(value, text);
}

std::string write_json(const ordered_json& value, JsonText text) {
  return write(value, text);
}

std::string quote_json(std::string_view text) {
  return write(json(text), JsonText::kUtf8);
}

}  // namespace loopgate

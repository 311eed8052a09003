// Functions that look for something in a string: a string, or whatever matches as a regular
// expression does (any function that gives an object with match, start, end, groups and next).
#include <algorithm>
#include <array>
#include <cmath>

#include "codec/jsonata/evaluator.h"
#include "codec/jsonata/utf16.h"

namespace loopgate::codec::jsonata {

namespace {

struct Found {
  Value object;  // as the matcher gave it
  Value match;
  Value start;
  Value groups;
  std::size_t begin = 0;  // bytes of the subject
  std::size_t end = 0;    // as the matcher says; a match has its own length as well
};

class Matches {
 public:
  Matches(Evaluator& evaluator, Value matcher, Value subject)
      : evaluator_(evaluator), next_(matcher), subject_(subject) {}

  // The next one, if there is one and nothing failed.
  bool next(Found& found) {
    const Value result = evaluator_.call(next_, {&subject_, first_ ? 1U : 0U});
    first_ = false;
    if (evaluator_.failed() || result.undefined()) return false;
    const Value start = member(result, "start");
    const Value end = member(result, "end");
    next_ = member(result, "next");
    const Value groups = member(result, "groups");
    if (!start.is_number() && !groups.is_array() && !next_.is_function()) {
      evaluator_.fail("T1010");
      return false;
    }
    found = {.object = result, .match = member(result, "match"), .start = start, .groups = groups};
    found.begin = place(start);
    found.end = place(end);
    return evaluator_.spend(1 + subject_.as_string().size() / 32);
  }

 private:
  static Value member(const Value& object, std::string_view name) {
    const Value* const found = object.is_object() ? object.as_object().find(name) : nullptr;
    return found ? *found : Value();
  }

  std::size_t place(const Value& unit) const {
    if (!unit.is_number() || !(unit.as_number() > 0)) return 0;
    return byte_of_unit(subject_.as_string(),
                        static_cast<std::size_t>(std::min(unit.as_number(), 1e15)));
  }

  Evaluator& evaluator_;
  Value next_;
  Value subject_;
  bool first_ = true;
};

// How often at most; anything when no limit is given.
double limit_of(const Value& limit) {
  return limit.is_number() ? limit.as_number() : HUGE_VAL;
}

std::string_view between(std::string_view text, std::size_t from, std::size_t to) {
  return from < to ? text.substr(from, to - from) : std::string_view();
}

Value contains(const Call& call) {
  if (call[0].undefined() || call[1].undefined()) return {};
  if (call[1].is_string()) {
    return Value::boolean(call[0].as_string().find(call[1].as_string()) != std::string_view::npos);
  }
  Found found;
  const bool any = Matches(call.evaluator, call[1], call[0]).next(found);
  return call.evaluator.failed() ? Value() : Value::boolean(any);
}

Value match(const Call& call) {
  if (call[0].undefined()) return {};
  const double limit = limit_of(call[2]);
  if (limit < 0) return call.evaluator.fail("D3040", call[2], 3);
  auto& arena = call.evaluator.arena();
  Array* const results = call.evaluator.new_sequence();
  Matches matches(call.evaluator, call[1], call[0]);
  Found found;
  for (double count = 0; count < limit && matches.next(found); ++count) {
    Object* const object = call.evaluator.new_object();
    object->set(arena, "match", found.match);
    object->set(arena, "index", found.start);
    object->set(arena, "groups", found.groups);
    results->push(arena, Value::object(object));
  }
  return call.evaluator.failed() ? Value() : Value::array(results);
}

// As many digits as there could be groups, fewer when that is more than there are.
std::size_t group_number(std::string_view digits, std::size_t groups, bool& given) {
  std::size_t most = 1;
  for (std::size_t rest = groups; rest >= 10; rest /= 10) ++most;
  const auto number = [&](std::size_t size) {
    std::size_t value = 0;
    std::size_t at = 0;
    for (; at < std::min(size, digits.size()) && digits[at] >= '0' && digits[at] <= '9'; ++at) {
      value = value * 10 + static_cast<std::size_t>(digits[at] - '0');
    }
    given = at > 0;
    return value;
  };
  const auto value = number(most);
  return most > 1 && value > groups ? number(most - 1) : value;
}

// The replacement with $0, $1, … and $$ filled in.
void substitute(std::string& out, std::string_view replacement, const Found& found) {
  const std::span<const Value> groups = found.groups.is_array()
                                            ? std::span<const Value>(found.groups.as_array().all())
                                            : std::span<const Value>();
  while (true) {
    const auto dollar = replacement.find('$');
    out += replacement.substr(0, dollar);
    if (dollar == replacement.npos) return;
    replacement.remove_prefix(dollar + 1);
    if (replacement.starts_with('$') || replacement.starts_with('0')) {
      if (replacement[0] == '$')
        out += '$';
      else if (found.match.is_string())
        out += found.match.as_string();
      replacement.remove_prefix(1);
      continue;
    }
    bool given = false;
    const auto index = group_number(replacement, groups.size(), given);
    if (!given) {
      out += '$';
      continue;
    }
    if (index >= 1 && index <= groups.size() && groups[index - 1].is_string()) {
      out += groups[index - 1].as_string();
    }
    replacement.remove_prefix(std::to_string(index).size());
  }
}

Value replace_text(const Call& call, double limit) {
  const auto text = call[0].as_string();
  const auto wanted = call[1].as_string();
  const std::string replacement = call.evaluator.string_of(call[2]);
  std::string out;
  std::size_t at = 0;
  for (double count = 0; count < limit; ++count) {
    const auto found = text.find(wanted, at);
    if (found == text.npos) break;
    out += text.substr(at, found - at);
    out += replacement;
    at = found + wanted.size();
    if (!call.evaluator.affords(out.size()) || !call.evaluator.spend(1)) return {};
  }
  append_text(out, text.substr(at));
  return call.evaluator.text(out);
}

Value replace_matches(const Call& call, double limit) {
  Evaluator& evaluator = call.evaluator;
  const auto text = call[0].as_string();
  Matches matches(evaluator, call[1], call[0]);
  std::string out;
  std::size_t at = 0;
  Found found;
  for (double count = 0; count < limit && matches.next(found); ++count) {
    out += between(text, at, found.begin);
    if (call[2].is_string()) {
      substitute(out, call[2].as_string(), found);
    } else {
      const Value with = evaluator.call(call[2], {&found.object, 1});
      if (evaluator.failed()) return {};
      if (!with.is_string()) return evaluator.fail("D3012", with);
      append_text(out, with.as_string());
    }
    at = found.begin + (found.match.is_string() ? found.match.as_string().size() : 0);
    if (!evaluator.affords(out.size())) return {};
  }
  if (evaluator.failed()) return {};
  if (at < text.size()) append_text(out, text.substr(at));
  return evaluator.text(out);
}

Value replace(const Call& call) {
  if (call[0].undefined()) return {};
  if (call[1].is_string() && call[1].as_string().empty()) {
    return call.evaluator.fail("D3010", call[1], 2);
  }
  const double limit = limit_of(call[3]);
  if (limit < 0) return call.evaluator.fail("D3011", call[3], 4);
  if (limit == 0) return call[0];
  return call[1].is_string() ? replace_text(call, limit) : replace_matches(call, limit);
}

// Each UTF-16 unit on its own, as JavaScript splits by nothing.
void split_units(const Call& call, Array& parts, double limit) {
  const auto text = call[0].as_string();
  auto& arena = call.evaluator.arena();
  for (std::size_t at = 0; at < text.size() && parts.size + 1 <= limit;) {
    const auto character = character_at(text, at);
    if (character.value > 0xFFFF) {
      for (const auto unit :
           {0xD800 + ((character.value - 0x10000) >> 10), 0xDC00 + (character.value & 0x3FF)}) {
        std::string half;
        append_character(half, unit);
        if (parts.size + 1 <= limit) parts.push(arena, call.evaluator.text(half));
      }
    } else {
      parts.push(arena, Value::string(text.substr(at, character.size)));
    }
    at += character.size;
  }
}

void split_text(const Call& call, Array& parts, double limit) {
  const auto text = call[0].as_string();
  const auto separator = call[1].as_string();
  auto& arena = call.evaluator.arena();
  std::size_t at = 0;
  while (parts.size + 1 <= limit) {
    const auto found = text.find(separator, at);
    parts.push(arena, Value::string(text.substr(at, found == text.npos ? found : found - at)));
    if (found == text.npos || !call.evaluator.affords(0)) return;
    at = found + separator.size();
  }
}

void split_matches(const Call& call, Array& parts, double limit) {
  const auto text = call[0].as_string();
  auto& arena = call.evaluator.arena();
  Matches matches(call.evaluator, call[1], call[0]);
  Found found;
  std::size_t at = 0;
  double count = 0;
  for (; count < limit && matches.next(found); ++count) {
    parts.push(arena, Value::string(between(text, at, found.begin)));
    at = found.end;
  }
  if (count < limit) parts.push(arena, Value::string(text.substr(std::min(at, text.size()))));
}

Value split(const Call& call) {
  if (call[0].undefined()) return {};
  const double limit = limit_of(call[2]);
  if (limit < 0) return call.evaluator.fail("D3020", call[2], 3);
  Array* const parts = call.evaluator.new_array();
  if (limit > 0) {
    if (!call[1].is_string())
      split_matches(call, *parts, limit);
    else if (call[1].as_string().empty())
      split_units(call, *parts, limit);
    else
      split_text(call, *parts, limit);
  }
  return call.evaluator.failed() ? Value() : Value::array(parts);
}

constexpr auto kRows = std::to_array<BuiltinRow>({
    {"match", "<s-f<s:o>n?:a<o>>", 3, match},
    {"contains", "<s-(sf):b>", 2, contains},
    {"replace", "<s-(sf)(sf)n?:s>", 4, replace},
    {"split", "<s-(sf)n?:a<s>>", 3, split},
});

}  // namespace

std::span<const BuiltinRow> match_builtins() {
  return kRows;
}

}  // namespace loopgate::codec::jsonata

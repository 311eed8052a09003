#include "codec/jsonata/signature.h"

#include <algorithm>
#include <optional>

namespace loopgate::codec::jsonata {

namespace {

// The position of the bracket that closes the one at `start`; the end when there is none.
std::size_t closing(std::string_view text, std::size_t start, char open, char close) {
  int depth = 1;
  std::size_t at = start + 1;
  for (; at < text.size(); ++at) {
    if (text[at] == close && --depth == 0) break;
    if (text[at] == open) ++depth;
  }
  return at;
}

std::string types_of(char symbol) {
  switch (symbol) {
    case 's':
    case 'n':
    case 'b':
    case 'l':
    case 'o':
      return {symbol, 'm'};
    case 'a':
    case 'x':
      return "asnblfom";
    case 'f':
      return "f";
    case 'j':
      return "asnblom";
    default:
      return {};
  }
}

std::string plural(std::string_view symbol) {
  if (symbol.size() != 1) return {};
  switch (symbol[0]) {
    case 'a':
      return "arrays";
    case 'b':
      return "booleans";
    case 'f':
      return "functions";
    case 'n':
      return "numbers";
    case 'o':
      return "objects";
    case 's':
      return "strings";
    default:
      return {};
  }
}

// How many of the supplied arguments each parameter takes: what a regular expression of their types
// would match. `whole`: all arguments must be taken.
std::optional<std::vector<std::size_t>> assign(std::span<const Parameter> parameters,
                                               std::string_view supplied, bool whole) {
  const auto count = parameters.size();
  const auto size = supplied.size();
  const auto takes = [&](std::size_t p, std::size_t at) {
    return parameters[p].types.find(supplied[at]) != std::string::npos;
  };
  // fits[p][at]: parameters from p on can take the arguments from `at` on.
  std::vector<std::vector<char>> fits(count + 1, std::vector<char>(size + 1, 0));
  for (std::size_t at = 0; at <= size; ++at) fits[count][at] = !whole || at == size;
  for (auto p = count; p-- > 0;) {
    for (auto at = size + 1; at-- > 0;) {
      const bool skipped = parameters[p].optional && fits[p + 1][at];
      const bool taken = at < size && takes(p, at) &&
                         (fits[p + 1][at + 1] || (parameters[p].repeated && fits[p][at + 1]));
      fits[p][at] = skipped || taken;
    }
  }
  if (!fits[0][0]) return std::nullopt;
  std::vector<std::size_t> counts(count, 0);
  std::size_t at = 0;
  for (std::size_t p = 0; p < count; ++p) {
    const auto& parameter = parameters[p];
    while (at < size && takes(p, at)) {
      const bool enough = (counts[p] > 0 || parameter.optional) && fits[p + 1][at];
      if (counts[p] > 0 && !parameter.repeated) break;
      const bool more = fits[p + 1][at + 1] || (parameter.repeated && fits[p][at + 1]);
      if (enough && (parameter.lazy || !more)) break;
      if (!more) break;
      ++counts[p];
      ++at;
    }
  }
  return counts;
}

}  // namespace

char type_symbol(const Value& value) {
  switch (value.kind()) {
    case Kind::kNull:
      return 'l';
    case Kind::kBoolean:
      return 'b';
    case Kind::kNumber:
      return 'n';
    case Kind::kString:
      return 's';
    case Kind::kArray:
      return 'a';
    case Kind::kObject:
    case Kind::kTuple:
      return 'o';
    case Kind::kFunction:
      return 'f';
    case Kind::kUndefined:
      break;
  }
  return 'm';
}

std::expected<Signature, Fault> Signature::parse(std::string_view text) {
  Signature signature;
  auto& parameters = signature.parameters_;
  const auto fault = [](const char* code, std::size_t at, std::string_view value) {
    return std::unexpected(Fault{
        .code = code, .position = static_cast<std::uint32_t>(at), .value = Value::string(value)});
  };
  for (std::size_t at = 1; at < text.size() && text[at] != ':'; ++at) {
    const char symbol = text[at];
    const bool suffix = symbol == '-' || symbol == '?' || symbol == '+';
    if (suffix && !parameters.empty()) {
      auto& last = parameters.back();
      last.lazy = last.optional || last.repeated;
      if (symbol == '-') last.context = true;
      if (symbol == '+')
        last.repeated = true;
      else
        last.optional = true;
    } else if (symbol == '(') {
      const auto end = closing(text, at, '(', ')');
      const auto choice = text.substr(at + 1, end - at - 1);
      if (choice.find('<') != choice.npos) return fault("S0402", at, choice);
      parameters.push_back({.types = std::string(choice) + 'm', .type = '('});
      at = end;
    } else if (symbol == '<') {
      if (parameters.empty() || (parameters.back().type != 'a' && parameters.back().type != 'f')) {
        return fault("S0401", at, text.substr(at - 1, 1));
      }
      const auto end = closing(text, at, '<', '>');
      parameters.back().typed = true;
      parameters.back().item = text.substr(at + 1, end - at - 1);
      at = end;
    } else if (auto types = types_of(symbol); !types.empty()) {
      parameters.push_back({.types = std::move(types), .type = symbol});
    }
  }
  signature.plain_ = std::ranges::none_of(parameters, [](const Parameter& parameter) {
    return parameter.repeated || parameter.type == 'a';
  });
  return signature;
}

// The usual call: no argument is missing in the middle, none too many, each of its type.
bool Signature::matches_each(std::span<const Value> arguments) const {
  if (!plain_ || arguments.size() > parameters_.size()) return false;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const auto& parameter = parameters_[i];
    if (i >= arguments.size()) {
      if (!parameter.optional || parameter.context) return false;
    } else if (parameter.context && arguments.size() < parameters_.size()) {
      return false;
    } else if (parameter.types.find(type_symbol(arguments[i])) == std::string::npos) {
      return false;
    }
  }
  return true;
}

std::expected<void, Fault> Signature::validate(Arena& arena, std::span<const Value> arguments,
                                               const Value& context,
                                               std::vector<Value>& out) const {
  if (matches_each(arguments)) {
    out.insert(out.end(), arguments.begin(), arguments.end());
    return {};
  }
  std::string supplied;
  for (const Value& argument : arguments) supplied += type_symbol(argument);
  const auto counts = assign(parameters_, supplied, true);
  if (!counts) return std::unexpected(mismatch(supplied, arguments));

  std::size_t next = 0;
  std::size_t taken = 0;
  const auto argument = [&](std::size_t i) {
    return i < arguments.size() ? arguments[i] : Value();
  };
  for (std::size_t p = 0; p < parameters_.size(); ++p) {
    const auto& parameter = parameters_[p];
    if ((*counts)[p] == 0) {
      if (!parameter.context) {
        out.push_back(argument(next++));
        continue;
      }
      if (parameter.types.find(type_symbol(context)) == std::string::npos) {
        return std::unexpected(Fault{.code = "T0411", .value = context, .index = next + 1});
      }
      out.push_back(context);
    }
    const auto matched = std::string_view(supplied).substr(taken, (*counts)[p]);
    taken += matched.size();
    for (std::size_t i = 0; i < (*counts)[p]; ++i, ++next) {
      auto value = argument(next);
      if (parameter.type == 'a' && !value.undefined()) {
        auto array = as_array(arena, parameter, value, matched, next);
        if (!array) return std::unexpected(array.error());
        value = *array;
      }
      out.push_back(value);
    }
  }
  return {};
}

std::expected<Value, Fault> Signature::as_array(Arena& arena, const Parameter& parameter,
                                                Value argument, std::string_view matched,
                                                std::size_t index) const {
  bool fits = true;
  if (parameter.typed) {
    if (!argument.is_array()) {
      fits = matched == parameter.item;
    } else if (argument.as_array().size > 0) {
      const char wanted = parameter.item.empty() ? 0 : parameter.item[0];
      fits = std::ranges::all_of(argument.as_array().all(),
                                 [&](const Value& item) { return type_symbol(item) == wanted; });
    }
  }
  if (!fits) {
    return std::unexpected(Fault{
        .code = "T0412", .value = argument, .index = index + 1, .type = plural(parameter.item)});
  }
  if (argument.is_array()) return argument;
  Array* const array = arena.make<Array>();
  array->push(arena, argument);
  return Value::array(array);
}

// The first argument at which the parameters so far no longer match.
Fault Signature::mismatch(std::string_view supplied, std::span<const Value> arguments) const {
  std::size_t good = 0;
  for (std::size_t p = 1; p <= parameters_.size(); ++p) {
    const auto counts = assign(std::span(parameters_).first(p), supplied, false);
    if (!counts) break;
    good = 0;
    for (const auto count : *counts) good += count;
  }
  return {.code = "T0410",
          .value = good < arguments.size() ? arguments[good] : Value(),
          .index = good + 1};
}

}  // namespace loopgate::codec::jsonata

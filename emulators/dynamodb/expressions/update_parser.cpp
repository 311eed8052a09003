#include <fmt/format.h>

#include <algorithm>

#include "emulators/dynamodb/expressions/checks.h"
#include "emulators/dynamodb/expressions/parser.h"
#include "emulators/dynamodb/expressions/update.h"

namespace loopgate::dynamodb {

namespace {

struct Section {
  std::string_view word;
  Verb verb;
};
constexpr Section kSections[] = {
    {"SET", Verb::kSet}, {"REMOVE", Verb::kRemove}, {"ADD", Verb::kAdd}, {"DELETE", Verb::kDelete}};

const Section* section_at(const Parser& parser) {
  for (const auto& section : kSections) {
    if (parser.at_word(section.word)) return &section;
  }
  return nullptr;
}

// What is wrong besides the syntax, in the order in which AWS tells it: the first of each.
struct Findings {
  std::string repeated_section{};
};

Parsed<Expression> set_value(Parser& parser);

Parsed<Expression> sum(Parser& parser) {
  auto left = parser.operand();
  if (!left) return left;
  const auto sign = parser.peek().text;
  if (sign != "+" && sign != "-") return left;
  parser.take(sign);
  auto right = parser.operand();
  if (!right) return right;
  Expression out{.kind = Kind::kFunction, .name = std::string(sign)};
  out.args.push_back(std::move(*left));
  out.args.push_back(std::move(*right));
  return out;
}

// Parentheses may stand around an operand and around the sum of two.
Parsed<Expression> set_value(Parser& parser) {
  if (parser.peek().text != "(") return sum(parser);
  Parser ahead = parser;
  if (auto plain = sum(ahead); plain) {
    parser = ahead;
    return plain;
  }
  parser.take("(");
  auto inner = sum(parser);
  if (!inner) return inner;
  if (!parser.take(")")) return parser.wrong();
  return inner;
}

Parsed<Action> action(Parser& parser, Verb verb) {
  Action out{.verb = verb};
  auto path = parser.path();
  if (!path) return std::unexpected(path.error());
  out.path = std::move(*path);
  if (verb == Verb::kRemove) return out;
  if (verb == Verb::kSet && !parser.take("=")) return parser.wrong();
  if (verb != Verb::kSet && parser.peek().text[0] != ':') return parser.wrong();
  auto value = verb == Verb::kSet ? set_value(parser) : parser.operand();
  if (!value) return std::unexpected(value.error());
  out.value = std::move(*value);
  return out;
}

Parsed<Update> read(Parser& parser, Findings& findings) {
  Update out;
  std::set<Verb> seen;
  do {
    const auto* section = section_at(parser);
    if (section == nullptr) return parser.wrong();
    parser.take_word(section->word);
    do {
      auto each = action(parser, section->verb);
      if (!each) return std::unexpected(each.error());
      out.actions.push_back(std::move(*each));
    } while (parser.take(","));
    if (!seen.insert(section->verb).second && findings.repeated_section.empty()) {
      findings.repeated_section = section->word;
    }
  } while (!parser.at_end());
  return out;
}

std::string known_type(const Expression& expression) {
  return expression.kind == Kind::kValue ? type_of(expression.value) : std::string();
}

Parsed<void> check_names(const Expression& expression) {
  for (const auto& arg : expression.args) {
    if (auto done = check_names(arg); !done) return done;
  }
  if (expression.kind != Kind::kFunction || expression.name == "+" || expression.name == "-" ||
      expression.name == "if_not_exists" || expression.name == "list_append") {
    return {};
  }
  return std::unexpected("Invalid function name; function: " + expression.name);
}

Parsed<void> check_operands(const Expression& expression) {
  for (const auto& arg : expression.args) {
    if (auto done = check_operands(arg); !done) return done;
  }
  if (expression.kind != Kind::kFunction) return {};
  const auto& name = expression.name;
  if (expression.args.size() != 2) {
    return std::unexpected(
        fmt::format("Incorrect number of operands for operator or function; operator or function: "
                    "{}, number of operands: {}",
                    name, expression.args.size()));
  }
  if (name == "if_not_exists") {
    if (expression.args[0].kind == Kind::kPath) return {};
    return std::unexpected("Operator or function requires a document path; operator or function: " +
                           name);
  }
  const std::string_view wanted = name == "list_append" ? "L" : "N";
  for (const auto& arg : expression.args) {
    const auto type = known_type(arg);
    if (type.empty() || type == wanted) continue;
    return std::unexpected(
        fmt::format("Incorrect operand type for operator or function; operator or function: {}, "
                    "operand type: {}",
                    name, type));
  }
  return {};
}

// ADD takes numbers and sets, DELETE sets.
Parsed<void> check_verb(const Action& action) {
  if (action.verb != Verb::kAdd && action.verb != Verb::kDelete) return {};
  constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"S", "STRING"},     {"N", "NUMBER"}, {"B", "BINARY"}, {"NULL", "NULL"},
      {"BOOL", "BOOLEAN"}, {"L", "LIST"},   {"M", "MAP"}};
  const auto type = known_type(action.value);
  if (action.verb == Verb::kAdd && type == "N") return {};
  for (const auto& [short_name, name] : kNames) {
    if (type != short_name) continue;
    return std::unexpected(fmt::format(
        "Incorrect operand type for operator or function; operator: {}, operand type: {}",
        action.verb == Verb::kAdd ? "ADD" : "DELETE", name));
  }
  return {};
}

template <class Check>
Parsed<void> of_each(Update& update, Check check) {
  for (auto& action : update.actions) {
    if (auto done = check(action); !done) return done;
  }
  return {};
}

Parsed<void> check(Update& update, const Findings& findings, Placeholders& placeholders) {
  auto done = of_each(update, [](const Action& action) {
    auto checked = check_reserved(action.path);
    return checked ? check_reserved(action.value) : checked;
  });
  if (done) done = of_each(update, [](const Action& each) { return check_names(each.value); });
  if (done && !findings.repeated_section.empty()) {
    return std::unexpected(
        fmt::format("The \"{}\" section can only be used once in an update expression;",
                    findings.repeated_section));
  }
  if (done) {
    done = of_each(update, [&](Action& action) {
      auto resolved = placeholders.resolve(action.path);
      return resolved ? placeholders.resolve(action.value) : resolved;
    });
  }
  if (done) done = check_overlap(update.paths());
  if (done) done = of_each(update, check_verb);
  if (done) done = of_each(update, [](const Action& each) { return check_operands(each.value); });
  return done;
}

}  // namespace

std::vector<Path> Update::paths() const {
  std::vector<Path> out;
  out.reserve(actions.size());
  for (const auto& action : actions) out.push_back(action.path);
  return out;
}

Parsed<Update> parse_update(std::string_view text, Placeholders& placeholders) {
  auto parser = Parser::open(text);
  if (!parser) return std::unexpected(parser.error());
  Findings findings;
  auto update = read(*parser, findings);
  if (!update) return update;
  if (auto done = check(*update, findings, placeholders); !done) {
    return std::unexpected(done.error());
  }
  return update;
}

}  // namespace loopgate::dynamodb

#include "codec/jsonata/parser.h"

#include <algorithm>
#include <array>
#include <optional>

#include "codec/jsonata/lexer.h"
#include "codec/jsonata/limits.h"

namespace loopgate::codec::jsonata {

namespace {

// An operator between two operands. `power` 0: it only closes or separates.
struct Infix {
  std::string_view sign;
  int power;
  Operator op = Operator::kNone;
};

constexpr auto kInfixes = std::to_array<Infix>({
    {".", 75, Operator::kStep},
    {"[", 80, Operator::kFilter},
    {"{", 70, Operator::kGroup},
    {"(", 80},
    {"@", 80, Operator::kFocus},
    {"#", 80, Operator::kIndex},
    {"*", 60, Operator::kMultiply},
    {"/", 60, Operator::kDivide},
    {"%", 60, Operator::kModulo},
    {"+", 50, Operator::kAdd},
    {"-", 50, Operator::kSubtract},
    {"&", 50, Operator::kConcat},
    {"=", 40, Operator::kEqual},
    {"!=", 40, Operator::kNotEqual},
    {"<", 40, Operator::kLess},
    {"<=", 40, Operator::kLessOrEqual},
    {">", 40, Operator::kGreater},
    {">=", 40, Operator::kGreaterOrEqual},
    {"in", 40, Operator::kIn},
    {"^", 40, Operator::kOrder},
    {"~>", 40, Operator::kChain},
    {"?:", 40},
    {"??", 40},
    {"and", 30, Operator::kAnd},
    {"or", 25, Operator::kOr},
    {"?", 20},
    {":=", 10, Operator::kAssign},
    {"..", 0},
    {":", 0},
    {";", 0},
    {",", 0},
    {")", 0},
    {"]", 0},
    {"}", 0},
    {"**", 0},
    {"|", 0},
});

constexpr int kPrefixPower = 70;
constexpr int kAssignPower = 10;
constexpr int kNamePower = 80;

const Infix* infix_of(std::string_view sign) {
  const auto found = std::ranges::find(kInfixes, sign, &Infix::sign);
  return found == kInfixes.end() ? nullptr : &*found;
}

// Goes on after the first fault without looking at more of the text: every token is then the end.
class Parser {
 public:
  explicit Parser(Program& program) : program_(program), lexer_(program.source, program.arena) {}

  std::expected<Node*, Fault> run() {
    advance(false);
    Node* const root = expression(0);
    if (token_.type != TokenType::kEnd) unexpected("S0201", Value());
    if (fault_) return std::unexpected(std::move(*fault_));
    return root;
  }

 private:
  void fail(Fault fault) {
    if (!fault_) fault_ = std::move(fault);
    token_ = {.type = TokenType::kEnd,
              .text = "(end)",
              .position = static_cast<std::uint32_t>(program_.source.size())};
  }
  void fail(const char* code, std::uint32_t position, std::string_view token, Value value = {}) {
    fail({.code = code, .position = position, .token = std::string(token), .value = value});
  }
  void too_deep(std::uint32_t position) {
    fail({.code = kLimitCode,
          .position = position,
          .message = "The expression is nested too deeply",
          .limit = true});
  }

  void advance(bool infix) {
    if (fault_) return;
    auto next = lexer_.next(infix);
    if (!next) return fail(std::move(next.error()));
    token_ = *next;
    if (token_.type == TokenType::kOperator && !infix_of(token_.text)) {
      fail("S0204", token_.position, token_.text);
    }
  }

  bool at(std::string_view sign) const {
    return token_.type == TokenType::kOperator && token_.text == sign;
  }

  void expect(std::string_view sign, bool infix = false) {
    if (fault_) return;
    if (at(sign)) return advance(infix);
    const bool ended = token_.type == TokenType::kEnd;
    unexpected(ended ? "S0203" : "S0202", Value::string(sign));
  }

  // The token that stands here is none that can.
  void unexpected(const char* code, Value wanted) {
    Fault fault{.code = code,
                .position = token_.position,
                .token = std::string(token_.text),
                .value = wanted};
    const bool literal = token_.type == TokenType::kNumber || token_.type == TokenType::kLiteral;
    if (literal) fault.message = with_bare_token(message_of(fault), fault.token);
    fail(std::move(fault));
  }

  // Numbers and true, false, null are values, not words: they have no quotes.
  static std::string with_bare_token(std::string message, const std::string& token) {
    const std::string quoted = '"' + token + '"';
    if (const auto at = message.rfind(quoted); at != message.npos) {
      message.replace(at, quoted.size(), token);
    }
    return message;
  }

  int power() const {
    if (token_.type != TokenType::kOperator) return 0;
    const Infix* const infix = infix_of(token_.text);
    return infix ? infix->power : 0;
  }

  Node* expression(int right_power) {
    if (++nesting_ > kMaxNesting) too_deep(token_.position);
    const Token first = token_;
    advance(true);
    Node* left = measured(prefix(first));
    while (!fault_ && right_power < power()) {
      const Token sign = token_;
      advance(false);
      left = measured(infix(*infix_of(sign.text), sign, left));
    }
    --nesting_;
    return left;
  }

  Node* measured(Node* node) {
    std::uint32_t below = 0;
    const auto look = [&](const Node* child) {
      if (child) below = std::max(below, child->height);
    };
    for (const Node* child : {node->left, node->right, node->third}) look(child);
    for (const Node* child : node->items) look(child);
    for (const Pair& pair : node->pairs) {
      look(pair.key);
      look(pair.value);
    }
    for (const Term& term : node->terms) look(term.expression);
    node->height = below + 1;
    if (node->height > kMaxTreeHeight) too_deep(node->position);
    return node;
  }

  Node* make(NodeType type, const Token& token) {
    return program_.make(type, token.position, token.text);
  }

  Node* prefix(const Token& token) {
    switch (token.type) {
      case TokenType::kEnd:
        return make(NodeType::kEnd, token);
      case TokenType::kName:
        return make(NodeType::kName, token);
      case TokenType::kVariable:
        return make(NodeType::kVariable, token);
      case TokenType::kString:
        return literal(NodeType::kString, token, Value::string(token.text));
      case TokenType::kNumber:
        return literal(NodeType::kNumber, token, Value::number(token.number));
      case TokenType::kLiteral:
        return literal(NodeType::kLiteral, token,
                       token.text == "null" ? Value::null() : Value::boolean(token.text == "true"));
      case TokenType::kRegex:
        return regex(token);
      case TokenType::kOperator:
        break;
    }
    return prefix_operator(token);
  }

  Node* literal(NodeType type, const Token& token, Value value) {
    Node* const node = make(type, token);
    node->literal = value;
    return node;
  }

  Node* regex(const Token& token) {
    Node* const node = make(NodeType::kRegex, token);
    auto pattern = Pattern::compile(token.text, token.flags);
    if (pattern) {
      node->pattern = &program_.patterns.emplace_back(std::move(*pattern));
    } else {
      fail({.code = kPatternCode,
            .position = token.position,
            .token = std::string(token.text),
            .message = "Invalid regular expression: /" + std::string(token.text) +
                       "/: " + pattern.error()});
    }
    return node;
  }

  Node* prefix_operator(const Token& token) {
    const auto sign = token.text;
    if (sign == "and" || sign == "or" || sign == "in") return make(NodeType::kOperator, token);
    if (sign == "*") return make(NodeType::kWildcard, token);
    if (sign == "**") return make(NodeType::kDescendant, token);
    if (sign == "%") return make(NodeType::kParent, token);
    if (sign == "(") return block(token);
    if (sign == "[") return array(token);
    if (sign == "|") return transform(token);
    Node* const node = make(sign == "{" ? NodeType::kObject : NodeType::kNegate, token);
    if (sign == "{") {
      node->pairs = object_pairs();
    } else if (sign == "-") {
      node->left = expression(kPrefixPower);
    } else {
      fail("S0211", token.position, sign);
    }
    return node;
  }

  Node* block(const Token& token) {
    Node* const node = make(NodeType::kBlock, token);
    while (!fault_ && !at(")")) {
      node->items.push_back(expression(0));
      if (!at(";")) break;
      advance(false);
    }
    expect(")", true);
    return node;
  }

  Node* array(const Token& token) {
    Node* const node = make(NodeType::kArray, token);
    while (!fault_ && !at("]")) {
      Node* item = expression(0);
      if (at("..")) {
        Node* const range = make(NodeType::kBinary, token_);
        range->op = Operator::kRange;
        advance(false);
        range->left = item;
        range->right = expression(0);
        item = measured(range);
      }
      node->items.push_back(item);
      if (!at(",")) break;
      advance(false);
      if (at("]")) fail("S0211", token_.position, token_.text);
    }
    expect("]", true);
    return node;
  }

  Node* transform(const Token& token) {
    Node* const node = make(NodeType::kTransform, token);
    node->left = expression(0);
    expect("|");
    node->right = expression(0);
    if (at(",")) {
      advance(false);
      node->third = expression(0);
    }
    expect("|");
    return node;
  }

  std::vector<Pair> object_pairs() {
    std::vector<Pair> pairs;
    while (!fault_ && (!at("}") || !pairs.empty())) {
      Node* const key = expression(0);
      expect(":");
      pairs.push_back({key, expression(0)});
      if (!at(",")) break;
      advance(false);
    }
    expect("}", true);
    return pairs;
  }

  Node* infix(const Infix& infix, const Token& sign, Node* left) {
    if (infix.sign == "(") return call(sign, left);
    if (infix.sign == "[" && at("]")) return keep_array(left);
    if (infix.sign == "?") return condition(sign, left);
    if (infix.sign == "?:" || infix.sign == "??") {
      Node* const node = make(infix.sign == "?:" ? NodeType::kDefault : NodeType::kCoalesce, sign);
      node->left = left;
      node->third = expression(0);
      return node;
    }
    Node* const node = make(NodeType::kBinary, sign);
    node->op = infix.op;
    node->left = left;
    right_side(*node, infix);
    return node;
  }

  void right_side(Node& node, const Infix& infix) {
    switch (infix.op) {
      case Operator::kFilter:
        node.right = expression(0);
        return expect("]", true);
      case Operator::kGroup:
        node.pairs = object_pairs();
        return;
      case Operator::kOrder:
        return order_terms(node);
      case Operator::kAssign:
        if (node.left->type != NodeType::kVariable)
          return fail("S0212", node.left->position, node.left->text);
        node.right = expression(kAssignPower - 1);
        return;
      case Operator::kFocus:
      case Operator::kIndex:
        node.right = expression(kNamePower);
        if (node.right->type != NodeType::kVariable)
          fail("S0214", node.right->position, infix.sign);
        return;
      default:
        node.right = expression(infix.power);
    }
  }

  // An empty predicate: what it stands at remains an array, even of one.
  Node* keep_array(Node* left) {
    Node* step = left;
    while (step->type == NodeType::kBinary && step->op == Operator::kFilter) step = step->left;
    step->keep_array = true;
    advance(false);
    return left;
  }

  Node* condition(const Token& sign, Node* left) {
    Node* const node = make(NodeType::kCondition, sign);
    node->left = left;
    node->right = expression(0);
    if (at(":")) {
      advance(false);
      node->third = expression(0);
    }
    return node;
  }

  void order_terms(Node& node) {
    expect("(");
    while (!fault_) {
      const bool descending = at(">");
      if (descending || at("<")) advance(false);
      node.terms.push_back({expression(0), descending});
      if (!at(",")) break;
      advance(false);
    }
    expect(")");
  }

  Node* call(const Token& sign, Node* procedure) {
    Node* const node = make(NodeType::kCall, sign);
    node->left = procedure;
    while (!fault_ && (!at(")") || !node->items.empty())) {
      if (at("?")) {
        node->type = NodeType::kPartial;
        node->items.push_back(make(NodeType::kOperator, token_));
        advance(false);
      } else {
        node->items.push_back(expression(0));
      }
      if (!at(",")) break;
      advance(false);
    }
    expect(")", true);
    if (procedure->type == NodeType::kName &&
        (procedure->text == "function" || procedure->text == "λ")) {
      lambda(*node);
    }
    return node;
  }

  void lambda(Node& node) {
    node.type = NodeType::kLambda;
    node.left = nullptr;
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      const Node& parameter = *node.items[i];
      if (parameter.type == NodeType::kVariable) continue;
      return fail("S0208", parameter.position, parameter.text,
                  Value::number(static_cast<double>(i + 1)));
    }
    if (at("<")) signature(node);
    expect("{");
    node.right = expression(0);
    expect("}");
  }

  void signature(Node& node) {
    const auto position = token_.position;
    std::string text = "<";
    for (int depth = 1; depth > 0 && !at("{") && token_.type != TokenType::kEnd;) {
      advance(false);
      if (at(">")) --depth;
      if (at("<")) ++depth;
      text += token_.text;
    }
    expect(">");
    if (fault_) return;
    auto parsed = Signature::parse(program_.arena.copy(text));
    if (!parsed) {
      parsed.error().position += position;
      return fail(std::move(parsed.error()));
    }
    node.signature = &program_.signatures.emplace_back(std::move(*parsed));
  }

  Program& program_;
  Lexer lexer_;
  Token token_;
  std::uint32_t nesting_ = 0;
  std::optional<Fault> fault_;
};

}  // namespace

std::expected<Node*, Fault> parse(Program& program) {
  return Parser(program).run();
}

}  // namespace loopgate::codec::jsonata

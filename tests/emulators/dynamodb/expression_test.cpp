#include <gtest/gtest.h>

#include "base/json.h"
#include "emulators/dynamodb/expressions/condition.h"
#include "emulators/dynamodb/expressions/projection.h"
#include "emulators/dynamodb/expressions/update.h"

namespace loopgate::dynamodb {
namespace {

json read(std::string_view text) {
  return read_json(text).value();
}

// What all these expressions may use.
struct Given {
  json names = read(R"({"#n": "name", "#s": "status", "#0": "0"})");
  json values = read(R"({":s": {"S": "abc"}, ":a": {"S": "a"}, ":n": {"N": "5"}, ":one": {"N": "1"},
      ":l": {"L": [{"S": "x"}]}, ":ss": {"SS": ["r", "g"]}, ":t": {"S": "N"}, ":bad": {"S": "X"},
      ":b": {"BOOL": true}, ":m": {"M": {"k": {"N": "1"}}}, ":z": {"S": "z"}})");
  Placeholders placeholders{.names = &names, .values = &values};
};

const json kItem = read(R"({"pk": {"S": "p"}, "a": {"S": "abc"}, "n": {"N": "10"},
    "l": {"L": [{"S": "x"}, {"N": "5"}, {"S": "y"}]}, "m": {"M": {"k": {"N": "1"}, "d": {"L": []}}},
    "tags": {"SS": ["g", "r"]}, "name": {"S": "n"}, "flag": {"BOOL": true}})");

TEST(Condition, IsTrueOrFalseOfAnItem) {
  const std::pair<std::string_view, bool> cases[] = {
      {"a = :s", true},
      {"a <> :s", false},
      {"absent <> :s", true},
      {"absent = :s", false},
      {"n > :n", true},
      {"n BETWEEN :one AND :n", false},
      {"n between :one and n", true},
      {"a IN (:z, :s)", true},
      {"attribute_exists(m.k)", true},
      {"attribute_not_exists(m.z)", true},
      {"attribute_type(n, :t)", true},
      {"begins_with(a, :a)", true},
      {"contains(a, :a)", true},
      {"contains(l, :n)", true},
      {"contains(tags, :a)", false},
      {"tags = :ss", true},
      {"size(a) < :n", true},
      {"size(l) = :n", false},
      {"l[1] = :n", true},
      {"l[7] = :n", false},
      {"#n = :a or a = :s", true},
      {"NOT a = :s", false},
      {"NOT (a = :s AND n = :n)", true},
      {"a = :z OR n = :n AND flag = :b", false},
      {"(a = :s OR n = :n) AND flag = :b", true},
      {"(a) = (:s)", true},
      {"n > :s", false},
      {"size(absent) > :one", false},
  };
  for (const auto& [text, wanted] : cases) {
    Given given;
    const auto parsed = parse_condition(text, given.placeholders);
    ASSERT_TRUE(parsed) << text << ": " << parsed.error();
    EXPECT_EQ(matches(*parsed, &kItem), wanted) << text;
  }
}

TEST(Condition, IsFalseWhereThereIsNoItem) {
  Given given;
  EXPECT_FALSE(matches(*parse_condition("attribute_exists(pk)", given.placeholders), nullptr));
  EXPECT_TRUE(matches(*parse_condition("attribute_not_exists(pk)", given.placeholders), nullptr));
}

TEST(Condition, IsRefusedInTheWordsOfAws) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", "The expression can not be empty;"},
      {"a", R"(Syntax error; token: "<EOF>", near: "a")"},
      {"a =", R"(Syntax error; token: "<EOF>", near: "=")"},
      {"a = = :s", R"(Syntax error; token: "=", near: "= = :s")"},
      {"a = :s AND", R"(Syntax error; token: "<EOF>", near: "AND")"},
      {"a ! :s", R"(Syntax error; token: "!", near: "a !")"},
      {"((a = :s))", "The expression has redundant parentheses;"},
      {"frob(a)", "Invalid function name; function: frob"},
      {"size(a)",
       "The function is not allowed to be used this way in an expression; function: size"},
      {"a = contains(a, :s)",
       "The function is not allowed to be used this way in an expression; function: contains"},
      {"Status = :s", "Attribute name is a reserved keyword; reserved keyword: Status"},
      {"m.size = :s", "Attribute name is a reserved keyword; reserved keyword: size"},
      {"#x = :s",
       "An expression attribute name used in the document path is not defined; attribute name: #x"},
      {"a = :x",
       "An expression attribute value used in expression is not defined; attribute value: :x"},
      {"begins_with(a)",
       "Incorrect number of operands for operator or function; operator or function: begins_with, "
       "number of operands: 1"},
      {"begins_with(a, :n)",
       "Incorrect operand type for operator or function; operator or function: begins_with, "
       "operand "
       "type: N"},
      {"attribute_exists(:s)",
       "Operator or function requires a document path; operator or function: attribute_exists"},
      {"attribute_type(a, :bad)",
       "Invalid attribute type name found; type: X, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}"},
      {"a = a",
       "The first operand must be distinct from the remaining operands for this operator or "
       "function; operator: =, first operand: [a]"},
      {"n BETWEEN :n AND :one",
       "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "
       "lower "
       "bound operand: AttributeValue: {N:5}, upper bound operand: AttributeValue: {N:1}"},
      {"n BETWEEN :n AND :s",
       "The BETWEEN operator requires same data type for lower and upper bounds; lower bound "
       "operand: AttributeValue: {N:5}, upper bound operand: AttributeValue: {S:abc}"},
      {"a < :b",
       "Incorrect operand type for operator or function; operator or function: <, operand type: "
       "BOOL"},
  };
  for (const auto& [text, wanted] : cases) {
    Given given;
    const auto parsed = parse_condition(text, given.placeholders);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error(), wanted) << text;
  }
}

TEST(Condition, IsBoundedInSizeAndDepth) {
  Given given;
  std::string list = ":s";
  for (int i = 0; i < 100; ++i) list += ",:s";
  EXPECT_EQ(parse_condition("a IN (" + list + ")", given.placeholders).error(),
            "The IN operator is provided with too many operands; number of operands: 101");
  EXPECT_FALSE(parse_condition(std::string(5000, 'a'), given.placeholders));
  EXPECT_FALSE(
      parse_condition(std::string(2000, '(') + "a" + std::string(2000, ')'), given.placeholders));
  std::string nots;
  for (int i = 0; i < 900; ++i) nots += "NOT ";
  EXPECT_FALSE(parse_condition(nots + "a = :s", given.placeholders));
}

TEST(KeyCondition, NamesKeysAndTheirRange) {
  Given given;
  const auto parsed = parse_key_condition("#n = :s AND :n <= n", given.placeholders);
  ASSERT_TRUE(parsed) << parsed.error().message;
  ASSERT_EQ(parsed->size(), 2U);
  EXPECT_EQ((*parsed)[0].name, "name");
  EXPECT_EQ((*parsed)[1].comparison, ">=");
}

TEST(KeyCondition, IsRefusedInTheWordsOfAws) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"a = :s OR n = :n", "Invalid operator used in KeyConditionExpression: OR"},
      {"a <> :s", "Invalid operator used in KeyConditionExpression: <>"},
      {"contains(a, :s)", "Invalid operator used in KeyConditionExpression: contains"},
      {"a = :s AND a = :z", "KeyConditionExpressions must only contain one condition per key"},
      {"m.k = :n", "KeyConditionExpressions cannot have conditions on nested attributes"},
      {"size(a) = :n", "KeyConditionExpressions cannot contain nested operations"},
      {":s = :z", "Invalid condition in KeyConditionExpression: No key attribute specified"},
      {"a = n",
       "Invalid condition in KeyConditionExpression: Multiple attribute names used in one "
       "condition"},
  };
  for (const auto& [text, wanted] : cases) {
    Given given;
    const auto parsed = parse_key_condition(text, given.placeholders);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().message, wanted) << text;
  }
}

TEST(Update, ChangesAnItem) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"SET a = :z", R"({"a": {"S": "z"}})"},
      {"SET n = n + :n", R"({"n": {"N": "15"}})"},
      {"SET n = :n - n", R"({"n": {"N": "-5"}})"},
      {"SET q = if_not_exists(q, :one) + :n", R"({"q": {"N": "6"}})"},
      {"SET l = list_append(l, :l)",
       R"({"l": {"L": [{"S": "x"}, {"N": "5"}, {"S": "y"}, {"S": "x"}]}})"},
      {"SET l[9] = :z", R"({"l": {"L": [{"S": "x"}, {"N": "5"}, {"S": "y"}, {"S": "z"}]}})"},
      {"SET m.k = :z, m.e = a",
       R"({"m": {"M": {"k": {"S": "z"}, "d": {"L": []}, "e": {"S": "abc"}}}})"},
      {"REMOVE l[0], l[1]", R"({"l": {"L": [{"S": "y"}]}})"},
      {"REMOVE m.k", R"({"m": {"M": {"d": {"L": []}}}})"},
      {"ADD n :n, fresh :one", R"({"n": {"N": "15"}, "fresh": {"N": "1"}})"},
      {"ADD tags :ss", R"({"tags": {"SS": ["g", "r"]}})"},
      {"DELETE tags :ss", R"({"tags": null})"},
      {"SET a = n, n = :one REMOVE #n", R"({"a": {"N": "10"}, "n": {"N": "1"}, "name": null})"},
      {"set a = (n + :n)", R"({"a": {"N": "15"}})"},
  };
  for (const auto& [text, wanted] : cases) {
    Given given;
    const auto parsed = parse_update(text, given.placeholders);
    ASSERT_TRUE(parsed) << text << ": " << parsed.error();
    json item = kItem;
    const auto applied = apply(*parsed, item);
    ASSERT_TRUE(applied) << text << ": " << applied.error();
    const json attributes = read(wanted);
    for (const auto& attribute : attributes.items()) {
      EXPECT_EQ(item.value(attribute.key(), json()), attribute.value()) << text;
    }
  }
}

TEST(Update, IsRefusedInTheWordsOfAws) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", "The expression can not be empty;"},
      {"a = :s", R"(Syntax error; token: "a", near: "a =")"},
      {"SET a", R"(Syntax error; token: "<EOF>", near: "a")"},
      {"SET a = :s SET n = :n",
       "The \"SET\" section can only be used once in an update expression;"},
      {"SET date = :s", "Attribute name is a reserved keyword; reserved keyword: date"},
      {"SET a = frob(n)", "Invalid function name; function: frob"},
      {"SET a = :s, a = :z",
       "Two document paths overlap with each other; must remove or rewrite one of these paths; "
       "path "
       "one: [a], path two: [a]"},
      {"SET m.k = :s REMOVE m",
       "Two document paths overlap with each other; must remove or rewrite one of these paths; "
       "path "
       "one: [m, k], path two: [m]"},
      {"SET m.k = :s, m[0] = :s",
       "Two document paths conflict with each other; must remove or rewrite one of these paths; "
       "path "
       "one: [m, k], path two: [m, [0]]"},
      {"ADD a :s",
       "Incorrect operand type for operator or function; operator: ADD, operand type: STRING"},
      {"DELETE a :n",
       "Incorrect operand type for operator or function; operator: DELETE, operand type: NUMBER"},
      {"SET a = list_append(l, :s)",
       "Incorrect operand type for operator or function; operator or function: list_append, "
       "operand "
       "type: S"},
      {"SET a = n + :s",
       "Incorrect operand type for operator or function; operator or function: +, operand type: S"},
  };
  for (const auto& [text, wanted] : cases) {
    Given given;
    const auto parsed = parse_update(text, given.placeholders);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error(), wanted) << text;
  }
}

TEST(Update, MayNotFitTheItem) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"SET a = q",
       "The provided expression refers to an attribute that does not exist in the item"},
      {"SET a = a + :n", "An operand in the update expression has an incorrect data type"},
      {"ADD a :n", "An operand in the update expression has an incorrect data type"},
      {"SET q.r = :n", "The document path provided in the update expression is invalid for update"},
      {"SET a.r = :n", "The document path provided in the update expression is invalid for update"},
  };
  for (const auto& [text, wanted] : cases) {
    Given given;
    const auto parsed = parse_update(text, given.placeholders);
    ASSERT_TRUE(parsed) << text << ": " << parsed.error();
    json item = kItem;
    const auto applied = apply(*parsed, item);
    ASSERT_FALSE(applied) << text;
    EXPECT_EQ(applied.error(), wanted) << text;
  }
}

TEST(Projection, KeepsWhatItNames) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"a, #n", R"({"a": {"S": "abc"}, "name": {"S": "n"}})"},
      {"l[2], l[0]", R"({"l": {"L": [{"S": "x"}, {"S": "y"}]}})"},
      {"m.k, q", R"({"m": {"M": {"k": {"N": "1"}}}})"},
      {"q.r", "{}"},
  };
  for (const auto& [text, wanted] : cases) {
    Given given;
    const auto parsed = parse_projection(text, given.placeholders);
    ASSERT_TRUE(parsed) << text << ": " << parsed.error();
    EXPECT_EQ(project(kItem, *parsed), read(wanted)) << text;
  }
  Given given;
  EXPECT_EQ(
      parse_projection("m, m.k", given.placeholders).error(),
      "Two document paths overlap with each other; must remove or rewrite one of these paths; "
      "path one: [m], path two: [m, k]");
}

TEST(Placeholders, AreAllUsedAndWellFormed) {
  Given given;
  ASSERT_TRUE(parse_condition("#n = :s", given.placeholders));
  EXPECT_EQ(given.placeholders.check_used().error(),
            "Value provided in ExpressionAttributeNames unused in expressions: keys: {#0, #s}");
  const json wrong_names = read(R"({"n": "name"})");
  EXPECT_EQ(Placeholders::check(&wrong_names, nullptr).error(),
            "ExpressionAttributeNames contains invalid key: Syntax error; key: \"n\"");
  json wrong_values = read(R"({":v": {}})");
  EXPECT_EQ(
      Placeholders::check(nullptr, &wrong_values).error(),
      "ExpressionAttributeValues contains invalid value: Supplied AttributeValue is empty, must "
      "contain exactly one of the supported datatypes for key :v");
}

TEST(Value, IsCheckedInTheWordsOfAws) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {R"({})",
       "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"},
      {R"({"S": "a", "N": "1"})",
       "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the "
       "supported datatypes"},
      {R"({"SS": []})",
       "One or more parameter values were invalid: An string set  may not be empty"},
      {R"({"SS": ["a", "a"]})",
       "One or more parameter values were invalid: Input collection [a, a] contains duplicates."},
      {R"({"NS": ["1", "1.0"]})", "Input collection contains duplicates"},
      {R"({"NULL": false})",
       "One or more parameter values were invalid: Null attribute value types must have the value "
       "of "
       "true"},
  };
  for (const auto& [text, wanted] : cases) {
    json value = read(text);
    const auto checked = check_value(value);
    ASSERT_FALSE(checked) << text;
    EXPECT_EQ(checked.error(), wanted) << text;
  }
  json deep = {{"S", "x"}};
  for (int i = 0; i < 32; ++i) deep = {{"L", json::array({deep})}};
  EXPECT_TRUE(check_value(deep));
  deep = {{"L", json::array({deep})}};
  EXPECT_EQ(check_value(deep).error(), "Nesting Levels have exceeded supported limits");
}

// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
TEST(Value, HasTheSizeThatAwsCounts) {
  EXPECT_EQ(item_size(read(R"({"pk": {"S": "grüß"}})")), 2U + 6U);
  EXPECT_EQ(item_size(read(R"({"b": {"B": "AAEC"}, "n": {"NULL": true}})")), 1U + 3U + 1U + 1U);
  EXPECT_EQ(item_size(read(R"({"l": {"L": [{"S": "ab"}, {"BOOL": true}]}})")),
            1U + 3U + 2U + 2U + 1U);
  EXPECT_EQ(item_size(read(R"({"m": {"M": {"k": {"S": "v"}}}})")), 1U + 3U + 1U + 1U + 1U);
}

}  // namespace
}  // namespace loopgate::dynamodb

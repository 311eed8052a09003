#include "codec/jsonata/jsonata.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "base/json.h"
#include "codec/jsonata/number_text.h"

namespace jsonata = loopgate::codec::jsonata;
using loopgate::Random;
using testing::HasSubstr;

namespace {

struct Given {
  std::string_view document = "null";
  jsonata::Dialect dialect = jsonata::Dialect::kPlain;
  jsonata::Limits limits{};
  std::vector<jsonata::Variable> variables{};
};

std::expected<jsonata::Document, jsonata::Failure> evaluate(std::string_view text,
                                                            const Given& given) {
  const auto expression = jsonata::Expression::compile(text, given.dialect);
  if (!expression) return std::unexpected(expression.error());
  auto random = Random::from_seed(7);
  // 2018-03-27T14:03:00.123Z
  const loopgate::WallTime now{std::chrono::milliseconds(1522159380123)};
  return expression->evaluate(
      jsonata::Document::parse(given.document).value(),
      {.variables = given.variables, .random = random, .now = now, .limits = given.limits});
}

// The result as JSON, "nothing", "a function", or the error's code.
std::string outcome(std::string_view text, const Given& given = {}) {
  const auto result = evaluate(text, given);
  if (!result) return result.error().code;
  if (result->is_undefined()) return "nothing";
  return result->is_function() ? "a function" : result->to_text();
}

struct Row {
  const char* name;
  const char* expression;
  const char* expected;
};

class Table : public testing::TestWithParam<Row> {};

std::string name_of(const testing::TestParamInfo<Row>& row) {
  return row.param.name;
}

constexpr std::string_view kOrders = R"({
  "account": "Firefly",
  "orders": [
    {"id": "o1", "lines": [{"sku": "a", "price": 30, "count": 2}, {"sku": "b", "price": 20, "count": 1}]},
    {"id": "o2", "lines": [{"sku": "a", "price": 30, "count": 4}, {"sku": "c", "price": 100, "count": 1}]}
  ]
})";

TEST_P(Table, GivesWhatItSays) {
  EXPECT_EQ(outcome(GetParam().expression, {.document = kOrders}), GetParam().expected);
}

// docs.jsonata.org: "Path operators", "Sorting", "Grouping", "Composition".
INSTANTIATE_TEST_SUITE_P(
    Paths, Table,
    testing::Values(
        Row{"FlattensAlongTheWay", "orders.lines.sku", R"(["a","b","a","c"])"},
        Row{"FoldsASequenceOfOne", "orders[0].id", R"("o1")"},
        Row{"KeepsAnArrayOfOne", "orders[0].id[]", R"(["o1"])"},
        Row{"PredicateBindsToItsStep", "orders.lines[0].sku", R"(["a","a"])"},
        Row{"ParenthesesBindToAll", "(orders.lines)[0].sku", R"("a")"},
        Row{"NegativeIndex", "orders[-1].id", R"("o2")"},
        Row{"IndexesInAnArray", "orders.lines.sku[[0]]", R"(["a","b","a","c"])"},
        Row{"Parent", "orders.lines[sku='c'].%.id", R"("o2")"},
        Row{"GrandParent", "orders.lines[0].(%.%.account)", R"("Firefly")"},
        Row{"ParentInAPredicate", "orders.lines[%.id='o1'].sku", R"(["a","b"])"},
        Row{"ParentInAnOrder", "orders.lines^(>%.id, sku).sku", R"(["a","c","a","b"])"},
        Row{"Focus", "orders@$o.$o.lines@$l[$l.price=100].($o.id & $l.sku)", R"("o2c")"},
        Row{"Index", "orders#$o.lines#$l.($o & ':' & $l)", R"(["0:0","0:1","1:0","1:1"])"},
        Row{"IndexAfterAPredicate", "orders.lines[price<50]#$i.$i", "[0,1,2]"},
        Row{"SortByTwoKeys", "orders.lines^(>price, >count).(sku & count)",
            R"(["c1","a4","a2","b1"])"},
        Row{"SortPutsWhatIsMissingLast", "[{'a':2},{},{'a':1}]^(>a)", R"([{"a":2},{"a":1},{}])"},
        Row{"Group", "orders.lines{sku: $sum($.(price*count))}", R"({"a":180,"b":20,"c":100})"},
        Row{"GroupOfOneIsNoArray", "orders.lines{sku: count}", R"({"a":[2,4],"b":1,"c":1})"},
        Row{"GroupAfterFocus", "orders@$o.$o.lines{$o.id: sku}",
            R"({"o1":["a","b"],"o2":["a","c"]})"},
        Row{"Wildcard", "orders[0].*",
            R"(["o1",{"sku":"a","price":30,"count":2},{"sku":"b","price":20,"count":1}])"},
        Row{"Descendants", "**.sku", R"(["a","b","a","c"])"},
        Row{"ConstructedArraysStay", "orders.[lines.sku]", R"([["a","b"],["a","c"]])"},
        Row{"Transform",
            "$ ~> |orders.lines|{'price': price * 2}, ['count']| ~> $lookup('orders') ~> $string()",
            R"("[{\"id\":\"o1\",\"lines\":[{\"sku\":\"a\",\"price\":60},{\"sku\":\"b\",\"price\":40}]},{\"id\":\"o2\",\"lines\":[{\"sku\":\"a\",\"price\":60},{\"sku\":\"c\",\"price\":200}]}]")"},
        Row{"TransformLeavesItsInput", "($x := $ ~> |orders|{}, 'lines'|; $count(orders.lines))",
            "4"},
        Row{"NothingIsNothing", "orders.none.price + 1", "nothing"}),
    name_of);

// docs.jsonata.org: "Functional programming"; the members of a match, "Regular expressions".
INSTANTIATE_TEST_SUITE_P(
    Functions, Table,
    testing::Values(
        Row{"Closure", "($a := 2; $f := function($x){$x * $a}; $f(4))", "8"},
        Row{"SeesLaterNames", "($f := function(){$y}; $y := 5; $f())", "5"},
        Row{"BlocksScope", "($x := 1; ($x := 2); $x)", "1"},
        Row{"Partial", "($f := $substring(?, 0, ?); $f('hello', 2))", R"("he")"},
        Row{"PartialOfPartial", "($f := function($a,$b,$c){$a&$b&$c}; $f(?,'-',?)(?,'!')('x'))",
            R"("x-!")"},
        Row{"Chain", "orders.lines.price ~> $sum() ~> $string()", R"("180")"},
        Row{"Composed", "($f := $trim ~> $uppercase; $f(' a '))", R"("A")"},
        Row{"TailCallsDoNotNest", "($f := function($n){$n = 0 ? 'done' : $f($n - 1)}; $f(50000))",
            R"("done")"},
        Row{"SignatureMakesArrays", "function($a)<a<n>:n>{$count($a)}(5)", "1"},
        Row{"HigherOrderGetsIndex", "$map(['a','b'], function($v,$i,$a){$v & $i & $count($a)})",
            R"(["a02","b12"])"},
        Row{"MatchObject", "/b(c)?(x)?/('abcd')[['match','start']] ~> $exists()", "true"},
        Row{"MatchMembers", "$match('ab abc', /b(c)?/)",
            R"([{"match":"b","index":1,"groups":[null]},{"match":"bc","index":4,"groups":["c"]}])"},
        Row{"ReplaceGroups", "$replace('John Smith', /(\\w+)\\s(\\w+)/, '$2, $1$$')",
            R"("Smith, John$")"},
        Row{"ReplaceByFunction",
            "$replace('a1b22', /\\d+/, function($m){'<' & $length($m.match) & '>'})",
            R"("a<1>b<2>")"},
        Row{"OwnMatcher",
            "$split('a-b', "
            "function($s){{'match':'-','start':1,'end':2,'groups':[],'next':function(){()}}})",
            R"(["a","b"])"},
        Row{"Eval", "$eval('orders[0].id & $string(1)')", R"("o11")"},
        Row{"Now", "$now()", R"("2018-03-27T14:03:00.123Z")"}, Row{"Result", "$sum", "a function"}),
    name_of);

// Codes of the public suite.
INSTANTIATE_TEST_SUITE_P(
    Codes, Table,
    testing::Values(
        Row{"Unterminated", "\"abc", "S0101"}, Row{"EscapeNotKnown", "\"\\x\"", "S0103"},
        Row{"ClosedWrongly", "[1,2)", "S0202"}, Row{"NotClosed", "[1,2", "S0203"},
        Row{"OperandMissing", "1 +", "S0207"}, Row{"LiteralAsStep", "orders.1", "S0213"},
        Row{"NoParent", "%", "S0217"}, Row{"BadPattern", "/a**/", "U1002"},
        Row{"VerbOfTheEngine", "/(*UTF)a/", "U1002"}, Row{"LeftNoNumber", "'a' - 1", "T2001"},
        Row{"MixedOrder", "1 < 'a'", "T2009"}, Row{"NoFunction", "orders()", "T1006"},
        Row{"ForgotDollar", "sum(orders)", "T1005"}, Row{"WrongArgument", "$uppercase(1)", "T0410"},
        Row{"WrongContext", "1.$uppercase()", "S0213"},
        Row{"WrongContextType", "orders.$uppercase()", "T0411"},
        Row{"ArrayOfOthers", "$sum(['a'])", "T0412"}, Row{"KeyNoString", "{1: 2}", "T1003"},
        Row{"KeyTwice", "{'a':1,'a':2}", "D1009"},
        Row{"EmptyMatchForEver", "$match('ab', /x*/)", "D1004"},
        Row{"OwnError", "$error('no')", "D3137"}, Row{"Division", "1/0 + 1", "D1001"},
        Row{"EvalSyntax", "$eval('1 +')", "D3120"},
        Row{"EvalFails", "$eval('1 + \"a\"')", "D3121"}),
    name_of);

// W3C, XPath and XQuery Functions 3.1: examples of §4.6.1 (format-integer), §4.7 (format-number)
// and §9.8.5 (format-dateTime).
INSTANTIATE_TEST_SUITE_P(
    Pictures, Table,
    testing::Values(
        Row{"Padded", "$formatInteger(123, '0000')", R"("0123")"},
        Row{"Words", "$formatInteger(123, 'w')", R"("one hundred and twenty-three")"},
        Row{"Ordinal", "$formatInteger(21, '0;o')", R"("21st")"},
        Row{"Letters", "$formatInteger(27, 'a')", R"("aa")"},
        Row{"Roman", "$formatInteger(57, 'I')", R"("LVII")"},
        Row{"Groups", "$formatInteger(1234567, '#,##0')", R"("1,234,567")"},
        Row{"RomanBack", "$parseInteger('MCMXCIX', 'I')", "1999"},
        Row{"WordsBack", "$parseInteger('one thousand, two hundred and thirty-fourth', 'w;o')",
            "1234"},
        Row{"Number", "$formatNumber(12345.6, '#,###.00')", R"("12,345.60")"},
        Row{"IrregularGroups", "$formatNumber(123412345678.9, '9,9,99.99')",
            R"("123412345,6,78.90")"},
        Row{"Percent", "$formatNumber(0.14, '01%')", R"("14%")"},
        Row{"Negative", "$formatNumber(-6, '000')", R"("-006")"},
        Row{"OtherNegative", "$formatNumber(-6, '0;(0)')", R"x("(6)")x"},
        Row{"Exponent", "$formatNumber(1234.5678, '00.000e0')", R"("12.346e2")"},
        Row{"ExponentOfZero", "$formatNumber(0, '0.0e0')", R"("0.0e0")"},
        Row{"DateAndZone", "$fromMillis(1510067557121, '[Y]-[M01]-[D01] [h]:[m][PN] [z]', '+0530')",
            R"("2017-11-07 8:42PM GMT+05:30")"},
        Row{"DateInWords", "$fromMillis(1510067557121, '[FNn], [D1o] [MNn,*-3] [W] [d]')",
            R"("Tuesday, 7th Nov 45 311")"},
        Row{"BeforeTheEpoch", "$fromMillis(-62135596800000)", R"("0001-01-01T00:00:00.000Z")"},
        Row{"DateBack", "$toMillis('27th March 2018 2:05pm', '[D1o] [MNn] [Y] [h]:[m][P]')",
            "1522159500000"},
        Row{"DateTouching", "$toMillis('20180327', '[Y0001][M01][D01]')", "1522108800000"},
        Row{"TimeOfToday", "$toMillis('12:30', '[H]:[m]')", "1522153800000"},
        Row{"GapInADate", "$toMillis('2018 10', '[Y] [H]')", "D3136"},
        Row{"HugePicture", "$fromMillis(0, '[Y,999999999]')", "U1001"}),
    name_of);

TEST(JsonataNumbers, PrintAsJavaScriptDoes) {
  struct Number {
    double value;
    const char* text;
  };
  for (const auto& [value, text] :
       std::initializer_list<Number>{{0.0, "0"},
                                     {-0.0, "0"},
                                     {1e21, "1e+21"},
                                     {123456789012345680000.0, "123456789012345680000"},
                                     {0.000001, "0.000001"},
                                     {1e-7, "1e-7"},
                                     {0.1 + 0.2, "0.30000000000000004"},
                                     {5e-324, "5e-324"},
                                     {-1.5, "-1.5"},
                                     {std::numeric_limits<double>::infinity(), "Infinity"}}) {
    EXPECT_EQ(jsonata::number_text(value), text);
  }
  EXPECT_EQ(outcome("$string(0.1 + 0.2)"), R"("0.3")");
  EXPECT_EQ(outcome("$round(4.515, 2)"), "4.52");
  EXPECT_EQ(outcome("$round(-2.5)"), "-2");
  EXPECT_EQ(jsonata::number_text(255, 16), "ff");
}

TEST(JsonataTexts, CountInCharactersAndCompareInUnits) {
  EXPECT_EQ(outcome(R"($length("\uD83D\uDE02a"))"), "2");
  EXPECT_EQ(outcome(R"($match("\uD83D\uDE02a", /a/).index)"), "2");
  EXPECT_EQ(outcome(R"("\uD83D\uDE02" < "\uFFFF")"), "true");
  EXPECT_EQ(outcome(R"($join($split("\uD83D\uDE02", "")) = "\uD83D\uDE02")"), "true");
  EXPECT_EQ(outcome(R"($encodeUrl("\uD800"))"), "D3140");
  EXPECT_EQ(outcome(R"($uppercase("straße"))"), R"("STRASSE")");
  EXPECT_EQ(evaluate(R"("\uD800")", {})->to_json(), "\uFFFD");
}

TEST(JsonataObjects, KeepTheOrderThatJavaScriptGives) {
  EXPECT_EQ(outcome("$string($)", {.document = R"({"b":1,"10":2,"a":3,"9":4})"}),
            R"("{\"9\":4,\"10\":2,\"b\":1,\"a\":3}")");
  std::string document = "{";
  for (int i = 0; i < 100; ++i)
    document += (i ? ",\"k" : "\"k") + std::to_string(i) + "\":" + std::to_string(i);
  EXPECT_EQ(outcome("k99 & k0 & $string($exists(k100))", {.document = document + "}"}),
            R"("990false")");
}

TEST(JsonataFailures, SayWhereAndWhat) {
  const auto sum = evaluate("1 + (2 - 'ä' )", {});
  ASSERT_FALSE(sum);
  EXPECT_EQ(sum.error().to_string(),
            "T2002: The right side of the \"-\" operator must evaluate to a number");
  EXPECT_EQ(sum.error().position, 8U);
  EXPECT_EQ(sum.error().token, "-");
  EXPECT_EQ(sum.error().value, "ä");
  const auto call = evaluate("'ä' & $uppercase(5)", {});
  EXPECT_EQ(call.error().position, 17U);  // UTF-16 units, not bytes
  EXPECT_EQ(call.error().message,
            "Argument 1 of function \"uppercase\" does not match function signature");
}

// What explodes ends by a limit, with the same code, whichever it is.
class Exploding : public testing::TestWithParam<Row> {};

TEST_P(Exploding, EndsByALimit) {
  const Given given{.limits = {.steps = 200'000, .bytes = std::size_t{16} * 1024 * 1024}};
  EXPECT_EQ(outcome(GetParam().expression, given), "U1001");
}

INSTANTIATE_TEST_SUITE_P(
    Limits, Exploding,
    testing::Values(Row{"Recursion", "($f := function($n){1 + $f($n)}; $f(1))", ""},
                    Row{"TailRecursion", "($f := function(){$f()}; $f())", ""},
                    Row{"GrowingText", "($f := function($s){$f($s & $s)}; $f('ab'))", ""},
                    Row{"GrowingArray", "($f := function($s){$f($append($s, $s))}; $f([1,2]))", ""},
                    Row{"NestedValue",
                        "($f := function($s,$n){$n=0 ? $string($s) : $f([[$s]],$n-1)}; $f(1,2000))",
                        ""},
                    Row{"WidePad", "$pad('a', 1e12)", ""}, Row{"Ranges", "[1..1e7][[1..1e7]]", ""},
                    Row{"Pattern", "$match($pad('a', 5000, 'a'), /^(a|aa)+[^ab]/)", ""},
                    Row{"EvalInEval", "($e := '$eval($e)'; $eval($e))", ""},
                    Row{"ManySorts", "[1..20000]^($string($ % 7 & $), >$)", ""}),
    name_of);

TEST(JsonataLimits, HoldForTheTextToo) {
  EXPECT_EQ(outcome(std::string(100'000, '(')), "U1001");
  EXPECT_EQ(outcome(std::string(300'000, ' ')), "U1001");
  std::string sum = "1";
  for (int i = 0; i < 20'000; ++i) sum += "+1";
  EXPECT_EQ(outcome(sum), "U1001");
}

TEST(JsonataDocuments, AreSharedWithVariables) {
  const auto value = jsonata::Document::parse(R"({"items":[1,2,3]})").value();
  const Given given{
      .variables = {{"states", value}, {"n", jsonata::Document::of(nlohmann::json(2))}}};
  EXPECT_EQ(outcome("$states.items[$ >= $n]", given), "[2,3]");
  EXPECT_EQ(outcome("$states ~> |$|{'items': 0}| ~> $lookup('items')", given), "0");
  EXPECT_EQ(value.to_text(), R"({"items":[1,2,3]})");
}

// AWS, "Transforming data with JSONata in Step Functions"; $partition and $range as recorded
// there.
TEST(JsonataOfStepFunctions, AddsFunctions) {
  const Given states{.dialect = jsonata::Dialect::kStates};
  EXPECT_EQ(outcome("$partition([0,1,2], 2)", states), "[[0,1],[2]]");
  EXPECT_EQ(outcome("$partition([0], 5)", states), "[[0]]");
  EXPECT_EQ(outcome("$range(0, 10, 3)", states), "[0,3,6,9]");
  EXPECT_EQ(outcome("$range(1, 9, 9)", states), "1");
  EXPECT_EQ(outcome("$range(3, 1, -1)", states), "[3,2,1]");
  EXPECT_EQ(outcome("$parse('{\"b\":1,\"a\":[-0]}')", states), R"({"b":1,"a":[0]})");
  // FIPS 180-4 and RFC 1321, of "abc".
  EXPECT_EQ(outcome("$hash('abc', 'SHA-1')", states),
            R"("a9993e364706816aba3e25717850c26c9cd0d89d")");
  EXPECT_EQ(outcome("$hash('abc', 'MD5')", states), R"("900150983cd24fb0d6963f7d28e17f72")");
  EXPECT_EQ(outcome("$random(3) = $random(3) and $random(3) != $random(4)", states), "true");
  EXPECT_EQ(outcome("$length($uuid())", states), "36");
  EXPECT_EQ(outcome("$eval('1')", states), "T1006");
  EXPECT_EQ(outcome("$uuid()"), "T1006");
}

TEST(JsonataOfStepFunctions, RefusesWithASentence) {
  const Given states{.dialect = jsonata::Dialect::kStates};
  EXPECT_THAT(evaluate("$parse('{')", states).error().message, HasSubstr("the text is no JSON"));
  EXPECT_THAT(evaluate("$hash('a', 'SHA-2')", states).error().message, HasSubstr("SHA-512"));
  EXPECT_THAT(evaluate("$partition([1], 0)", states).error().message, HasSubstr("at least 1"));
  EXPECT_THAT(evaluate("$range(0, 1e9)", states).error().message, HasSubstr("more than 1000"));
}

}  // namespace

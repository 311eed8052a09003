#include "codec/capture/comparer.h"

#include <gtest/gtest.h>

#include "codec/coap.h"
#include "tests/codec/from_hex.h"

namespace loopgate::codec::capture {
namespace {

const Endpoint kClient = *Endpoint::parse("192.0.2.1:40112");
const Endpoint kOther = *Endpoint::parse("192.0.2.2:40112");
const Endpoint kServer = *Endpoint::parse("198.51.100.2:2061");

ComparedAnswer answer(std::string_view text, const Endpoint& client = kClient,
                      const Endpoint& server = kServer) {
  return {client, server, "", to_bytes(text)};
}
ComparedAnswer binary(std::string_view hex, std::uint16_t port = 2061) {
  return {kClient, {kServer.address, port}, "", from_hex(hex)};
}

struct Case {
  const char* name;
  std::vector<ComparedAnswer> expected;
  std::vector<ComparedAnswer> got;
  std::vector<std::string> masks;
  const char* counts;                 // same, missing, new, different
  std::vector<std::string> fields{};  // of the first difference: "path: expected → got"
};

std::string counts_of(const Comparison& found) {
  return std::to_string(found.same) + " " + std::to_string(found.missing) + " " +
         std::to_string(found.added) + " " + std::to_string(found.different);
}

std::vector<std::string> fields_of(const Comparison& found) {
  std::vector<std::string> out;
  if (found.differences.empty()) return out;
  for (const auto& field : found.differences.front().fields) {
    out.push_back(field.path + ": " + field.expected.value_or("-") + " → " +
                  field.got.value_or("-"));
  }
  return out;
}

Comparison compare(const Case& c, bool got_first) {
  Comparer comparer(*Masks::parse(c.masks));
  const auto expect = [&] {
    for (const auto& each : c.expected) comparer.expect(each);
  };
  const auto get = [&] {
    for (const auto& each : c.got) comparer.got(each);
  };
  if (got_first) get();
  expect();
  if (!got_first) get();
  return comparer.finish();
}

// RFC 1035: id 0x1234 or 0x9999, "a.example. A" → 192.0.2.7 or .8, TTL 60 or 59.
constexpr const char* kDns =
    "1234 8180 0001 0001 0000 0000 01 61 07 6578616d706c65 00 0001 0001"
    "C00C 0001 0001 0000003C 0004 C0000207";
constexpr const char* kDnsOlder =
    "1234 8180 0001 0001 0000 0000 01 61 07 6578616d706c65 00 0001 0001"
    "C00C 0001 0001 0000003B 0004 C0000207";
constexpr const char* kDnsOtherId =
    "9999 8180 0001 0001 0000 0000 01 61 07 6578616d706c65 00 0001 0001"
    "C00C 0001 0001 0000003C 0004 C0000207";
constexpr const char* kDnsOtherAddress =
    "1234 8180 0001 0001 0000 0000 01 61 07 6578616d706c65 00 0001 0001"
    "C00C 0001 0001 0000003C 0004 C0000208";
// The same without compression.
constexpr const char* kDnsWritten =
    "1234 8180 0001 0001 0000 0000 01 61 07 6578616d706c65 00 0001 0001"
    "01 61 07 6578616d706c65 00 0001 0001 0000003C 0004 C0000207";

// RFC 7252: ACK 2.05, message id 7, token AB, Content-Format 50, payload {"t":21} or {"t":22}.
constexpr const char* kCoap = "61 45 0007 AB C1 32 FF 7B2274223A32317D";
constexpr const char* kCoapWarmer = "61 45 0007 AB C1 32 FF 7B2274223A32327D";
constexpr const char* kCoapOtherId = "61 45 0008 AB C1 32 FF 7B2274223A32317D";
constexpr const char* kCoapSpaced = "61 45 0007 AB C1 32 FF 7B202274223A203231207D";

TEST(Comparer, ComparesByWhatAnswersSay) {
  const Case cases[] = {
      {"nothing", {}, {}, {}, "0 0 0 0"},
      {"the same", {answer("pong")}, {answer("pong")}, {}, "1 0 0 0"},
      {"in another order",
       {answer("one"), answer("two")},
       {answer("two"), answer("one")},
       {},
       "2 0 0 0"},
      {"missing", {answer("one"), answer("two")}, {answer("two")}, {}, "1 1 0 0"},
      {"twice and once", {answer("one"), answer("one")}, {answer("one")}, {}, "1 1 0 0"},
      {"new", {answer("one")}, {answer("one"), answer("two")}, {}, "1 0 1 0"},
      {"different text", {answer("a\nb")}, {answer("a\nc")}, {}, "0 0 0 1", {"line[1]: b → c"}},
      {"of another client", {answer("one")}, {answer("one", kOther)}, {}, "0 1 1 0"},
      {"of another server", {answer("one")}, {answer("one", kClient, kOther)}, {}, "0 1 1 0"},
      {"JSON in another order",
       {answer(R"({"a":1,"b":[2,3]})")},
       {answer(R"({ "b": [2, 3], "a": 1 })")},
       {},
       "1 0 0 0"},
      {"JSON with other members",
       {answer(R"({"a":1,"b":{"c":2},"d":1})")},
       {answer(R"({"a":1,"b":{"c":3},"e":1})")},
       {},
       "0 0 0 1",
       {"b.c: 2 → 3", "d: 1 → -", "e: - → 1"}},
      {"a JSON member is masked",
       {answer(R"({"a":1,"b":{"seq":2}})")},
       {answer(R"({"a":1,"b":{"seq":3}})")},
       {"seq"},
       "1 0 0 0"},
      {"a JSON path is masked",
       {answer(R"({"a":1,"b":{"seq":2}})")},
       {answer(R"({"a":1,"b":{"seq":3}})")},
       {"b.*"},
       "1 0 0 0"},
      {"another path is not",
       {answer(R"({"a":1,"b":{"seq":2}})")},
       {answer(R"({"a":1,"b":{"seq":3}})")},
       {"c.*"},
       "0 0 0 1",
       {"b.seq: 2 → 3"}},
      {"JSON times and ids",
       {answer(R"({"at":"2026-11-02T09:15:30.2Z","ms":1793610930204,
                   "id":"0b5e1a34-7c2f-4b11-9d0e-000000000001"})")},
       {answer(R"({"at":"2026-11-03T09:15:31Z","ms":1793610931000,
                   "id":"0b5e1a34-7c2f-4b11-9d0e-0000000000ff"})")},
       {"ids", "times"},
       "1 0 0 0"},
      {"a JSON number that is no time",
       {answer(R"({"n":123456789})")},
       {answer(R"({"n":123456780})")},
       {"times"},
       "0 0 0 1",
       {"n: 123456789 → 123456780"}},
      {"times in syslog",
       {answer("<34>Oct 11 22:14:15 host su: failed")},
       {answer("<34>Nov  2 09:15:30 host su: failed")},
       {"times"},
       "1 0 0 0"},
      {"they are not masked unasked",
       {answer("<34>Oct 11 22:14:15 host su: failed")},
       {answer("<34>Nov  2 09:15:30 host su: failed")},
       {},
       "0 0 0 1",
       {"line[0]: <34>Oct 11 22:14:15 host su: failed → <34>Nov  2 09:15:30 host su: failed"}},
      {"DNS", {binary(kDns, 53)}, {binary(kDns, 53)}, {}, "1 0 0 0"},
      {"DNS however it is written", {binary(kDns, 53)}, {binary(kDnsWritten, 53)}, {}, "1 0 0 0"},
      {"DNS with another address",
       {binary(kDns, 53)},
       {binary(kDnsOtherAddress, 53)},
       {},
       "0 0 0 1",
       {"answer[0].data: 192.0.2.7 → 192.0.2.8"}},
      {"a TTL that runs",
       {binary(kDns, 53)},
       {binary(kDnsOlder, 53)},
       {},
       "0 0 0 1",
       {"answer[0].ttl: 60 → 59"}},
      {"a TTL is a time", {binary(kDns, 53)}, {binary(kDnsOlder, 53)}, {"times"}, "1 0 0 0"},
      {"a DNS id", {binary(kDns, 53)}, {binary(kDnsOtherId, 53)}, {"ids"}, "1 0 0 0"},
      {"by its id the answer is found",
       {binary(kDnsOtherId, 53), binary(kDns, 53)},
       {binary(kDnsOtherAddress, 53)},
       {},
       "0 1 0 1",
       {"answer[0].data: 192.0.2.7 → 192.0.2.8"}},
      {"CoAP", {binary(kCoap)}, {binary(kCoap)}, {}, "1 0 0 0"},
      {"CoAP with JSON in it", {binary(kCoap)}, {binary(kCoapSpaced)}, {}, "1 0 0 0"},
      {"CoAP that says something else",
       {binary(kCoap)},
       {binary(kCoapWarmer)},
       {},
       "0 0 0 1",
       {"payload.t: 21 → 22"}},
      {"a CoAP message id",
       {binary(kCoap)},
       {binary(kCoapOtherId)},
       {},
       "0 0 0 1",
       {"message_id: 7 → 8"}},
      {"a CoAP message id is an id", {binary(kCoap)}, {binary(kCoapOtherId)}, {"ids"}, "1 0 0 0"},
      {"a CoAP field by name", {binary(kCoap)}, {binary(kCoapWarmer)}, {"payload.t"}, "1 0 0 0"},
      {"bytes", {binary("FE 00 01 02")}, {binary("FE 00 09 02")}, {}, "0 0 0 1"},
      {"a range of bytes", {binary("FE 00 01 02")}, {binary("FE 00 09 02")}, {"2-3"}, "1 0 0 0"},
      {"another range", {binary("FE 00 01 02")}, {binary("FE 00 09 02")}, {"3-"}, "0 0 0 1"},
      {"to the end", {binary("FE 00 01 02")}, {binary("FE 00 09 07")}, {"2-"}, "1 0 0 0"},
      {"a length is never masked",
       {binary("FE 00 01 02")},
       {binary("FE 00 01")},
       {"2-"},
       "0 0 0 1"},
  };
  for (const auto& c : cases) {
    for (const bool got_first : {false, true}) {
      SCOPED_TRACE(std::string(c.name) + (got_first ? ", answers first" : ""));
      const auto found = compare(c, got_first);
      EXPECT_EQ(counts_of(found), c.counts);
      EXPECT_EQ(fields_of(found), c.fields);
      EXPECT_EQ(found.all_same(), std::string(c.counts).ends_with(" 0 0 0"));
    }
  }
}

TEST(Comparer, TellsWhereBytesPart) {
  Comparer comparer(*Masks::parse({"1-2"}));
  comparer.expect(binary("FE 00 01 02"));
  comparer.got(binary("FE 77 01 03"));
  const auto found = comparer.finish();
  ASSERT_EQ(found.differences.size(), 1U);
  EXPECT_EQ(found.differences[0].form, "bytes");
  EXPECT_EQ(found.differences[0].first_byte, 3U);
  EXPECT_EQ(found.by_field, (std::map<std::string, std::uint64_t>{{"bytes", 1}}));
}

// Another protocol's answer is compared as what both are.
TEST(Comparer, ComparesAnswersOfTwoFormsAsBytes) {
  Comparer comparer(*Masks::parse({}));
  comparer.expect(answer(R"({"a":1})"));
  comparer.got(answer("{}oops"));
  const auto found = comparer.finish();
  ASSERT_EQ(found.differences.size(), 1U);
  EXPECT_EQ(found.differences[0].form, "bytes");
  EXPECT_EQ(found.differences[0].first_byte, 1U);
}

TEST(Comparer, CountsAllAndGivesTheFirst) {
  Comparer comparer(*Masks::parse({}));
  for (const char* text : {"a", "b"}) comparer.expect(answer(text, kClient));
  for (const char* text : {"c", "d"}) comparer.got(answer(text, kClient));
  comparer.expect(answer("first missing", kOther));
  comparer.expect(answer("second missing", kOther));
  const auto found = comparer.finish();
  EXPECT_EQ(counts_of(found), "0 2 0 2");
  ASSERT_EQ(found.differences.size(), 1U);
  EXPECT_EQ(to_text(found.differences[0].expected.payload), "a");
  EXPECT_EQ(to_text(found.differences[0].got.payload), "c");
  EXPECT_EQ(to_text(found.first_missing->payload), "first missing");
  EXPECT_FALSE(found.first_added);
  EXPECT_EQ(found.by_field.at("line[0]"), 2U);
}

TEST(Comparer, KeepsNoMoreThanItMay) {
  Comparer comparer(*Masks::parse({}), 10'000);
  for (int i = 0; i < 1000; ++i) comparer.expect(answer("answer " + std::to_string(i)));
  comparer.got(answer("answer 999"));
  const auto found = comparer.finish();
  EXPECT_EQ(counts_of(found), "1 999 0 0");
  EXPECT_GT(found.unkept, 900U);
}

TEST(Masks, SayWhatTheyAre) {
  EXPECT_EQ(Masks::parse({""}).error().message,
            "a mask is empty: give ids, times, a field or a range of bytes");
  EXPECT_EQ(Masks::parse({"8-4"}).error().message, "the mask 8-4 is an empty range of bytes");
}

TEST(Fields, OfDnsReadTheCommonTypesAndRefuseLoops) {
  struct DnsCase {
    const char* name;
    const char* hex;
    std::vector<std::string> data;  // of the answers; none: no DNS
  };
  const std::string head = "0001 8180 0000 0001 0000 0000 ";
  const DnsCase cases[] = {
      {"MX", "00 000F 0001 00000001 0005 000A 01 6D 00", {"10 m."}},
      {"TXT", "00 0010 0001 00000001 0006 02 6869 02 203B", {"hi \\032;"}},
      {"AAAA", "00 001C 0001 00000001 0010 20010DB8000000000000000000000001", {"2001:db8::1"}},
      {"SRV", "00 0021 0001 00000001 0009 0001 0002 1633 01 6D 00", {"1 2 5683 m."}},
      {"an unknown type", "00 FFFE 0001 00000001 0002 ABCD", {"abcd"}},
      {"data that does not fit its type", "00 0001 0001 00000001 0003 ABCDEF", {"abcdef"}},
      {"a pointer to itself", "C00C 0001 0001 00000001 0004 C0000201", {}},
      {"a pointer forward", "C020 0001 0001 00000001 0004 C0000201", {}},
      {"a name without an end", "3F 61", {}},
      {"data beyond the end", "00 0001 0001 00000001 0005 C0000201", {}},
      {"bytes behind the end", "00 0001 0001 00000001 0004 C0000201 00", {}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto payload = from_hex(head + c.hex);
    const auto fields = read_fields({{kServer.address, 53}, kClient, payload});
    std::vector<std::string> data;
    for (const auto& field : fields.list) {
      if (field.path.ends_with(".data")) data.push_back(field.value);
    }
    EXPECT_EQ(data, c.data);
    EXPECT_EQ(fields.form, c.data.empty() ? "bytes" : "DNS");
  }
}

}  // namespace
}  // namespace loopgate::codec::capture

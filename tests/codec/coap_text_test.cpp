#include "codec/coap_text.h"

#include <gtest/gtest.h>

#include "codec/hex.h"

namespace loopgate::codec::coap {
namespace {

TEST(CoapText, RequestsAndAnswersAsPeopleCallThem) {
  struct Case {
    const char* name;
    const char* datagram;
    const char* text;
  };
  // RFC 7252 §3: version 1, type and token length; code; message id; token; options; 0xFF, payload.
  for (const auto& [name, datagram, text] : {
           Case{"a request", "40010001 b161 0162", "GET /a/b"},
           Case{"its query", "40010001 b161 43783d31", "GET /a?x=1"},
           Case{"without a path", "50010001", "GET / (non-confirmable)"},
           Case{"an answer", "60450001 ff 3231", "2.05 Content \"21\""},
           Case{"one apart", "50450001 ff ff00", "2.05 Content (non-confirmable) hex: ff00"},
           Case{"a reset", "70000001", "Empty (reset)"},
           Case{"a refusal", "60840001", "4.04 Not Found"},
       }) {
    std::string digits = datagram;
    std::erase(digits, ' ');
    const auto bytes = hex_decode(digits);
    ASSERT_TRUE(bytes) << name;
    const auto described = describe(ByteSpan(*bytes));
    EXPECT_EQ(described.value_or("none"), text) << name;
  }
}

TEST(CoapText, WhatIsNotCoapOrHasNoKnownCodeIsNone) {
  for (const char* datagram : {"", "00", "80010001", "40ff0001", "407f0001"}) {
    EXPECT_FALSE(describe(ByteSpan(*hex_decode(datagram)))) << datagram;
  }
}

}  // namespace
}  // namespace loopgate::codec::coap

#include "base/ip_address.h"

#include <gtest/gtest.h>

namespace loopgate {
namespace {

TEST(IpAddress, WritesTheCanonicalForm) {
  const std::pair<const char*, const char*> cases[] = {
      {"192.0.2.1", "192.0.2.1"},
      {"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
      {"::ffff:192.0.2.1", "192.0.2.1"},  // IPv4-mapped: folded
      {"::", "::"},
  };
  for (const auto& [text, canonical] : cases) {
    const auto address = IpAddress::parse(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->to_string(), canonical);
  }
}

TEST(IpAddress, RefusesWhatIsNoAddress) {
  for (const char* text :
       {"", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.4 ", "::1::", "host", "01.2.3.4"}) {
    EXPECT_FALSE(IpAddress::parse(text)) << text;
  }
  EXPECT_FALSE(IpAddress::parse(std::string_view("1.2.3.4\0", 8)));
}

TEST(Endpoint, NeedsBracketsAroundIpv6) {
  EXPECT_EQ(Endpoint::parse("[2001:db8::1]:53")->to_string(), "[2001:db8::1]:53");
  EXPECT_EQ(Endpoint::parse("192.0.2.1:65535")->to_string(), "192.0.2.1:65535");
  for (const char* text : {"2001:db8::1:53", "[192.0.2.1]:53", "192.0.2.1", "192.0.2.1:65536",
                           "192.0.2.1:", ":53", "[]:1"}) {
    EXPECT_FALSE(Endpoint::parse(text)) << text;
  }
}

struct ContainsCase {
  const char* cidr;
  const char* address;
  bool contained;
};

TEST(Cidr, ContainsAddressesOfItsFamilyUnderItsPrefix) {
  const ContainsCase cases[] = {
      {"0.0.0.0/0", "198.51.100.7", true},
      {"0.0.0.0/0", "::1", false},
      {"::/0", "2001:db8::1", true},
      {"::/0", "10.0.0.1", false},
      {"10.0.0.0/8", "10.255.0.1", true},
      {"10.0.0.0/8", "11.0.0.1", false},
      {"10.0.0.77/25", "10.0.0.1", true},
      {"10.0.0.77/25", "10.0.0.128", false},
      {"192.0.2.5", "192.0.2.5", true},
      {"192.0.2.5", "192.0.2.4", false},
      {"2001:db8::/33", "2001:db8:7fff::1", true},
      {"2001:db8::/33", "2001:db8:8000::1", false},
  };
  for (const auto& c : cases) {
    const auto cidr = Cidr::parse(c.cidr);
    ASSERT_TRUE(cidr) << c.cidr;
    EXPECT_EQ(cidr->contains(*IpAddress::parse(c.address)), c.contained)
        << c.cidr << " " << c.address;
  }
}

TEST(Cidr, RefusesAPrefixThatDoesNotFit) {
  for (const char* text :
       {"10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x", "/8"}) {
    EXPECT_FALSE(Cidr::parse(text)) << text;
  }
}

}  // namespace
}  // namespace loopgate

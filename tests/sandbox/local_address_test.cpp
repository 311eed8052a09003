#include "sandbox/local_address.h"

#include <gtest/gtest.h>

namespace loopgate {
namespace {

gateway::ListenerInfo listener_at(std::uint16_t port) {
  gateway::ListenerInfo info;
  info.port = port;
  info.addresses.push_back({"us-west-2", *Endpoint::parse("127.0.0.1:" + std::to_string(port))});
  return info;
}

TEST(LocalAddress, ReplacesTheVendorsNameAndKeepsEverythingElse) {
  const std::vector<gateway::ListenerInfo> listeners = {listener_at(20000), listener_at(20001)};
  const std::pair<const char*, const char*> cases[] = {
      {"ingress-1.proxylity.com:20001", "127.0.0.1:20001"},
      {"ingress-1.proxylity.com", "127.0.0.1"},
      {"udp://ingress-1.proxylity.com:20000/x", "udp://127.0.0.1:20000/x"},
      {"a ingress-1.proxylity.com:20000 b ingress-1.proxylity.com:20001",
       "a 127.0.0.1:20000 b 127.0.0.1:20001"},
      {"ingress-1.proxylity.com:9", ""},  // no listener has that port
      {"example.com:20000", ""},
      {"", ""},
  };
  for (const auto& [value, local] : cases)
    EXPECT_EQ(local_address(value, listeners), local) << value;
}

TEST(LocalAddress, IsEmptyWithoutAListener) {
  EXPECT_EQ(local_address("ingress-1.proxylity.com", {}), "");
}

}  // namespace
}  // namespace loopgate

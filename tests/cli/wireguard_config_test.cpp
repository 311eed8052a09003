#include "cli/wireguard_config.h"

#include <gtest/gtest.h>

namespace loopgate::cli {
namespace {

// Keys made by `wg genkey` and `wg pubkey` for this test.
constexpr const char* kConfig = R"([Interface]
PrivateKey = yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=
Address = 10.77.0.2/24, fd00::2/64
DNS = 1.1.1.1  # wg-quick's, skipped

[Peer]
PublicKey = xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=
PresharedKey = /UwcSPg38hW/D9Y3tcS1FOV0K1wuURMbS0sesJEP5ak=
AllowedIPs = 10.77.0.0/24, fd00::/64
Endpoint = 127.0.0.1:20000
PersistentKeepalive = 25
)";

TEST(WireguardConfig, IsReadAsWgQuickReadsIt) {
  const auto config = parse_wireguard_config(kConfig, "client.conf");
  ASSERT_TRUE(config) << config.error().to_string();
  EXPECT_EQ(config->private_key.to_base64(), "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=");
  ASSERT_EQ(config->addresses.size(), 2u);
  EXPECT_EQ(config->addresses[0].to_string(), "10.77.0.2/32");
  EXPECT_EQ(config->addresses[1].to_string(), "fd00::2/128");
  EXPECT_EQ(config->server.to_base64(), "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=");
  EXPECT_FALSE(config->preshared_key.is_zero());
  EXPECT_EQ(config->endpoint->to_string(), "127.0.0.1:20000");
  EXPECT_EQ(config->persistent_keepalive, 25);
}

TEST(WireguardConfig, IsWrittenSoThatItIsReadBackAsItself) {
  const auto config = parse_wireguard_config(kConfig, "client.conf");
  ASSERT_TRUE(config);
  const auto again = parse_wireguard_config(config->to_text(), "again.conf");
  ASSERT_TRUE(again) << again.error().to_string();
  EXPECT_EQ(again->to_text(), config->to_text());
}

struct BadCase {
  const char* text;
  const char* error;
};

TEST(WireguardConfig, SaysWhichLineIsWrong) {
  const BadCase cases[] = {
      {"[Interface]\nPrivateKey = short\n", "f:2: the value of PrivateKey is not valid"},
      {"[Interface]\nnonsense\n", "f:2: is not NAME = VALUE"},
      {"[Interface]\n", "f: has no PrivateKey under [Interface]"},
      {"PrivateKey = yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=\n",
       "f: has no PublicKey under [Peer]"},
      {"[Peer]\nEndpoint = host\n", "f:2: the value of Endpoint is not valid"},
      {"[Peer]\nPersistentKeepalive = 70000\n",
       "f:2: the value of PersistentKeepalive is not valid"},
  };
  for (const auto& c : cases) {
    const auto config = parse_wireguard_config(c.text, "f");
    ASSERT_FALSE(config) << c.text;
    EXPECT_EQ(config.error().to_string(), c.error);
  }
}

}  // namespace
}  // namespace loopgate::cli

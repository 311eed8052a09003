#include "emulators/store/own_address.h"

#include <gtest/gtest.h>

namespace loopgate::store {
namespace {

constexpr const char* kThen = "http://127.0.0.1:456";
constexpr const char* kNow = "http://127.0.0.9:50000";

struct AddressCase {
  const char* name;
  const char* then;
  const char* now;
};

class OwnAddress : public testing::TestWithParam<AddressCase> {};

TEST_P(OwnAddress, IsNotKeptAndFollows) {
  const auto kept = without_address(GetParam().then, kThen);
  EXPECT_EQ(with_address(kept, kNow), GetParam().now);
  EXPECT_EQ(with_address(kept, kThen), GetParam().then);
  if (std::string_view(GetParam().then) == GetParam().now) {
    EXPECT_EQ(kept, GetParam().then);
  } else {
    EXPECT_EQ(kept.find("127.0.0.1:456"), std::string::npos) << kept;
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, OwnAddress,
    testing::Values(
        AddressCase{"QueueUrl", "http://127.0.0.1:456/1/q", "http://127.0.0.9:50000/1/q"},
        AddressCase{"Alone", "http://127.0.0.1:456", "http://127.0.0.9:50000"},
        AddressCase{"Inside", "see http://127.0.0.1:456/1/q, or http://127.0.0.1:456.",
                    "see http://127.0.0.9:50000/1/q, or http://127.0.0.9:50000."},
        AddressCase{"HostAndPort", "127.0.0.1:456", "127.0.0.9:50000"},
        AddressCase{"AnotherScheme", "ws://127.0.0.1:456/x", "ws://127.0.0.9:50000/x"},
        AddressCase{"AnotherPort", "http://127.0.0.1:4566/1/q", "http://127.0.0.1:4566/1/q"},
        AddressCase{"AnotherHost", "http://5127.0.0.1:456/", "http://5127.0.0.1:456/"},
        AddressCase{"Nothing", "", ""}),
    [](const auto& info) { return info.param.name; });

TEST(OwnAddressInDocuments, IsTakenOutOfAWholeDocument) {
  nlohmann::json document = {{"list", {kThen, 1, {{"deep", std::string(kThen) + "/1"}}}},
                             {"text", kThen}};
  const auto before = document;
  take_address_out(document, kThen, "text");
  EXPECT_EQ(document["text"], kThen);
  EXPECT_EQ(document["list"].dump().find(kThen), std::string::npos);
  put_address_in(document, kThen, "text");
  EXPECT_EQ(document, before);
  move_address(document, kThen, kNow);
  EXPECT_EQ(document["list"][2]["deep"], std::string(kNow) + "/1");
}

}  // namespace
}  // namespace loopgate::store

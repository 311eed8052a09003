// Golden bytes of one conversation, printed by make_vectors.py beside this file. Private keys: the
// initiator's 32 × 0x11, the responder's 32 × 0x22; ephemerals 32 × 0x33 and 32 × 0x44; pre-shared
// key 00 01 … 1f; indices 0x01020304 and 0x05060708; the timestamp is 1 790 000 000.123456789 s
// after 1970; the cookie is for 192.0.2.2:51820 under the secret 32 × 0x55.
#pragma once

#include <string_view>

namespace loopgate::wireguard::golden {

inline constexpr std::string_view kInitiation =
    "01000000040302017b0d47d93427f8311160781c7c733fd89f88970aef490d8aa0ee19a4cb8a1b1481e49831"
    "7da959fba46669572516a5e6c021bfa620bb6c56ca0082e1feae14988c2c64d024c617734a263f76a008df04"
    "d0f94bad81059448e699a440dd19d45d0e2ba51e589db529c3dc9736a0b4a9f9734943bbbfc0c455eaf620e5"
    "00000000000000000000000000000000";
inline constexpr std::string_view kInitiationWithCookie =
    "01000000040302017b0d47d93427f8311160781c7c733fd89f88970aef490d8aa0ee19a4cb8a1b1481e49831"
    "7da959fba46669572516a5e6c021bfa620bb6c56ca0082e1feae14988c2c64d024c617734a263f76a008df04"
    "d0f94bad81059448e699a440dd19d45d0e2ba51e589db529c3dc9736a0b4a9f9734943bbbfc0c455eaf620e5"
    "e1426879f7363fcce1631caff134d176";
inline constexpr std::string_view kCookie = "eae66b3ef9a9a037342ef06179d357a3";
inline constexpr std::string_view kCookieReply =
    "0300000004030201000102030405060708090a0b0c0d0e0f1011121314151617f0d788437262c9ece8a198c1"
    "47674288e809db06bf0fce570404a2db1cb57838";
inline constexpr std::string_view kResponse =
    "020000000807060504030201ff2ee45601ec1b67310c7790404585ae697331eee1c1f8cf2419731c1fff3e6b"
    "4dacfc63691beba65da3fe5869ddc9049ba56fdffd75dc016bcbc9573b9d8942000000000000000000000000"
    "00000000";
inline constexpr std::string_view kDataFromInitiator =
    "0400000008070605000000000000000024d3f2600a40103c3cbb7b0e036622d4e328a7ce4b819bcfaaf76d63"
    "05bcdda577a32e639f03b26b282c261c80fe5a40";
inline constexpr std::string_view kDataFromResponder =
    "04000000040302010700000000000000cd22e5815c4f6e23c8db5a57014300284133fe2d";
inline constexpr std::string_view kInitiatorPublic =
    "7b4e909bbe7ffe44c465a220037d608ee35897d31ef972f07f74892cb0f73f13";
inline constexpr std::string_view kResponderPublic =
    "0faa684ed28867b97f4a6a2dee5df8ce974e76b7018e3f22a1c4cf2678570f20";

}  // namespace loopgate::wireguard::golden

// The beginning of a conversation of wireguard-go (Debian's 0.0.20220316, the initiator, through a
// TUN device) with our responder, recorded on 2026-11-21: a handshake with a pre-shared key, an
// ICMP echo request and its reply. The keys were made for the recording.
#pragma once

#include <string_view>

namespace loopgate::wireguard::recorded {

inline constexpr std::string_view kKeyLog =
    "LOCAL_STATIC_PRIVATE_KEY = uLopM+U8uuc9zzV6kuQt57o2Gsrm+mU/aG0CK0hlkHI=\n"
    "REMOTE_STATIC_PUBLIC_KEY = +HM3Rtm05WZPxU2CU/87o7Fm3C8hAFOg6Hb1bfALUUQ=\n"
    "LOCAL_EPHEMERAL_PRIVATE_KEY = qHhjrkOSP8ERsGghE8xGRut9yq8jX4AThmwzc4P0CVs=\n"
    "PRESHARED_KEY = 9UgzZq8aC8lUX64TcWDO2HVV8hQWxGF356n3RuuXaH4=\n";
inline constexpr std::string_view kInitiation =
    "0100000051494eb66e912d2bd542625713f59deaa47b90f57f56a8795e0b502ec50dbd07082a14400442d718"
    "79c45ab9f4b803989a62bf90b24990dd178e5b3ca4d39db41ae306f9e05e92755c71d433e04b537394519bb1"
    "9b52a4058366522cd8d83eff28610d1f3a4b19ad81d59f946154e441657b7e2fec649549b8c5c51dcd4f09d4"
    "00000000000000000000000000000000";
inline constexpr std::string_view kResponse =
    "02000000efaec02b51494eb666cb0daabdfc9c69eaf38a869b2f86305d91f16058e21e5c347c19721e30637e"
    "483082812a0fc976090448a02bcd160708279e639cde80216bbadba51de74686000000000000000000000000"
    "00000000";
inline constexpr std::string_view kRequest =
    "04000000efaec02b00000000000000006c10519009468436d221829e7da6fe001475727c6ea9bc59e65973ab"
    "bbf0257872473ef3671dad5ac066596f5bd960c2a29c9171d922e0466366a333f50fc45399dbff3e158be0c8"
    "7afc26f365c2459dcda9983c6202f1b68978e9c0e61b6822a3909f458abff064b845894afec22228";
inline constexpr std::string_view kReply =
    "0400000051494eb60000000000000000eb78658fc50c0e7918e2a5e0225313a87a32f1c8124c6545122cdfe0"
    "37a8e17762ccc3635436c8bf71efac53cd07e0ab7b7b255e08ef26cb25687d8c48363fafddb31be1001b2041"
    "9519547a6cbe27d5e2c43a59512c54ff0a388947421312302168a36cd5a656ddba6cb64ab3da24c5";

}  // namespace loopgate::wireguard::recorded

// Phone numbers, as SNS takes them for text messages.
#pragma once

#include <string_view>

namespace loopgate::sns {

// E.164: "+" if it likes, then 2 to 15 digits of which the first is no zero.
// https://docs.aws.amazon.com/sns/latest/dg/sms_publish-to-phone.html
bool is_e164(std::string_view text);
// The same with single dots, dashes and slashes between the digits: what Subscribe takes.
bool is_sms_endpoint(std::string_view text);

}  // namespace loopgate::sns

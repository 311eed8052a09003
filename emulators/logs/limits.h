// Limits of CloudWatch Logs.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace loopgate::logs {

// Of the service.
inline constexpr std::size_t kMaxGroupName = 512;
inline constexpr std::size_t kMaxStreamName = 512;
inline constexpr std::size_t kMaxPutEvents = 10'000;
inline constexpr std::size_t kMaxPutBytes = 1'048'576;  // messages plus 26 bytes each
inline constexpr std::size_t kEventOverhead = 26;
inline constexpr std::size_t kMaxReadEvents = 10'000;
inline constexpr std::size_t kMaxReadBytes = 1'048'576;
inline constexpr std::size_t kMaxDescribe = 50;

// Of this sandbox: what a group keeps. Older events are let go and counted.
inline constexpr std::int64_t kGroupEvents = 100'000;
inline constexpr std::int64_t kGroupBytes = 64 * 1024 * 1024;
// So many are let go at once: a turn has others to serve.
inline constexpr std::int64_t kLetGoAtOnce = 1'000;
inline constexpr std::size_t kMaxMessage = 256 * 1024;  // longer ones are cut
// Lines of functions that wait to be written, and for how long. With one more, all are.
inline constexpr std::size_t kBufferedLines = 1'000;
inline constexpr std::size_t kBufferedBytes = 1024 * 1024;
inline constexpr std::chrono::milliseconds kFlushAfter{100};
// Events that one FilterLogEvents call looks at before it hands back a token.
inline constexpr std::size_t kScannedEvents = 100'000;

}  // namespace loopgate::logs

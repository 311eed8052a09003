// What a scenario may cost. Scenario files are typed by people; the bounds keep a slip of the pen
// (or a file from somebody else) from eating the machine.
#pragma once

#include <chrono>
#include <cstddef>

#include "base/time.h"

namespace loopgate::scenario {

inline constexpr std::size_t kMaxScenarioBytes = 1U << 20;
inline constexpr std::size_t kMaxSteps = 10'000;
inline constexpr std::size_t kMaxStepsRun = 1'000'000;  // with those that are repeated
inline constexpr int kMaxIncludeDepth = 8;
inline constexpr std::size_t kMaxClients = 1'000;
inline constexpr std::size_t kMaxStacks = 50;
inline constexpr std::size_t kMaxTextLength = 1U << 20;  // of one scalar
// Each datagram of a `count` is a packet with a story of its own.
inline constexpr std::size_t kMaxCount = 1'000'000;
// A payload that a file gives.
inline constexpr std::size_t kMaxPayloadFileBytes = 1U << 20;
// What UDP can carry over IPv4 (RFC 768, RFC 791).
inline constexpr std::size_t kMaxDatagramBytes = 65'507;

// First messages of handshakes in one burst.
inline constexpr std::size_t kMaxHandshakes = 10'000;

// What clients were sent and no step has looked at.
inline constexpr std::size_t kMaxInboxes = 65'536;
inline constexpr std::size_t kMaxInboxDatagrams = 200'000;
inline constexpr std::size_t kMaxInboxBytes = 256U << 20;
// Two listeners that answer each other would never settle.
inline constexpr int kMaxHops = 64;

// How long a deployment may take, in simulated time.
inline constexpr Duration kMaxDeployment = std::chrono::hours(1);

// What a failure shows.
inline constexpr std::size_t kMaxShownBytes = 256;
inline constexpr std::size_t kMaxShownEntries = 20;
inline constexpr std::size_t kMaxStoryLines = 60;

// Of the bodies of requests at receivers.
inline constexpr std::size_t kMaxWebBytes = 64 * 1024 * 1024;

}  // namespace loopgate::scenario

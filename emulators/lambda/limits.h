// Limits of Lambda and of what this sandbox runs.
// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace loopgate::lambda {

// Of the service.
inline constexpr std::size_t kMaxSyncPayload = 6'291'456;
inline constexpr std::size_t kMaxAsyncPayload = 1'048'576;
inline constexpr std::size_t kMaxResponse = 6'291'556;
inline constexpr std::size_t kMaxStreamedResponse = 200 * 1024 * 1024;
inline constexpr std::size_t kMaxFunctionName = 64;
inline constexpr std::size_t kMaxEnvironmentBytes = 4096;
inline constexpr std::size_t kMaxUnzippedBytes = 262'144'000;  // 250 MB with layers
inline constexpr std::size_t kMaxUploadBytes = 52'428'800;     // zip in a call
inline constexpr std::size_t kMaxLayers = 5;                   // of one function
inline constexpr int kAccountConcurrency = 1000;
inline constexpr int kMinUnreservedConcurrency = 100;
inline constexpr std::int64_t kMaxTotalCodeBytes = 80'530'636'800;  // 75 GB
inline constexpr std::size_t kMaxPage = 50;  // functions, versions, aliases and the like in a list
inline constexpr int kMaxTimeoutSeconds = 900;
inline constexpr int kMinMemoryMb = 128;
inline constexpr int kMaxMemoryMb = 10'240;
inline constexpr std::size_t kLogTailBytes = 4096;
inline constexpr std::chrono::seconds kInitLimit{10};
inline constexpr int kMaxAsyncRetries = 2;
inline constexpr std::chrono::hours kMaxEventAge{6};
inline constexpr std::chrono::minutes kRetryDelay{
    1};  // before the first retry; twice that before the next

// Of this sandbox.
inline constexpr std::size_t kMaxWorkers = 16;  // of one function: more calls wait their turn
inline constexpr std::size_t kMaxWaitingCalls = 2048;   // of one function: more are throttled
inline constexpr std::chrono::minutes kWorkerIdle{10};  // then it is ended
inline constexpr std::size_t kMaxArchiveFiles = 20'000;
inline constexpr std::size_t kMaxInlineCode = 4 * 1024 * 1024;
inline constexpr std::size_t kMaxStoredEvents = 100'000;  // asynchronous invocations not yet done
inline constexpr std::size_t kMaxRunningEvents = 32;      // of them at once
inline constexpr std::chrono::seconds kThrottledEventDelay{1};
inline constexpr std::size_t kMaxErrorDocument = 256 * 1024;
inline constexpr std::size_t kJournalText = 4096;
// What one worker may write: into its log, and of that into the journal, where packets have their
// place too. A burst, then so much a second; what is over is let go, counted and said.
inline constexpr std::int64_t kLogBurstLines = 20'000;
inline constexpr std::int64_t kLogLinesPerSecond = 2'000;
inline constexpr std::int64_t kLogBurstBytes = 16 * 1024 * 1024;
inline constexpr std::int64_t kLogBytesPerSecond = 1024 * 1024;
inline constexpr std::int64_t kJournalBurstLines = 2'000;
inline constexpr std::int64_t kJournalLinesPerSecond = 100;
inline constexpr std::int64_t kJournalBurstBytes = 1024 * 1024;
inline constexpr std::int64_t kJournalBytesPerSecond = 64 * 1024;
// How many files of a code folder are looked at for a change, and how often when there are that
// many.
inline constexpr std::size_t kScannedFiles = 1024;
inline constexpr std::chrono::seconds kRescanLarge{2};
inline constexpr std::size_t kWatchedFolders = 256;  // of one function; the system has not many
// What watches cannot see (a disk of another machine) is found by a scan that late.
inline constexpr std::chrono::seconds kRescanWatched{1};
inline constexpr std::chrono::minutes kBuildLimit{15};
inline constexpr std::size_t kBuildOutputLines = 60;  // the last ones, shown when a build fails

}  // namespace loopgate::lambda

// Bounds of the store.
#pragma once

#include <cstdint>

namespace loopgate::store {

// KiB of page cache. Ours: the whole sandbox is to idle in 10 MB; hot pages of the queues fit in
// less.
inline constexpr std::int64_t kPageCacheKib = 1024;
// Pages in the log before they are copied into the database, which waits for the disk: four times
// SQLite's own default, so that one request in hundreds waits for it and not one in a hundred.
// A log of 16 MiB is read in some hundredths of a second when the sandbox starts.
inline constexpr std::int64_t kCheckpointPages = 4000;
// Bytes to which a log that one huge turn has blown up is cut back.
inline constexpr std::int64_t kLogBytesKept = 16 * 1024 * 1024;
// Bytes of one row or statement: above every body limit of the front door.
inline constexpr int kRowBytes = 128 * 1024 * 1024;
// Bytes that a start wants free on the disk. Ours: all tables of a new database and their log take
// half of it; with less, everything that is written would fail, one thing after the other.
inline constexpr std::uint64_t kFreeBytesAtStart = 1024 * 1024;

}  // namespace loopgate::store

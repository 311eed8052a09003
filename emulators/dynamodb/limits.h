// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace loopgate::dynamodb {

inline constexpr std::size_t kMostHashBytes = 2048;
inline constexpr std::size_t kMostRangeBytes = 1024;
inline constexpr std::size_t kPageBytes = 1024 * 1024;           // of Query and Scan
inline constexpr std::size_t kBatchGetBytes = 16 * 1024 * 1024;  // of an answer
inline constexpr std::size_t kBatchWriteBytes = 16 * 1024 * 1024;
inline constexpr std::size_t kTransactionBytes = 4 * 1024 * 1024;
inline constexpr std::size_t kMostBatchWrites = 25;
inline constexpr std::size_t kMostBatchGets = 100;
inline constexpr std::size_t kMostTables = 2500;  // of an account in a region
inline constexpr std::size_t kMostLocalIndexes = 5;
inline constexpr std::size_t kMostGlobalIndexes = 20;
inline constexpr std::size_t kMostProjected = 100;  // attributes of all indexes in sum
inline constexpr std::size_t kMostTags = 50;
inline constexpr std::int64_t kMostTablesListed = 100;
// A token of a transaction is remembered as long as AWS does.
inline constexpr std::chrono::minutes kTokenLife{10};
// What expired longer ago is left alone.
inline constexpr std::chrono::hours kOldestExpiry{24 * 365 * 5};
// Records of streams, and the iterators that read them.
inline constexpr std::chrono::hours kStreamLife{24};
inline constexpr std::chrono::minutes kIteratorLife{15};
inline constexpr std::size_t kMostRecords = 1000;  // of one GetRecords
// Items that expire in one turn of the loop. Ours.
inline constexpr std::int64_t kExpiredAtOnce = 1000;

}  // namespace loopgate::dynamodb

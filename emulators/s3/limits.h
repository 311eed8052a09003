// https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace loopgate::s3 {

inline constexpr std::uint64_t kMiB = 1024 * 1024;
inline constexpr std::uint64_t kMostPutBytes = 5 * 1024 * kMiB;  // of one PutObject or UploadPart
inline constexpr std::uint64_t kLeastPartBytes = 5 * kMiB;       // of all parts but the last
inline constexpr std::uint64_t kMostObjectBytes = 5 * 1024 * 1024 * kMiB;
inline constexpr int kMostParts = 10'000;
inline constexpr std::size_t kMostKeyBytes = 1024;
inline constexpr std::size_t kMostMetadataBytes = 2048;  // names and values of a user's metadata
inline constexpr int kMostListed = 1000;                 // keys, versions, parts, uploads a page
inline constexpr std::size_t kMostDeleted = 1000;        // keys of one DeleteObjects
inline constexpr std::size_t kMostTags = 10;             // of an object
inline constexpr std::size_t kMostBucketTags = 50;
inline constexpr std::chrono::hours kLongestPresigned{7 * 24};

// Ours. Bodies and contents beyond this are files, not memory and rows.
inline constexpr std::uint64_t kInlineBytes = 64 * 1024;
// What the one call (aws/api.h) gives of an object as a document; longer ones are asked for by
// HTTP or in ranges.
inline constexpr std::uint64_t kMostInDocument = 16 * kMiB;

}  // namespace loopgate::s3

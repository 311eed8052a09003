// Limits of IAM and STS. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
#pragma once

#include <chrono>
#include <cstddef>

namespace loopgate::iam {

inline constexpr std::size_t kMaxPolicyBytes =
    10'240;  // inline policies of a role, white space aside
inline constexpr std::size_t kMaxTrustPolicyBytes = 4'096;
inline constexpr std::size_t kMaxNameCharacters = 64;  // of roles
inline constexpr std::size_t kMaxPolicyNameCharacters = 128;
inline constexpr std::size_t kMaxAttachedPolicies = 20;
inline constexpr std::size_t kPageSize = 100;
inline constexpr std::chrono::seconds kMinSession{900};
inline constexpr std::chrono::seconds kMaxSession{43'200};
// Of a role that a role assumes.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining
inline constexpr std::chrono::seconds kMaxChainedSession{3600};

// Ours.
inline constexpr std::size_t kMaxDocumentBytes = 64 * 1024;  // of any policy, white space included
inline constexpr std::size_t kMaxStatements = 1'000;
inline constexpr std::size_t kMaxPatternBytes = 2'048;
inline constexpr std::size_t kMaxRoles = 5'000;

}  // namespace loopgate::iam

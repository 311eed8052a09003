// What a template may cost. A template is foreign input: each bound has AWS's own quota or our
// reason. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
#pragma once

#include <cstddef>
#include <cstdint>

namespace loopgate::cfn {

// AWS: 51,200 bytes in a request, 1 MB from S3. Local files are held to the larger one.
inline constexpr std::size_t kMaxTemplateBytes = 1024 * 1024;
inline constexpr std::size_t kMaxIncludeBytes = 1024 * 1024;
// Ours: far deeper than any real template, far below what recursion could hurt.
inline constexpr int kMaxDocumentDepth = 64;
// Ours: after YAML aliases are expanded, so that "billion laughs" ends early.
inline constexpr std::size_t kMaxDocumentNodes = 200'000;
inline constexpr std::size_t kMaxResources = 500;        // AWS
inline constexpr std::size_t kMaxParameters = 200;       // AWS
inline constexpr std::size_t kMaxMappings = 200;         // AWS
inline constexpr std::size_t kMaxOutputs = 200;          // AWS
inline constexpr std::size_t kMaxParameterBytes = 4096;  // AWS
// Ours: text that intrinsics may make while one property tree is evaluated (nested Fn::Sub
// multiplies).
inline constexpr std::size_t kMaxEvaluatedBytes = 8 * 1024 * 1024;
inline constexpr std::size_t kMaxCidrBlocks = 256;         // AWS
inline constexpr int kMaxNestedStacks = 10;                // ours: stacks in stacks
inline constexpr std::size_t kMaxStacks = 200;             // ours
inline constexpr std::size_t kMaxDeletedStacksKept = 100;  // ours: still described by their id
inline constexpr std::size_t kMaxEventsPerStack = 1000;    // ours: the oldest go first
inline constexpr std::size_t kMaxQueuedDeployments = 100;  // ours, per stack

}  // namespace loopgate::cfn

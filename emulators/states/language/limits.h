// What an execution may take.
// https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace loopgate::states {

// Of input, output and results, in bytes of UTF-8.
inline constexpr std::size_t kMaxPayloadBytes = 256 * 1024;
inline constexpr std::size_t kMaxVariableBytes = 256 * 1024;         // one
inline constexpr std::size_t kMaxVariablesBytes = 10 * 1024 * 1024;  // all of an execution
inline constexpr std::size_t kMaxDefinitionBytes = 1024 * 1024;
inline constexpr std::size_t kMaxDefinitionDepth = 100;
inline constexpr std::size_t kMaxStateName = 80;  // characters
inline constexpr std::int64_t kMaxHistoryEvents = 25'000;
// Iterations of an inline Map that run at a time when it names no limit itself.
inline constexpr std::size_t kInlineConcurrency = 40;
// Children of a distributed Map that run at a time. AWS has 10 000; each holds its input here.
inline constexpr std::size_t kDistributedConcurrency = 1000;
inline constexpr std::chrono::seconds kMaxWait{2'147'483'647};  // as recorded: 24855 days
inline constexpr std::chrono::minutes kMaxExpressDuration{5};
inline constexpr std::chrono::hours kMaxStandardDuration{365 * 24};
// Ours: of an EXPRESS execution, which has no history to bound it, and on simulated time no end
// either.
inline constexpr std::int64_t kMaxExpressTransitions = 20'000;
// Ours: states that run before the loop takes its turn.
inline constexpr int kStepsPerTurn = 500;
// Ours: of one evaluation in a state machine; the language's own limit is an execution's worth.
inline constexpr std::uint64_t kMaxEvaluationSteps = 5'000'000;
inline constexpr std::size_t kMaxEvaluationBytes = std::size_t{64} * 1024 * 1024;

}  // namespace loopgate::states

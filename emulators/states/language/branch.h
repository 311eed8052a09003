// One line of states that run after each other: the execution itself, a branch of a Parallel state,
// an iteration of a Map. What it is doing is all here, so that it can be stored and gone on with.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "emulators/states/language/definition.h"
#include "emulators/states/language/scope.h"

namespace loopgate::states {

enum class Phase : std::uint8_t {
  kEntering,   // the state begins when it is this branch's turn
  kScheduled,  // its task does
  kWaiting,    // a Wait
  kRetrying,   // for its next try
  kWorking,    // a task, children, a map run
  kFailing,    // its fault is handled when it is this branch's turn
};

// Of a Map: its items and what came of them. Of a Parallel: what came of the branches.
struct Children {
  std::shared_ptr<const std::vector<Datum>> items{};
  std::size_t next = 0;  // item to be started
  std::size_t running = 0;
  std::size_t done = 0;
  std::vector<Datum> results{};
  Datum input{};  // the effective one, which ItemSelector sees
  double max_concurrency = 0;
  double tolerated_count = 0, tolerated_percentage = 0;
  std::vector<std::unique_ptr<struct Branch>> branches{};
};

struct Branch {
  explicit Branch(const Variables* outer) : variables(outer) {}

  std::uint64_t id = 0;
  const StateList* list = nullptr;
  Branch* parent = nullptr;
  std::size_t index = 0;  // among the parent's
  Variables variables;
  std::optional<Datum> item{};  // of an iteration

  const State* state = nullptr;
  Phase phase = Phase::kEntering;
  Datum input{};  // as the state got it
  WallTime entered{};
  std::int64_t entered_event = 0;
  std::int64_t before_entered = 0;  // what that points at
  std::int64_t last_event = 0;
  std::vector<std::int64_t> tries{};  // of each retrier
  std::int64_t retry_count = 0;

  std::uint64_t task = 0;  // or map run; 0: none
  Datum parameters{};
  std::string token{};
  std::string role_arn{};
  std::string map_run_arn{};
  std::int64_t map_run_event = 0;
  bool submitted = false;
  Datum answer{};  // of the first call, once submitted
  std::optional<double> timeout_seconds{}, heartbeat_seconds{};
  std::optional<WallTime> timeout_at{}, heartbeat_at{};

  std::optional<WallTime> wake{};
  Fault fault{};  // kFailing
  bool missed_heartbeat = false;
  std::unique_ptr<Children> children{};
};

}  // namespace loopgate::states

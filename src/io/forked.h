// Jobs in processes of their own, side by side: what one does to itself, the others do not feel.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "base/result.h"

namespace loopgate::io {

// Does jobs 0 … count-1, at most `at_once` of them side by side (0: as many as there are cores),
// each in a fork of this process, which must have one thread. What `work` returns there comes to
// `done` here, in the order of the jobs; the error is a sentence that says how the process ended
// instead ("signal 11: Segmentation fault"). Those that run when this process ends are killed.
void run_forked(std::size_t count, std::size_t at_once,
                const std::function<std::string(std::size_t job)>& work,
                const std::function<void(std::size_t job, Result<std::string> result)>& done);

}  // namespace loopgate::io

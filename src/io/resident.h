// How much memory stays resident.
#pragma once

namespace loopgate::io {

// Gives back what only the start needed: the heap's free pages, and the mapped pages of code and of
// the loader's tables, ours and the libraries'. Nobody wrote to those, so they stay in the kernel's
// cache; what is used again is mapped again, sixteen pages at a time.
void release_memory_of_start();

}  // namespace loopgate::io

// How much memory stays resident.
#pragma once

namespace loopgate::io {

// Gives back what only the start needed: the heap's free pages, and the mapped pages of code, ours
// and the libraries'. Those are clean and stay in the kernel's cache; what runs again is mapped
// again, sixteen pages at a time.
void release_memory_of_start();

}  // namespace loopgate::io

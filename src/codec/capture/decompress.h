// gzip (RFC 1952) and Zstandard (RFC 8878), known by their first bytes and opened as they come.
#pragma once

#include <memory>

#include "base/byte_source.h"
#include "base/result.h"

namespace loopgate::codec::capture {

// What `source` gives, decompressed when it is compressed, as it is otherwise. Several members or
// frames one behind the other are one stream. Errors: a compression that this build cannot open,
// named, with what to do. A stream that ends early gives what could be had and a warning; damaged
// bytes are an error of the read that meets them.
Result<std::unique_ptr<ByteSource>> decompressed(std::unique_ptr<ByteSource> source);

}  // namespace loopgate::codec::capture

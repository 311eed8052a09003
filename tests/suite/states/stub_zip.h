// A zip file with one stored file in it, in base64.
#pragma once

#include <string>

namespace suite {

std::string stub_zip(const std::string& name, const std::string& text);

}  // namespace suite

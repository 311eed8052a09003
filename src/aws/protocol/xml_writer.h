// Documents as XML, by shape: Query's answers and REST-XML's bodies.
#pragma once

#include <string>
#include <string_view>

#include "aws/protocol/protocol.h"

namespace loopgate::aws {

// XML 1.0 §2.2: what no escape can express becomes U+FFFD.
void append_xml_escaped(std::string& out, std::string_view text);
void append_xml_element(std::string& out, std::string_view name, std::string_view text);
// "<name xmlns="uri">"; a prefix makes it xmlns:prefix.
void open_xml_element(std::string& out, std::string_view name, std::string_view prefix,
                      std::string_view uri);

// The members of a structure that travel in the body, one element each.
void append_xml_members(std::string& out, const Shape& shape, const Document& value);
// One element for the value of `member`; several when it is a flattened list or map.
void append_xml_member(std::string& out, std::string_view name, const Member& member,
                       const Document& value);

}  // namespace loopgate::aws

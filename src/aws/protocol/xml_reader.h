// Documents from XML, by shape: REST-XML's bodies and Query's answers.
#pragma once

#include <string_view>

#include "aws/protocol/protocol.h"

namespace loopgate::aws {

// The members of `shape` below the element that `path` leads to, from the root on, whose own name
// is not looked at ("" is the root, "ListQueuesResult" a child of it). Prefixes of names count for
// nothing. Errors: MalformedXML with where it is wrong.
Outcome<Document> read_xml_document(const Shape& shape, std::string_view text,
                                    std::string_view path);
// A payload whose shape may be any: the root is its value.
Outcome<Document> read_xml_value(const Member& member, std::string_view text);

// <Code> and <Message> of an error, wherever the dialect puts them; nullopt when it is none.
struct XmlError {
  std::string code;
  std::string message;
};
std::optional<XmlError> read_xml_error(std::string_view text);

}  // namespace loopgate::aws

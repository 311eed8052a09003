// Says that nlohmann's JSON is instantiated elsewhere (json_templates.cpp): a third of all object
// code was one more copy of its parser, its serializer and its values. For the precompiled prelude
// alone; without it everything compiles as well, only slower.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#define LOOPGATE_JSON_READER_TEMPLATES(STORAGE, JSON, ITERATOR)  \
  STORAGE template class nlohmann::detail::lexer<                \
      JSON, nlohmann::detail::iterator_input_adapter<ITERATOR>>; \
  STORAGE template class nlohmann::detail::parser<               \
      JSON, nlohmann::detail::iterator_input_adapter<ITERATOR>>;

#define LOOPGATE_JSON_TEMPLATES(STORAGE, JSON)                                 \
  STORAGE template class nlohmann::detail::serializer<JSON>;                   \
  STORAGE template class nlohmann::detail::json_sax_dom_parser<JSON>;          \
  STORAGE template class nlohmann::detail::json_sax_dom_callback_parser<JSON>; \
  LOOPGATE_JSON_READER_TEMPLATES(STORAGE, JSON, const char*)                   \
  LOOPGATE_JSON_READER_TEMPLATES(STORAGE, JSON, std::string::const_iterator)

extern template class nlohmann::basic_json<>;
extern template class nlohmann::basic_json<nlohmann::ordered_map>;
LOOPGATE_JSON_TEMPLATES(extern, nlohmann::json)
LOOPGATE_JSON_TEMPLATES(extern, nlohmann::ordered_json)

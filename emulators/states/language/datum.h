// A JSON value on its way through an execution: state's input, result, variable. It is shared,
// never changed, and kept in the form in which it came (text, JSON, a document of JSONata); the
// others are made when somebody asks for them.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "codec/jsonata/jsonata.h"

namespace loopgate::states {

// Members keep their order, as AWS does.
using Json = nlohmann::ordered_json;

class Datum {
 public:
  Datum();  // null
  explicit Datum(Json json);
  // Of a JSON text that has been checked, or that we wrote.
  static Datum of_text(std::string text);
  static Datum of(codec::jsonata::Document document);

  const Json& json() const;
  const std::string& text() const;
  const codec::jsonata::Document& document() const;

 private:
  struct Forms {
    std::optional<Json> json{};
    std::optional<std::string> text{};
    std::optional<codec::jsonata::Document> document{};
  };

  explicit Datum(std::shared_ptr<Forms> forms) : forms_(std::move(forms)) {}

  std::shared_ptr<Forms> forms_;
};

}  // namespace loopgate::states

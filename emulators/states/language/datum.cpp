#include "emulators/states/language/datum.h"

#include "base/json.h"

namespace loopgate::states {

Datum::Datum() {
  static const auto null = std::make_shared<Forms>(Forms{.json = Json(), .text = "null"});
  forms_ = null;
}

Datum::Datum(Json json) : forms_(std::make_shared<Forms>()) {
  forms_->json = std::move(json);
}

Datum Datum::of_text(std::string text) {
  auto forms = std::make_shared<Forms>();
  forms->text = std::move(text);
  return Datum(std::move(forms));
}

Datum Datum::of(codec::jsonata::Document document) {
  auto forms = std::make_shared<Forms>();
  forms->document = std::move(document);
  return Datum(std::move(forms));
}

const Json& Datum::json() const {
  if (!forms_->json) {
    forms_->json = forms_->text ? read_ordered_json(*forms_->text).value_or(Json())
                                : forms_->document->to_json();
  }
  return *forms_->json;
}

const std::string& Datum::text() const {
  if (!forms_->text) {
    forms_->text = forms_->document ? forms_->document->to_text() : write_json(*forms_->json);
  }
  return *forms_->text;
}

const codec::jsonata::Document& Datum::document() const {
  if (!forms_->document) forms_->document = codec::jsonata::Document::of(json());
  return *forms_->document;
}

}  // namespace loopgate::states

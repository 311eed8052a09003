// Reads states. Each part of a definition is looked at once; whatever is wrong is noted, and
// reading goes on.
#pragma once

#include "emulators/states/language/definition.h"

namespace loopgate::states {

class DefinitionReader {
 public:
  DefinitionReader(MachineType type, const CheckResource& check, std::vector<Diagnostic>& notes)
      : type_(type), check_(check), notes_(notes) {}

  // `at` is "" for the whole definition.
  void list(const Json& json, StateList& out, Language language, const std::string& at);
  std::unique_ptr<State> state(const Json& json, const std::string& name, Language around,
                               const std::string& at);

 private:
  friend class StateReader;

  void complain(const std::string& location, std::string message,
                std::string code = "SCHEMA_VALIDATION_FAILED");
  void check_targets(const StateList& list, const std::string& at);

  MachineType type_;
  const CheckResource& check_;
  std::vector<Diagnostic>& notes_;
};

// The fields of one state.
class StateReader {
 public:
  StateReader(DefinitionReader& reader, const Json& json, State& out, const std::string& at,
              Language around);

  void read();

 private:
  const Json* find(std::string_view name) const;
  const std::string* text(std::string_view name);
  bool flag(std::string_view name);
  void complain(std::string_view field, std::string message);
  void require(std::initializer_list<std::string_view> names);
  void check_fields();

  void transition();
  void paths();
  void payloads();
  Selection selection(std::string_view name);
  ResultPath result_path(const Json& json, const std::string& at);
  std::optional<Payload> payload(std::string_view name);
  std::optional<Payload> payload_of(const Json& json, std::string_view name, const std::string& at);
  std::optional<Query> query(std::string_view name, bool functions = false);
  NumberField number(std::string_view name, double least, double most, const Json* in = nullptr,
                     std::string_view inside = {});
  TextField words(std::string_view name);
  void retriers();
  void catchers();
  std::vector<std::string> errors(const Json& json, const std::string& at);

  void task();
  void choice();
  void wait();
  void fail();
  void parallel();
  void map();
  void map_processor();
  void map_limits();
  void item_reader(const Json& json);
  void item_batcher(const Json& json);
  void result_writer(const Json& json);
  void mention();

  DefinitionReader& reader_;
  const Json& json_;
  State& out_;
  std::string at_;
  bool jsonata_;
  Language around_;  // of the machine: states inside of this one do not take its own
  Complain note_;
};

}  // namespace loopgate::states

// The parameters of all accounts and regions, as rows and in memory.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "aws/account_scope.h"
#include "base/clock.h"
#include "base/random.h"
#include "emulators/ssm/names.h"
#include "emulators/ssm/parameter.h"
#include "emulators/store/store.h"

namespace loopgate::ssm {

// What PutParameter is given. nullopt: as it is, or AWS's default for a new one.
struct Change {
  std::string name;
  std::string value;
  std::string type{};  // empty: as it is
  bool overwrite = false;
  std::optional<std::string> description{};
  std::optional<std::string> allowed_pattern{};
  std::string key_id{};
  std::string tier{};  // "Standard", "Advanced", "Intelligent-Tiering"
  std::string data_type{};
  std::string by{};  // an ARN
  Tags tags{};
};

struct Found {
  const Parameter* parameter = nullptr;
  const Version* version = nullptr;
};

class Parameters {
 public:
  // Account, region, name: what one caller sees lies together, by name.
  using Key = std::tuple<std::string, std::string, std::string>;
  using All = std::map<Key, Parameter>;

  Parameters(store::Store& store, Clock& clock, Random& random);
  Parameters(const Parameters&) = delete;

  // As PutParameter: ParameterAlreadyExists, ParameterPatternMismatchException, …. Names are
  // checked unless `any_name`: what AWS itself publishes begins with "/aws".
  Outcome<const Version*> put(const Place& place, const Change& change, bool any_name = false);
  Outcome<void> remove(const Place& place, const std::string& name);
  const Parameter* find(const Place& place, const std::string& name) const;
  // With a selector: ParameterNotFound, ParameterVersionNotFound.
  Outcome<Found> resolve(const Reference& reference) const;
  // The parameters of a place, those after the name `after`, by name.
  std::vector<const Parameter*> list(const Place& place, std::string_view after) const;
  const All& all() const { return all_; }

  // Each label moves to the version. ParameterVersionLabelLimitExceeded.
  Outcome<void> add_labels(const Parameter& parameter, std::int64_t version,
                           const std::vector<std::string>& labels);
  void remove_label(const Parameter& parameter, std::int64_t version, const std::string& label);
  void set_tags(const Parameter& parameter, Tags tags);

  void remove_all(const aws::AccountScope& scope);

  Random& random() { return random_; }

 private:
  Outcome<void> check(const Place& place, const Change& change, const Parameter* current,
                      const Version& wanted) const;
  Outcome<Version> version_of(const Change& change, const Parameter* current) const;
  Outcome<void> make_room(Parameter& parameter);
  std::string cipher_of(std::string_view value);
  Parameter& own(const Parameter& parameter);
  void load();
  void save(const Parameter& parameter);
  void save(const Parameter& parameter, const Version& version);
  void drop(const Parameter& parameter, const Version& version);

  store::Store& store_;
  Clock& clock_;
  Random& random_;
  All all_;
};

}  // namespace loopgate::ssm

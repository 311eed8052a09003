// The secrets of all accounts and regions, as rows and in memory.
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
#include "emulators/secretsmanager/errors.h"
#include "emulators/secretsmanager/secret.h"
#include "emulators/store/store.h"

namespace loopgate::secretsmanager {

struct Place {
  std::string account;
  std::string region;
};

class Secrets {
 public:
  // Account, region, name: what one caller sees lies together, by name.
  using Key = std::tuple<std::string, std::string, std::string>;
  using All = std::map<Key, Secret>;

  Secrets(store::Store& store, Clock& clock, Random& random);
  Secrets(const Secrets&) = delete;

  // ResourceExistsException; InvalidRequestException while one of that name waits for its deletion.
  // Its ARN, times and version ids are given here; a value is its first version, with the id
  // `token`.
  Outcome<const Secret*> create(Secret secret, const Value& value, const std::string& token);
  // By name, ARN, or an ARN without its last seven characters, which may be of another account, but
  // not of another region. ResourceNotFoundException.
  Outcome<const Secret*> find(const Place& place, const std::string& id) const;
  std::vector<const Secret*> list(const Place& place) const;  // by name
  // Its resource policy, empty for none; nullopt when there is no such secret.
  std::optional<std::string> policy_of(const std::string& arn) const;
  const All& all() const { return all_; }

  // A version with these stages (empty: AWSCURRENT), which go from all others. The same token with
  // the same value is answered as before. ResourceExistsException, LimitExceededException.
  Outcome<const Version*> put(const Secret& secret, const std::string& token, const Value& value,
                              const std::vector<std::string>& stages);
  // A version without a value, AWSPENDING: how a rotation begins.
  void begin_pending(const Secret& secret, const std::string& token);
  // Either may be empty. InvalidParameterException, ResourceNotFoundException.
  Outcome<void> move_stage(const Secret& secret, const std::string& stage, const std::string& from,
                           const std::string& to);
  // Notes the day on which a value was read.
  void touch(const Secret& secret, const Version& version);

  // What of a secret is not its versions: `change` gets it to alter.
  template <class Change>
  void change(const Secret& secret, Change&& change) {
    auto& kept = own(secret);
    change(kept);
    save(kept);
    arm();
  }
  void remove(const Secret& secret);
  void remove_all(const aws::AccountScope& scope);

  Clock& clock() { return clock_; }
  Random& random() { return random_; }

 private:
  void load();
  void arm();  // for the next deletion
  void purge();
  Secret& own(const Secret& secret);
  Version& add(Secret& secret, const std::string& token, const Value& value);
  void attach(Secret& secret, const std::string& stage, const std::string& version_id);
  void drop_deprecated(Secret& secret);
  void save(const Secret& secret);
  void save(const Secret& secret, const Version& version);
  void drop(const Secret& secret, const Version& version);

  store::Store& store_;
  Clock& clock_;
  Random& random_;
  ScopedTimer deletions_;
  All all_;
};

}  // namespace loopgate::secretsmanager

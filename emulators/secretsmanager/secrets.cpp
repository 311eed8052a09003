#include "emulators/secretsmanager/secrets.h"

#include <algorithm>

#include "aws/arn.h"
#include "emulators/secretsmanager/limits.h"

namespace loopgate::secretsmanager {

namespace {

constexpr std::string_view kResource = "secret:";  // of an ARN
constexpr std::size_t kSuffixChars = 6;            // random, at the end of an ARN

// As AWS's: letters of both cases and digits.
std::string suffix(Random& random) {
  constexpr std::string_view kChars =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  std::string out;
  while (out.size() < kSuffixChars) out += kChars[random.below(kChars.size())];
  return out;
}

WallTime day_of(WallTime time) {
  return std::chrono::floor<std::chrono::days>(time);
}

}  // namespace

Outcome<const Secret*> Secrets::create(Secret secret, const Value& value,
                                       const std::string& token) {
  const Key key(secret.account, secret.region, secret.name);
  if (const auto found = all_.find(key); found != all_.end()) {
    if (!found->second.deletion) {
      // A repeated request is answered as the first was.
      const auto* version = found->second.version(token);
      if (version != nullptr && !value.empty() && version->value == value) return &found->second;
      return refuse(exists(secret.name));
    }
    return refuse(
        invalid_request("You can't create this secret because a secret with this name is already "
                        "scheduled for deletion."));
  }
  if (list({secret.account, secret.region}).size() >= kMostSecrets) {
    return refuse(error("LimitExceededException", "You have too many secrets in this region."));
  }
  secret.arn = fmt::format("arn:aws:secretsmanager:{}:{}:secret:{}-{}", secret.region,
                           secret.account, secret.name, suffix(random_));
  secret.created = secret.changed = clock_.wall();
  auto& kept = all_[key] = std::move(secret);
  save(kept);
  if (!value.empty()) {
    if (auto put_first = put(kept, token, value, {}); !put_first) return refuse(put_first.error());
  }
  return &kept;
}

Outcome<const Secret*> Secrets::find(const Place& place, const std::string& id) const {
  if (!id.starts_with("arn:")) {
    const auto found = all_.find(Key(place.account, place.region, id));
    if (found == all_.end()) return refuse(not_found());
    return &found->second;
  }
  const auto arn = aws::Arn::parse(id);
  if (!arn || arn->service != "secretsmanager" || arn->region != place.region ||
      !arn->resource.starts_with(kResource)) {
    return refuse(not_found());
  }
  const auto name = arn->resource.substr(kResource.size());
  if (name.size() > kSuffixChars + 1) {
    const auto stem = name.substr(0, name.size() - kSuffixChars - 1);
    const auto found = all_.find(Key(arn->account, arn->region, stem));
    if (found != all_.end() && found->second.arn == id) return &found->second;
  }
  const auto found = all_.find(Key(arn->account, arn->region, name));
  if (found == all_.end()) return refuse(not_found());
  return &found->second;
}

std::optional<std::string> Secrets::policy_of(const std::string& text) const {
  const auto arn = aws::Arn::parse(text);
  if (!arn) return std::nullopt;
  const auto secret = find({arn->account, arn->region}, text);
  if (!secret) return std::nullopt;
  return (*secret)->policy;
}

std::vector<const Secret*> Secrets::list(const Place& place) const {
  std::vector<const Secret*> out;
  for (auto at = all_.lower_bound(Key(place.account, place.region, ""));
       at != all_.end() && at->second.account == place.account && at->second.region == place.region;
       ++at) {
    out.push_back(&at->second);
  }
  return out;
}

Secret& Secrets::own(const Secret& secret) {
  return all_.at(Key(secret.account, secret.region, secret.name));
}

Version& Secrets::add(Secret& secret, const std::string& token, const Value& value) {
  const auto number = secret.versions.empty() ? 1 : secret.versions.back().number + 1;
  secret.versions.push_back(
      {.id = token, .number = number, .value = value, .created = clock_.wall()});
  return secret.versions.back();
}

// A stage stands at one version only; the one that AWSCURRENT leaves becomes AWSPREVIOUS.
void Secrets::attach(Secret& secret, const std::string& stage, const std::string& version_id) {
  std::string left;
  for (auto& version : secret.versions) {
    if (version.id == version_id || std::erase(version.stages, stage) == 0) continue;
    left = version.id;
    save(secret, version);
  }
  for (auto& version : secret.versions) {
    if (version.id != version_id || version.has(stage)) continue;
    version.stages.push_back(stage);
    if (stage == kCurrent) std::erase(version.stages, kPrevious);
    save(secret, version);
  }
  if (stage == kCurrent && !left.empty()) attach(secret, kPrevious, left);
}

void Secrets::drop_deprecated(Secret& secret) {
  const auto oldest_kept = clock_.wall() - kVersionKept;
  while (secret.versions.size() > kMostVersions) {
    const auto found = std::ranges::find_if(secret.versions, [&](const Version& version) {
      return version.stages.empty() && version.created < oldest_kept;
    });
    if (found == secret.versions.end()) return;
    drop(secret, *found);
    secret.versions.erase(found);
  }
}

Outcome<const Version*> Secrets::put(const Secret& secret, const std::string& token,
                                     const Value& value, const std::vector<std::string>& stages) {
  auto& kept = own(secret);
  const auto* before = kept.version(token);
  if (before != nullptr && !before->value.empty()) {
    if (before->value == value) return before;
    return refuse(error("ResourceExistsException",
                        fmt::format("You can't use ClientRequestToken {} because that value is "
                                    "already in use for a version of secret {}.",
                                    token, kept.arn)));
  }
  auto wanted = stages;
  // The first version that has a value is the current one, whatever else it is.
  if (wanted.empty() || kept.staged(kCurrent) == nullptr) {
    if (std::ranges::find(wanted, kCurrent) == wanted.end()) wanted.emplace_back(kCurrent);
  }
  std::size_t count = wanted.size();
  for (const auto& version : kept.versions) count += version.stages.size();
  if (count > kMostStages + 1) {
    return refuse(error("LimitExceededException",
                        "You exceeded the maximum number of staging labels allowed on a secret."));
  }
  if (before == nullptr) {
    save(kept, add(kept, token, value));
  } else {
    auto& version = *std::ranges::find(kept.versions, token, &Version::id);
    version.value = value;
    version.created = clock_.wall();
    save(kept, version);
  }
  for (const auto& stage : wanted) attach(kept, stage, token);
  drop_deprecated(kept);
  kept.changed = clock_.wall();
  save(kept);
  return kept.version(token);
}

void Secrets::begin_pending(const Secret& secret, const std::string& token) {
  auto& kept = own(secret);
  if (kept.version(token) == nullptr) save(kept, add(kept, token, {}));
  attach(kept, kPending, token);
}

Outcome<void> Secrets::move_stage(const Secret& secret, const std::string& stage,
                                  const std::string& from, const std::string& to) {
  auto& kept = own(secret);
  const auto* holder = kept.staged(stage);
  if (!to.empty() && kept.version(to) == nullptr) return refuse(no_value_of_version(to));
  if (!from.empty() && kept.version(from) == nullptr) return refuse(no_value_of_version(from));
  if (to.empty() && from.empty()) {
    return refuse(
        invalid_parameter("You must specify MoveToVersionId, RemoveFromVersionId, or both."));
  }
  if (to.empty() && stage == kCurrent) {
    return refuse(
        invalid_parameter("You can only move staging label AWSCURRENT to a different "
                          "secret version. It can’t be completely removed."));
  }
  if (holder != nullptr && from.empty() && holder->id != to) {
    return refuse(invalid_parameter(
        fmt::format("The parameter RemoveFromVersionId can't be empty. Staging label {} is "
                    "currently attached to version {}, so you must explicitly reference that "
                    "version in RemoveFromVersionId.",
                    stage, holder->id)));
  }
  if (!from.empty() && (holder == nullptr || holder->id != from)) {
    return refuse(invalid_parameter(
        fmt::format("Staging label {} isn't attached to version {}.", stage, from)));
  }
  if (!to.empty()) {
    attach(kept, stage, to);
  } else {
    auto& version = *std::ranges::find(kept.versions, from, &Version::id);
    std::erase(version.stages, stage);
    save(kept, version);
  }
  kept.changed = clock_.wall();
  save(kept);
  return {};
}

void Secrets::touch(const Secret& secret, const Version& version) {
  const auto today = day_of(clock_.wall());
  if (secret.accessed == today && version.accessed == today) return;
  auto& kept = own(secret);
  auto& read = *std::ranges::find(kept.versions, version.id, &Version::id);
  kept.accessed = read.accessed = today;
  save(kept);
  save(kept, read);
}

void Secrets::arm() {
  std::optional<WallTime> next;
  for (const auto& [key, secret] : all_) {
    if (secret.deletion && (!next || *secret.deletion < *next)) next = secret.deletion;
  }
  if (!next) return deletions_.cancel();
  deletions_.set_at(clock_.at_wall(*next), [this] { purge(); });
}

void Secrets::purge() {
  std::vector<Secret> due;
  for (const auto& [key, secret] : all_) {
    if (secret.deletion && *secret.deletion <= clock_.wall()) due.push_back(secret);
  }
  for (const auto& secret : due) remove(secret);
}

}  // namespace loopgate::secretsmanager

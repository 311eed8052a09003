#include "emulators/secretsmanager/rotations.h"

#include <array>
#include <charconv>

#include "base/json.h"

namespace loopgate::secretsmanager {

namespace {

constexpr std::array<std::string_view, 4> kSteps = {"createSecret", "setSecret", "testSecret",
                                                    "finishSecret"};

Secrets::Key key_of(const Secret& secret) {
  return {secret.account, secret.region, secret.name};
}

const Secret* find(const Secrets& secrets, const Secrets::Key& key) {
  const auto found = secrets.all().find(key);
  return found == secrets.all().end() ? nullptr : &found->second;
}

}  // namespace

std::optional<Duration> read_rate(std::string_view expression) {
  if (!expression.starts_with("rate(") || !expression.ends_with(')')) return std::nullopt;
  expression.remove_prefix(5);
  expression.remove_suffix(1);
  std::int64_t count = 0;
  const auto* const last = expression.data() + expression.size();
  const auto [end, error] = std::from_chars(expression.data(), last, count);
  const std::string_view unit(end, static_cast<std::size_t>(last - end));
  constexpr std::int64_t kMostDays = 1000;
  if (error != std::errc() || count < 1 || count > kMostDays * 24) return std::nullopt;
  if (unit == " hour" || unit == " hours") return std::chrono::hours(count);
  if (unit == " day" || unit == " days") return std::chrono::days(count);
  return std::nullopt;
}

Outcome<void> Rotations::check_function(const Secret& secret, const std::string& function) const {
  const targets::Sender sender{.principal = "secretsmanager.amazonaws.com",
                               .source_arn = secret.arn};
  if (!dispatcher_.obstacle(function, sender)) return {};
  return refuse({"AccessDeniedException",
                 "Secrets Manager cannot invoke the specified Lambda function. Ensure that the "
                 "function policy grants access to the principal secretsmanager.amazonaws.com.",
                 400,
                 {}});
}

std::string Rotations::start(const Secret& secret, const std::string& token) {
  const auto key = key_of(secret);
  // One that is under way, or that has failed, is for the version that it began.
  auto id = secret.rotation.under_way;
  const bool runs = !id.empty();
  if (!runs) {
    const auto* pending = secret.staged(kPending);
    id = pending != nullptr && !pending->has(kCurrent) ? pending->id : token;
  }
  secrets_.begin_pending(secret, id);
  secrets_.change(secret, [&](Secret& changed) {
    changed.rotation.under_way = id;
    changed.rotation.next = next_of(changed.rotation);
  });
  arm();
  if (!runs) step(key, id, 0);
  return id;
}

void Rotations::step(Secrets::Key key, std::string token, std::size_t number) {
  const auto* secret = find(secrets_, key);
  if (secret == nullptr || secret->rotation.under_way != token) return;
  if (number == kSteps.size()) return ended(key, token);
  const auto name = kSteps[number];
  if (auto allowed = check_function(*secret, secret->rotation.function); !allowed) {
    return failed(key, token, name, allowed.error().message);
  }
  aws::Session session{.account = secret->account, .role_arn = {}, .name = "secretsmanager"};
  const nlohmann::json event = {
      {"Step", name}, {"SecretId", secret->arn}, {"ClientRequestToken", token}};
  lambda_.invoke(
      std::make_shared<const aws::Session>(std::move(session)),
      {.function_arn = secret->rotation.function, .payload = write_json(event), .tenant_id = {}},
      [this, alive = alive_.token(), key, token, number,
       name](aws::Outcome<aws::InvokeResponse> answer) {
        if (!alive) return;
        if (!answer) return failed(key, token, name, answer.error().message);
        // What the function says of its failure may hold the secret: its log has it.
        if (!answer->function_error.empty()) {
          return failed(key, token, name, "the function failed, see its log");
        }
        step(key, token, number + 1);
      });
}

void Rotations::ended(const Secrets::Key& key, const std::string& token) {
  const auto* secret = find(secrets_, key);
  const auto* version = secret->version(token);
  if (version == nullptr || !version->has(kCurrent)) {
    return failed(key, token, kSteps.back(), "the function did not make its version AWSCURRENT");
  }
  if (version->has(kPending)) (void)secrets_.move_stage(*secret, kPending, token, "");
  secrets_.change(*secret, [&](Secret& changed) {
    changed.rotation.under_way.clear();
    changed.rotation.last = changed.changed = secrets_.clock().wall();
  });
}

void Rotations::failed(const Secrets::Key& key, const std::string& token, std::string_view step,
                       const std::string& why) {
  const auto* secret = find(secrets_, key);
  if (secret == nullptr || secret->rotation.under_way != token) return;
  secrets_.change(*secret, [](Secret& changed) { changed.rotation.under_way.clear(); });
  Event event;
  event.kind = EventKind::kWarning;
  event.subject = journal_.intern(secret->arn);
  event.text = fmt::format(
      "The rotation of the secret {} ended in its step {}: {}. Its current "
      "version stays.",
      secret->name, step, why);
  journal_.append(std::move(event));
}

std::optional<WallTime> Rotations::next_of(const Rotation& rotation) const {
  if (!rotation.enabled) return std::nullopt;
  const auto now = secrets_.clock().wall();
  if (const auto rate = read_rate(rotation.schedule)) return now + *rate;
  if (rotation.days > 0) return now + std::chrono::days(rotation.days);
  return std::nullopt;
}

void Rotations::arm() {
  std::optional<WallTime> next;
  for (const auto& [key, secret] : secrets_.all()) {
    const auto& rotation = secret.rotation;
    if (secret.deletion || !rotation.enabled || !rotation.next) continue;
    if (!next || *rotation.next < *next) next = rotation.next;
  }
  if (!next) return timer_.cancel();
  timer_.set_at(secrets_.clock().at_wall(*next), [this] { rotate_due(); });
}

void Rotations::rotate_due() {
  std::vector<Secrets::Key> due;
  for (const auto& [key, secret] : secrets_.all()) {
    const auto& rotation = secret.rotation;
    if (secret.deletion || !rotation.enabled || !rotation.next) continue;
    if (*rotation.next <= secrets_.clock().wall()) due.push_back(key);
  }
  for (const auto& key : due) {
    if (const auto* secret = find(secrets_, key)) (void)start(*secret, secrets_.random().uuid());
  }
  arm();
}

void Rotations::resume() {
  arm();
  std::vector<std::pair<Secrets::Key, std::string>> left;
  for (const auto& [key, secret] : secrets_.all()) {
    if (!secret.rotation.under_way.empty()) left.emplace_back(key, secret.rotation.under_way);
  }
  // Functions find what they did before: each step may come twice, on AWS too.
  for (const auto& [key, token] : left) step(key, token, 0);
}

}  // namespace loopgate::secretsmanager

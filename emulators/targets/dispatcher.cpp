#include "emulators/targets/dispatcher.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "aws/arn.h"

namespace loopgate::targets {
namespace {

std::string service_of(const std::string& arn) {
  if (arn.starts_with("http://") || arn.starts_with("https://")) return "http";
  const auto parsed = aws::Arn::parse(arn);
  return parsed ? parsed->service : std::string();
}

constexpr const char* kNotEmulated = "its service is not emulated";

}  // namespace

void Dispatcher::dispatch(Parcel parcel) {
  attempt(std::make_shared<Parcel>(std::move(parcel)), 0);
}

void Dispatcher::try_once(const Parcel& parcel, aws::Completion<aws::Done> done) {
  call(parcel.arn, parcel.payload, parcel.sender, std::move(done));
}

void Dispatcher::attempt(std::shared_ptr<Parcel> parcel, int tried) {
  const std::string& arn = parcel->arn;
  call(arn, parcel->payload, parcel->sender,
       [this, parcel, tried, alive = alive_.token()](aws::Outcome<aws::Done> done) {
         if (done || !alive) return;
         if (done.error().is_sender_fault() || tried >= parcel->retries.most) {
           return failed(*parcel, done.error());
         }
         clock_.call_after(parcel->retries.delay, [this, parcel, tried, alive] {
           if (alive) attempt(parcel, tried + 1);
         });
       });
}

void Dispatcher::call(const std::string& arn, Payload payload, const Sender& sender,
                      aws::Completion<aws::Done> done) {
  const auto* row = row_of(arn);
  if (row == nullptr) {
    return done(aws::refuse({"InvalidParameter", kNotEmulated, 400, {}}));
  }
  if (auto allowed = check(*row, arn, sender); !allowed) {
    return done(aws::refuse(std::move(allowed.error())));
  }
  // Only FIFO resources know these.
  if (!arn.ends_with(".fifo")) payload.deduplication_id.clear();
  row->call(arn, std::move(payload), sender, std::move(done));
}

const Target* Dispatcher::row_of(const std::string& arn) const {
  const auto row = std::ranges::find(targets_, service_of(arn), &Target::service);
  return row == targets_.end() ? nullptr : &*row;
}

std::optional<std::string> Dispatcher::policy_of(const std::string& arn) const {
  const auto* row = row_of(arn);
  return row == nullptr || !row->policy ? std::nullopt : row->policy(arn);
}

std::optional<std::string> Dispatcher::obstacle(const std::string& arn,
                                                const Sender& sender) const {
  const auto* row = row_of(arn);
  if (row == nullptr) return kNotEmulated;
  if (row->missing) {
    if (auto why = row->missing(arn)) return why;
  }
  const auto allowed = permitted(*row, arn, sender);
  if (allowed || permissions_.pass_services) return std::nullopt;
  return allowed.error().message;
}

aws::Outcome<void> Dispatcher::permitted(const Target& target, const std::string& arn,
                                         const Sender& sender) const {
  if (!target.policy || sender.principal.empty()) return {};
  const auto policy = target.policy(arn);
  if (!policy || permissions_.policy(*policy, target.action, arn, sender)) return {};
  return aws::refuse(
      aws::access_denied(fmt::format("{} (Action {}, Principal {}, SourceArn {})", target.denied,
                                     target.action, sender.principal, sender.source_arn)));
}

aws::Outcome<void> Dispatcher::check(const Target& target, const std::string& arn,
                                     const Sender& sender) {
  if (sender.session != nullptr) {
    if (auto allowed = permissions_.session(*sender.session, target.action, arn); !allowed) {
      return allowed;
    }
  }
  auto allowed = permitted(target, arn, sender);
  if (allowed || !permissions_.pass_services) return allowed;
  if (told_.insert(arn).second) {
    journal_.warn(
        fmt::format("AWS would deliver nothing to {}: {}. The sandbox does, because of "
                    "--allow-service-delivery",
                    arn, allowed.error().message));
  }
  return {};
}

void Dispatcher::failed(const Parcel& parcel, const aws::AwsError& error) {
  std::string text = fmt::format("{} to {}: {}", parcel.what, parcel.arn, error.message);
  if (text.ends_with('.')) text.pop_back();
  const std::string& queue = parcel.dead_letter_arn;
  if (queue.empty()) return warn(parcel, text + parcel.no_dead_letter);
  // The queue's policy must let the sender in, as on AWS.
  // https://docs.aws.amazon.com/sns/latest/dg/sns-configure-dead-letter-queue.html
  call(queue, parcel.dead_letter.value_or(parcel.payload), parcel.sender,
       [this, alive = alive_.token(), parcel, text](aws::Outcome<aws::Done> done) {
         if (!alive) return;
         warn(parcel, done ? fmt::format("{}. The message went to the dead-letter queue {}.", text,
                                         parcel.dead_letter_arn)
                           : fmt::format("{}. The dead-letter queue {} did not take it: {}", text,
                                         parcel.dead_letter_arn, done.error().message));
       });
}

void Dispatcher::warn(const Parcel& parcel, std::string text) {
  Event event;
  event.kind = EventKind::kWarning;
  event.subject = journal_.intern(parcel.arn);
  event.size = static_cast<std::uint32_t>(parcel.payload.body.size());
  event.text = std::move(text);
  journal_.append(std::move(event));
}

}  // namespace loopgate::targets

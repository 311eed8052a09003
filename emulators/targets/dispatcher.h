// The one dispatcher of payloads to ARNs and URLs. Whoever hands something on (a topic to its
// subscribers, a function to its failure destination, a rule or a schedule to its targets) gives a
// payload, an ARN and a name; which call of which service that becomes is a row of a table.
// Permission, retries, the dead letter and the event in the journal are the dispatcher's.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/ports.h"
#include "base/alive.h"
#include "base/clock.h"
#include "base/journal.h"

namespace loopgate::targets {

struct Payload {
  std::string body;
  std::vector<aws::MessageAttribute> attributes{};
  std::string group_id{};          // on FIFO an order, on standard queues a tenant
  std::string deduplication_id{};  // FIFO
  std::string trace_header{};      // X-Ray's X-Amzn-Trace-Id of the request that led to it
  std::vector<std::pair<std::string, std::string>> headers{};  // of HTTP
};

// On whose behalf.
struct Sender {
  // Of resource policies: "sns.amazonaws.com". Empty: the owner itself, whom they do not hinder.
  std::string principal{};
  std::string source_arn{};  // the condition key aws:SourceArn; its account is aws:SourceAccount
  std::string sender_id{};   // what SQS shows as SenderId
  // Of the role that the sender was given, which must allow the action. Null: there is none.
  aws::SessionPtr session{};
};

// Errors of the service (5xx) are tried again; those of the sender are not.
// https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
struct Retries {
  int most = 0;
  Duration delay{};  // before each
};

struct Parcel {
  std::string what;  // begins the journal's sentence: "SNS could not deliver"
  std::string arn;   // or a URL, "http[s]://…"
  Payload payload;
  Sender sender;
  Retries retries{};
  // A queue for what was not delivered. Empty: none, and `no_dead_letter` ends the sentence.
  std::string dead_letter_arn{};
  // What that queue gets; nullopt: the payload. Nothing is said in it of why (recorded on AWS,
  // 2023-08-24 and 2025-11-24).
  std::optional<Payload> dead_letter{};
  std::string no_dead_letter{};  // ". The message is lost: the subscription has no RedrivePolicy."
};

// A row: how a payload becomes a call of one service.
struct Target {
  std::string_view service;  // in its ARNs: "sqs"; "http" of URLs
  std::string_view action;   // what policies must allow
  // Why a call would fail that policies allow; a sentence. None: only the call tells.
  std::function<std::optional<std::string>(const std::string& arn)> missing{};
  // The policy of the resource. nullopt: none decides here (the resource is gone, which the call
  // says, or the service has none).
  std::function<std::optional<std::string>(const std::string& arn)> policy{};
  // What is said when it does not allow the action; the permission that is missing is added.
  std::string_view denied{};
  // Completes at once what the service takes in this very turn, else later; exactly once.
  std::function<void(const std::string& arn, Payload payload, const Sender& sender,
                     aws::Completion<aws::Done> done)>
      call;
};

class Dispatcher {
 public:
  // IAM's answers: whether the policy of a resource allows the sender an action on it, and whether
  // the role of a session does.
  struct Permissions {
    std::function<bool(const std::string& policy, std::string_view action, const std::string& arn,
                       const Sender& sender)>
        policy;
    std::function<aws::Outcome<void>(const aws::Session& session, std::string_view action,
                                     const std::string& arn)>
        session;
    // Lets pass what a resource's policy does not allow a service, with one warning a resource.
    bool pass_services = false;
  };

  Dispatcher(Clock& clock, Journal& journal, Permissions permissions)
      : clock_(clock), journal_(journal), permissions_(std::move(permissions)) {}
  Dispatcher(const Dispatcher&) = delete;

  void forget() { told_.clear(); }  // warnings are given anew

  void add(Target target) { targets_.push_back(std::move(target)); }

  // The policy of the resource; nullopt when it has none, or its service no row.
  std::optional<std::string> policy_of(const std::string& arn) const;

  // Why what is dispatched there now would not arrive: a sentence; nullopt when nothing is known
  // against it.
  std::optional<std::string> obstacle(const std::string& arn, const Sender& sender) const;

  // What cannot be delivered goes to the dead letter, and one warning says so.
  void dispatch(Parcel parcel);

  // The same in steps, for those whose retries outlive the process: one attempt, of which `done`
  // tells, and the end of those that failed.
  void try_once(const Parcel& parcel, aws::Completion<aws::Done> done);
  void give_up(const Parcel& parcel, const aws::AwsError& error) { failed(parcel, error); }

 private:
  void attempt(std::shared_ptr<Parcel> parcel, int tried);
  void call(const std::string& arn, Payload payload, const Sender& sender,
            aws::Completion<aws::Done> done);
  const Target* row_of(const std::string& arn) const;
  aws::Outcome<void> check(const Target& target, const std::string& arn, const Sender& sender);
  // What policies say, before `pass_services`.
  aws::Outcome<void> permitted(const Target& target, const std::string& arn,
                               const Sender& sender) const;
  void failed(const Parcel& parcel, const aws::AwsError& error);
  void warn(const Parcel& parcel, std::string text);

  Clock& clock_;
  Journal& journal_;
  Permissions permissions_;
  std::vector<Target> targets_;
  std::set<std::string> told_;  // resources without a policy that allows, told once each
  Alive alive_;                 // completions may outlive us
};

}  // namespace loopgate::targets

// The dispatcher of payloads: rows, permissions, retries, dead letters and what the journal says.
#include "emulators/targets/dispatcher.h"

#include <gmock/gmock.h>

namespace loopgate::targets {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* kQueue = "arn:aws:sqs:us-west-2:111122223333:queue";
constexpr const char* kFifo = "arn:aws:sqs:us-west-2:111122223333:queue.fifo";
constexpr const char* kLetters = "arn:aws:sqs:us-west-2:111122223333:letters";

aws::AwsError error(int status) {
  return {"Code", "It failed.", status, {}};
}

class DispatcherTest : public ::testing::Test {
 protected:
  struct Call {
    std::string arn;
    Payload payload;
  };

  DispatcherTest() {
    dispatcher.add({.service = "sqs",
                    .action = "sqs:SendMessage",
                    .policy = [this](const std::string&) { return policy; },
                    .denied = "the policy says no",
                    .call =
                        [this](const std::string& arn, Payload payload, const Sender&,
                               aws::Completion<aws::Done> done) {
                          calls.push_back({arn, std::move(payload)});
                          if (errors.empty()) return done(aws::Done{});
                          auto next = errors.front();
                          errors.erase(errors.begin());
                          done(aws::refuse(std::move(next)));
                        }});
  }
  Parcel parcel(const std::string& arn = kQueue) {
    return {.what = "the test could not send",
            .arn = arn,
            .payload = {"body", {}, "group", "id"},
            .sender = {.principal = "sns.amazonaws.com", .source_arn = "arn:aws:sns:r:1:t"},
            .no_dead_letter = ". It is lost."};
  }
  std::vector<std::string> warnings() {
    std::vector<std::string> out;
    for (const auto& event : journal.read(0, 100)) {
      if (event.kind == EventKind::kWarning) out.push_back(event.text);
    }
    return out;
  }

  Clock clock{WallTime{}};
  Journal journal{clock};
  std::optional<std::string> policy;
  std::vector<aws::AwsError> errors;  // of the calls to come
  std::vector<Call> calls;
  std::vector<std::string> asked;
  Dispatcher dispatcher{
      clock,
      journal,
      {.policy =
           [this](const std::string& text, std::string_view action, const std::string& arn,
                  const Sender& sender) {
             asked.push_back(std::string(action) + " " + arn + " " + sender.source_arn);
             return text == "allow";
           },
       .session = [](const aws::Session& session, std::string_view action,
                     const std::string&) -> aws::Outcome<void> {
         if (session.role_arn == action) return {};
         return aws::refuse(aws::access_denied("may not " + std::string(action)));
       }}};
};

TEST_F(DispatcherTest, TheServiceOfTheArnGetsThePayload) {
  dispatcher.dispatch(parcel());
  dispatcher.dispatch(parcel(kFifo));
  ASSERT_THAT(calls, SizeIs(2));
  EXPECT_EQ(calls[0].arn, kQueue);
  EXPECT_EQ(calls[0].payload.body, "body");
  EXPECT_EQ(calls[0].payload.group_id, "group") << "a tenant of a fair queue";
  EXPECT_EQ(calls[0].payload.deduplication_id, "") << "only FIFO resources know it";
  EXPECT_EQ(calls[1].payload.group_id, "group");
  EXPECT_EQ(calls[1].payload.deduplication_id, "id");
  EXPECT_THAT(warnings(), IsEmpty());
}

TEST_F(DispatcherTest, AServiceWithoutARowIsNamed) {
  for (const auto* arn : {"arn:aws:kinesis:us-west-2:1:stream/s", "nonsense", ""}) {
    dispatcher.dispatch(parcel(arn));
    EXPECT_EQ(warnings().back(), "the test could not send to " + std::string(arn) +
                                     ": its service is not emulated. It is lost.");
  }
}

TEST_F(DispatcherTest, ThePolicyOfTheResourceDecides) {
  policy = "allow";
  dispatcher.dispatch(parcel());
  EXPECT_THAT(calls, SizeIs(1));
  EXPECT_THAT(asked, ElementsAre(std::string("sqs:SendMessage ") + kQueue + " arn:aws:sns:r:1:t"));
  policy = "deny";
  dispatcher.dispatch(parcel());
  EXPECT_THAT(calls, SizeIs(1));
  EXPECT_THAT(warnings(),
              ElementsAre(HasSubstr("the policy says no (Action sqs:SendMessage, Principal "
                                    "sns.amazonaws.com, SourceArn arn:aws:sns:r:1:t). It "
                                    "is lost.")));
  auto own = parcel();
  own.sender.principal.clear();
  dispatcher.dispatch(own);
  EXPECT_THAT(calls, SizeIs(2)) << "the owner itself is not hindered";
}

TEST_F(DispatcherTest, TheRoleOfASessionMustAllowTheAction) {
  auto with_role = parcel();
  with_role.sender.session =
      std::make_shared<const aws::Session>(aws::Session{"1", "sqs:SendMessage", "s", {}});
  dispatcher.dispatch(with_role);
  EXPECT_THAT(calls, SizeIs(1));
  with_role.sender.session =
      std::make_shared<const aws::Session>(aws::Session{"1", "sqs:ReceiveMessage", "s", {}});
  dispatcher.dispatch(with_role);
  EXPECT_THAT(calls, SizeIs(1));
  EXPECT_THAT(warnings(), ElementsAre(HasSubstr("may not sqs:SendMessage")));
}

TEST_F(DispatcherTest, FaultsOfTheServiceAreTriedAgainAndThoseOfTheSenderAreNot) {
  auto patient = parcel();
  patient.retries = {.most = 2, .delay = std::chrono::seconds(1)};
  errors = {error(500), error(503)};
  dispatcher.dispatch(patient);
  EXPECT_THAT(calls, SizeIs(1));
  clock.advance_to(clock.now() + std::chrono::seconds(1), [] {});
  EXPECT_THAT(calls, SizeIs(2));
  clock.advance_to(clock.now() + std::chrono::seconds(1), [] {});
  EXPECT_THAT(calls, SizeIs(3));
  EXPECT_THAT(warnings(), IsEmpty());

  errors = {error(500), error(500), error(500)};
  dispatcher.dispatch(patient);
  clock.advance_to(clock.now() + std::chrono::minutes(1), [] {});
  EXPECT_THAT(calls, SizeIs(6));
  EXPECT_THAT(warnings(), SizeIs(1));

  errors = {error(400)};
  dispatcher.dispatch(patient);
  clock.advance_to(clock.now() + std::chrono::minutes(1), [] {});
  EXPECT_THAT(calls, SizeIs(7));
  EXPECT_THAT(warnings(), SizeIs(2));
}

TEST_F(DispatcherTest, WhatIsNotDeliveredGoesToTheDeadLetterQueueAsItIs) {
  auto kept = parcel();
  kept.dead_letter_arn = kLetters;
  errors = {error(404)};
  dispatcher.dispatch(kept);
  ASSERT_THAT(calls, SizeIs(2));
  EXPECT_EQ(calls[1].arn, kLetters);
  EXPECT_EQ(calls[1].payload.body, "body");
  EXPECT_THAT(calls[1].payload.attributes, IsEmpty());
  EXPECT_THAT(warnings(), ElementsAre("the test could not send to " + std::string(kQueue) +
                                      ": It failed. The message went to the dead-letter queue " +
                                      kLetters + "."));
  errors = {error(404), error(400)};
  dispatcher.dispatch(kept);
  EXPECT_THAT(warnings().back(), HasSubstr("did not take it: It failed."));

  kept.dead_letter = Payload{"letter", {}, "its group"};
  errors = {error(404)};
  dispatcher.dispatch(kept);
  EXPECT_EQ(calls.back().payload.body, "letter");
  EXPECT_EQ(calls.back().payload.group_id, "its group");
}

TEST_F(DispatcherTest, TheDeadLetterQueuesPolicyDecidesToo) {
  auto kept = parcel();
  kept.dead_letter_arn = kLetters;
  policy = "deny";
  dispatcher.dispatch(kept);
  EXPECT_THAT(calls, IsEmpty());
  EXPECT_THAT(asked, ElementsAre(HasSubstr(kQueue), HasSubstr(kLetters)));
  EXPECT_THAT(warnings(), ElementsAre(HasSubstr(std::string("The dead-letter queue ") + kLetters +
                                                " did not take it: the policy says no")));
}

TEST_F(DispatcherTest, ACompletionThatComesAfterItsEndIsNobodysBusiness) {
  aws::Completion<aws::Done> late;
  {
    Dispatcher gone(clock, journal, {});
    gone.add({.service = "lambda",
              .action = "lambda:InvokeFunction",
              .call = [&](const std::string&, Payload, const Sender&,
                          aws::Completion<aws::Done> done) { late = std::move(done); }});
    gone.dispatch(parcel("arn:aws:lambda:us-west-2:1:function:f"));
  }
  late(aws::refuse(error(404)));
  EXPECT_THAT(warnings(), IsEmpty());
}

TEST_F(DispatcherTest, OnDemandServicesDeliverWithoutAPolicyAndOneWarningAQueue) {
  Dispatcher lenient{clock,
                     journal,
                     {.policy = [](const auto&...) { return false; },
                      .session = [](const auto&...) -> aws::Outcome<void> { return {}; },
                      .pass_services = true}};
  int delivered = 0;
  lenient.add(
      {.service = "sqs",
       .action = "sqs:SendMessage",
       .policy = [](const std::string&) { return std::string(); },
       .denied = "the policy says no",
       .call =
           [&](const std::string&, Payload, const Sender&, aws::Completion<aws::Done> done) {
             ++delivered;
             done(aws::Done{});
           }});
  lenient.dispatch(parcel());
  lenient.dispatch(parcel());
  lenient.dispatch(parcel(kLetters));
  EXPECT_EQ(delivered, 3);
  EXPECT_THAT(warnings(),
              ElementsAre(HasSubstr(std::string("AWS would deliver nothing to ") + kQueue +
                                    ": the policy says no (Action sqs:SendMessage, Principal "
                                    "sns.amazonaws.com"),
                          HasSubstr(kLetters)));
  lenient.forget();
  lenient.dispatch(parcel());
  EXPECT_THAT(warnings(), SizeIs(3));
}

}  // namespace
}  // namespace loopgate::targets

// Move tasks. "Recorded": LocalStack's snapshots of AWS (tests/aws/services/sqs/test_sqs_move_task,
// 2024-01 and 2024-03); the other sentences are quoted by users of the console.
#include "emulators/sqs/move_task.h"

#include "tests/emulators/sqs/sqs_api.h"

namespace loopgate::sqs {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class MoveTasks : public SqsApi {
 protected:
  // A queue whose messages move to `dead` at their second receive.
  QueueKey with_dead_letters(const std::string& name, const QueueKey& dead) {
    return make(name, {{"RedrivePolicy",
                        R"({"deadLetterTargetArn":")" + dead.arn() + R"(","maxReceiveCount":1})"}});
  }
  void kill(const QueueKey& key, int count) {
    for (int i = 0; i < count; ++i) {
      send(key, key.name + std::to_string(i), key.is_fifo() ? "g" : "",
           key.is_fifo() ? "d" + std::to_string(i) : "");
    }
    receive(key, 10, 0);
    receive(key, 10, 0);
  }
  json start(json params) {
    const auto answer = call("StartMessageMoveTask", params);
    EXPECT_TRUE(answer) << answer.error().message;
    settle();
    return answer.value_or(json::object());
  }
  json list(const QueueKey& source, int most = 1) {
    const auto answer =
        call("ListMessageMoveTasks", {{"SourceArn", source.arn()}, {"MaxResults", most}});
    EXPECT_TRUE(answer) << answer.error().message;
    return answer ? answer->value("Results", json::array()) : json::array();
  }
  std::vector<std::string> waiting(const QueueKey& key) {
    std::vector<std::string> out;
    const auto seen = queues_->peek(key.arn());
    for (const auto& message : seen["Messages"]) out.push_back(message["Body"]);
    return out;
  }
};

TEST_F(MoveTasks, NothingLeavesItsAccountOrRegion) {
  const auto dead = make("dead");
  const auto queue = with_dead_letters("q", dead);
  for (const QueueKey& far : {QueueKey{"111122223333", "us-west-2", "far"},
                              QueueKey{"123456789012", "eu-west-1", "far"}}) {
    ASSERT_TRUE(queues_->create(far, {}));
    EXPECT_THAT(
        refusal("StartMessageMoveTask", {{"SourceArn", dead.arn()}, {"DestinationArn", far.arn()}}),
        HasSubstr("DestinationArn"));
    EXPECT_THAT(queues_
                    ->create({"123456789012", "us-west-2", "r"},
                             {{"RedrivePolicy", R"({"deadLetterTargetArn":")" + far.arn() +
                                                    R"(","maxReceiveCount":1})"}})
                    .error()
                    .message,
                HasSubstr("Dead letter target does not exist."));
  }
}

// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
TEST_F(MoveTasks, ATaskNeedsWhatItDoes) {
  const SqsService service(*queues_);
  http::ApiCall call{
      "StartMessageMoveTask", {{"SourceArn", "s"}, {"DestinationArn", "d"}}, caller_};
  std::vector<std::string> needed;
  for (const auto& [action, resource] : service.further_permissions(call)) {
    needed.push_back(action + " " + resource);
  }
  EXPECT_THAT(needed, ElementsAre("sqs:ReceiveMessage s", "sqs:DeleteMessage s",
                                  "sqs:GetQueueAttributes s", "sqs:SendMessage d"));
  call.operation = "SendMessage";
  EXPECT_THAT(service.further_permissions(call), IsEmpty());
}

// Recorded: test_basic_move_task_workflow.
TEST_F(MoveTasks, MoveToTheDestinationThatIsNamed) {
  const auto dead = make("dead");
  const auto queue = with_dead_letters("q", dead);
  const auto other = make("other");
  kill(queue, 2);
  const auto before = queues_->peek(dead.arn())["Messages"][0];
  const auto answer = start({{"SourceArn", dead.arn()}, {"DestinationArn", other.arn()}});
  const auto handle = MoveHandle::parse(answer["TaskHandle"].get<std::string>());
  ASSERT_TRUE(handle);
  EXPECT_EQ(handle->source_arn, dead.arn());
  EXPECT_EQ(handle->id.size(), 36u);
  EXPECT_THAT(waiting(other), ElementsAre("q0", "q1"));
  EXPECT_THAT(waiting(dead), IsEmpty());
  EXPECT_EQ(list(dead), json::array({{{"ApproximateNumberOfMessagesMoved", 2},
                                      {"ApproximateNumberOfMessagesToMove", 2},
                                      {"DestinationArn", other.arn()},
                                      {"SourceArn", dead.arn()},
                                      {"StartedTimestamp", to_millis(kStart)},
                                      {"Status", "COMPLETED"}}}));
  // "New messages with a new messageID and enqueueTime."
  const auto after = queues_->peek(other.arn())["Messages"][0];
  EXPECT_NE(after["MessageId"], before["MessageId"]);
  EXPECT_EQ(after["Attributes"]["ApproximateReceiveCount"], "0");
  EXPECT_FALSE(after["Attributes"].contains("DeadLetterQueueSourceArn"));
}

// Recorded: test_move_task_workflow_with_multiple_sources_as_default_destination.
TEST_F(MoveTasks, MoveBackToEachOrigin) {
  const auto dead = make("dead");
  const auto a = with_dead_letters("a", dead);
  const auto b = with_dead_letters("b", dead);
  kill(a, 2);
  kill(b, 2);
  start({{"SourceArn", dead.arn()}});
  EXPECT_THAT(waiting(a), ElementsAre("a0", "a1"));
  EXPECT_THAT(waiting(b), ElementsAre("b0", "b1"));
  const auto task = list(dead)[0];
  EXPECT_EQ(task["ApproximateNumberOfMessagesMoved"], 4);
  EXPECT_FALSE(task.contains("DestinationArn"));
  EXPECT_THAT(moved(), HasSubstr("dead: 2 moved by a task to a\n"));
  // Their receives count anew.
  receive(a, 10, 0);
  EXPECT_THAT(waiting(a), ElementsAre("a0", "a1"));
}

// Recorded: test_move_task_with_throughput_limit.
TEST_F(MoveTasks, KeepToTheirRate) {
  const auto dead = make("dead");
  const auto queue = with_dead_letters("q", dead);
  kill(queue, 4);
  start({{"SourceArn", dead.arn()}, {"MaxNumberOfMessagesPerSecond", 2}});
  EXPECT_EQ(waiting(queue).size(), 1u);
  advance(milliseconds(499));
  EXPECT_EQ(waiting(queue).size(), 1u);
  advance(milliseconds(1));
  EXPECT_EQ(waiting(queue).size(), 2u);
  EXPECT_EQ(list(dead)[0]["MaxNumberOfMessagesPerSecond"], 2);
  advance(seconds(1));
  EXPECT_EQ(waiting(queue).size(), 4u);
  EXPECT_EQ(list(dead)[0]["Status"], "COMPLETED");
}

// Recorded: test_move_task_cancel.
TEST_F(MoveTasks, AreCancelled) {
  const auto dead = make("dead");
  const auto queue = with_dead_letters("q", dead);
  kill(queue, 10);
  const auto handle =
      start({{"SourceArn", dead.arn()}, {"MaxNumberOfMessagesPerSecond", 1}})["TaskHandle"];
  advance(seconds(1));
  auto task = list(dead)[0];
  EXPECT_EQ(task["Status"], "RUNNING");
  EXPECT_EQ(task["TaskHandle"], handle);
  EXPECT_EQ(task["ApproximateNumberOfMessagesToMove"], 10);
  EXPECT_EQ(*call("CancelMessageMoveTask", {{"TaskHandle", handle}}),
            (json{{"ApproximateNumberOfMessagesMoved", 2}}));
  advance(seconds(10));
  task = list(dead)[0];
  EXPECT_EQ(task["Status"], "CANCELLED");
  EXPECT_EQ(task["ApproximateNumberOfMessagesMoved"], 2);
  EXPECT_FALSE(task.contains("TaskHandle"));
  EXPECT_EQ(waiting(dead).size(), 8u);
  EXPECT_EQ(refusal("CancelMessageMoveTask", {{"TaskHandle", handle}}),
            "ResourceNotFoundException: Task does not exist.");
}

// Recorded: test_move_task_delete_destination_queue_while_running.
TEST_F(MoveTasks, FailWhenTheirDestinationGoes) {
  const auto dead = make("dead");
  const auto queue = with_dead_letters("q", dead);
  const auto other = make("other");
  kill(queue, 3);
  start({{"SourceArn", dead.arn()},
         {"DestinationArn", other.arn()},
         {"MaxNumberOfMessagesPerSecond", 1}});
  ASSERT_TRUE(queues_->remove(other));
  advance(seconds(5));
  const auto task = list(dead)[0];
  EXPECT_EQ(task["Status"], "FAILED");
  EXPECT_EQ(task["FailureReason"], "AWS.SimpleQueueService.NonExistentQueue");
  EXPECT_EQ(task["ApproximateNumberOfMessagesMoved"], 1);
  EXPECT_EQ(waiting(dead).size(), 2u);
}

// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/troubleshooting-dlq-redrive.html
TEST_F(MoveTasks, FailOnAMessageThatWasSentToTheDeadLetterQueue) {
  const auto dead = make("dead");
  with_dead_letters("q", dead);
  send(dead, "direct");
  start({{"SourceArn", dead.arn()}});
  EXPECT_EQ(list(dead)[0]["FailureReason"], "CouldNotDetermineMessageSource");
  EXPECT_THAT(waiting(dead), ElementsAre("direct"));
}

TEST_F(MoveTasks, KeepTheOrderOfGroups) {
  const auto dead = make("dead.fifo");
  const auto queue = with_dead_letters("q.fifo", dead);
  kill(queue, 3);
  start({{"SourceArn", dead.arn()}});
  EXPECT_THAT(bodies(queue), ElementsAre("q.fifo0", "q.fifo1", "q.fifo2"));
}

TEST_F(MoveTasks, LeaveWhatCameLaterAndWhatIsInFlight) {
  const auto dead = make("dead");
  const auto queue = with_dead_letters("q", dead);
  kill(queue, 3);
  receive(dead, 1);
  start({{"SourceArn", dead.arn()}, {"MaxNumberOfMessagesPerSecond", 1}});
  EXPECT_EQ(list(dead)[0]["ApproximateNumberOfMessagesToMove"], 2);
  advance(seconds(2));
  EXPECT_EQ(waiting(queue).size(), 2u);
  EXPECT_THAT(waiting(dead), ElementsAre("q0"));
}

TEST_F(MoveTasks, RefuseInAwssWords) {
  const auto dead = make("dead");
  const auto queue = with_dead_letters("q", dead);
  const auto fifo = make("f.fifo");
  const auto none = "arn:aws:sqs:us-west-2:123456789012:none";
  const auto format = [](const std::string& name) {
    return "InvalidParameterValue: You must use this format to specify the " + name +
           ": arn:<partition>:<service>:<region>:<account-id>:<resource-id>";
  };
  const auto gone = [](const std::string& name) {
    return "ResourceNotFoundException: The resource that you specified for the " + name +
           " parameter doesn't exist.";
  };
  const std::string rate =
      "InvalidParameterValue: Value for parameter MaxNumberOfMessagesPerSecond is invalid. Reason: "
      "You must enter a number that's between 1 and 500.";
  const struct {
    json params;
    std::string wanted;
  } cases[] = {
      {json::object(), "MissingParameter: The request must contain the parameter SourceArn."},
      {{{"SourceArn", ""}}, format("SourceArn")},
      {{{"SourceArn", none}}, gone("SourceArn")},
      {{{"SourceArn", queue.arn()}},
       "InvalidParameterValue: Source queue must be configured as a Dead Letter Queue."},
      {{{"SourceArn", dead.arn()}, {"DestinationArn", "invalid"}}, format("DestinationArn")},
      {{{"SourceArn", dead.arn()}, {"DestinationArn", ""}}, format("DestinationArn")},
      {{{"SourceArn", dead.arn()}, {"DestinationArn", none}}, gone("DestinationArn")},
      {{{"SourceArn", dead.arn()}, {"DestinationArn", dead.arn()}},
       "InvalidParameterValue: Source queue arn and destination queue arn cannot be the same."},
      {{{"SourceArn", dead.arn()}, {"DestinationArn", fifo.arn()}},
       "InvalidParameterValue: The source queue and destination queue must be of the same queue "
       "type."},
      {{{"SourceArn", dead.arn()}, {"MaxNumberOfMessagesPerSecond", 0}}, rate},
      {{{"SourceArn", dead.arn()}, {"MaxNumberOfMessagesPerSecond", 501}}, rate},
  };
  for (const auto& c : cases) EXPECT_EQ(refusal("StartMessageMoveTask", c.params), c.wanted);

  kill(queue, 2);
  start({{"SourceArn", dead.arn()}, {"MaxNumberOfMessagesPerSecond", 1}});
  EXPECT_EQ(refusal("StartMessageMoveTask", {{"SourceArn", dead.arn()}}),
            "InvalidParameterValue: There is already a task running. Only one active task is "
            "allowed for a source queue arn at a given time.");
  // Recorded: test_cancel_with_invalid_….
  EXPECT_EQ(refusal("CancelMessageMoveTask", {{"TaskHandle", "foobared"}}),
            "InvalidParameterValue: Value for parameter TaskHandle is invalid.");
  MoveTask other;
  other.id = "10f57157-fc38-4da9-a113-4de7e12d05dd";
  other.request.source_arn = none;
  EXPECT_EQ(refusal("CancelMessageMoveTask", {{"TaskHandle", other.handle()}}), gone("SourceArn"));
  other.request.source_arn = dead.arn();
  EXPECT_EQ(refusal("CancelMessageMoveTask", {{"TaskHandle", other.handle()}}),
            "ResourceNotFoundException: Task does not exist.");
  EXPECT_EQ(refusal("ListMessageMoveTasks", {{"SourceArn", none}}), gone("SourceArn"));
  EXPECT_THAT(refusal("ListMessageMoveTasks", {{"SourceArn", dead.arn()}, {"MaxResults", 11}}),
              HasSubstr("between 1 and 10"));
}

TEST_F(MoveTasks, GoOnAfterARestart) {
  const auto dead = make("dead");
  const auto queue = with_dead_letters("q", dead);
  kill(queue, 3);
  const auto handle =
      start({{"SourceArn", dead.arn()}, {"MaxNumberOfMessagesPerSecond", 1}})["TaskHandle"];
  restart();
  settle();
  EXPECT_EQ(list(dead)[0]["TaskHandle"], handle);
  advance(seconds(2));
  EXPECT_EQ(waiting(queue).size(), 3u);
  EXPECT_EQ(list(dead)[0]["ApproximateNumberOfMessagesMoved"], 3);
}

TEST_F(MoveTasks, EndAfterThirtySixHours) {
  const auto dead = make("dead");
  const auto queue = with_dead_letters("q", dead);
  kill(queue, 2);
  start({{"SourceArn", dead.arn()}, {"MaxNumberOfMessagesPerSecond", 1}});
  queues_.reset();  // nobody moves meanwhile
  advance(std::chrono::hours(36));
  restart();
  settle();
  EXPECT_EQ(waiting(queue).size(), 1u);
  EXPECT_EQ(list(dead)[0]["Status"], "FAILED");
  EXPECT_EQ(list(dead)[0]["FailureReason"], "TaskDurationExceeded");
}

TEST_F(MoveTasks, AreListedTheLatestFirst) {
  const auto dead = make("dead");
  with_dead_letters("q", dead);
  for (int i = 0; i < 12; ++i) {
    start({{"SourceArn", dead.arn()}});
    advance(seconds(1));
  }
  EXPECT_EQ(list(dead).size(), 1u);
  const auto all = list(dead, 10);
  ASSERT_EQ(all.size(), 10u);
  EXPECT_EQ(all[0]["StartedTimestamp"], to_millis(kStart + seconds(11)));
  EXPECT_EQ(all[9]["StartedTimestamp"], to_millis(kStart + seconds(2)));
  ASSERT_TRUE(queues_->remove(dead));
  make("dead");
  EXPECT_THAT(list(dead, 10), IsEmpty());
}

TEST_F(MoveTasks, OfManyMessagesOthersAreServedBetween) {
  const auto dead = make("dead");
  const auto queue = with_dead_letters("q", dead);
  const auto other = make("other");
  for (int i = 0; i < 600; ++i) send(dead, "m");
  ASSERT_TRUE(
      call("StartMessageMoveTask", {{"SourceArn", dead.arn()}, {"DestinationArn", other.arn()}}));
  tasks_.run_ready();
  EXPECT_EQ(queues_->counts(other)->ready, 256u);
  tasks_.run_ready();
  EXPECT_EQ(queues_->counts(other)->ready, 512u);
  settle();
  EXPECT_EQ(queues_->counts(other)->ready, 600u);
}

}  // namespace
}  // namespace loopgate::sqs

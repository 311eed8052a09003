// Task tokens and activities.
#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
#include "emulators/states/language/limits.h"
#include "emulators/states/operations.h"

namespace loopgate::states {

namespace {

using http::text_param;

const json kOwnKey = {{"type", "AWS_OWNED_KEY"}};

std::string activity_arn(const ApiCall& call, std::string_view name) {
  return fmt::format("arn:aws:states:{}:{}:activity:{}", call.caller.region, call.caller.account,
                     name);
}

ApiResult done(const aws::Outcome<void>& outcome) {
  if (!outcome) return aws::refuse(outcome.error());
  return json::object();
}

}  // namespace

ApiResult send_task_success(Context& context, const ApiCall& call) {
  auto output = text_param(call.params, "output");
  if (output.size() > kMaxPayloadBytes) {
    return aws::refuse(named("InvalidOutput", "Invalid Output", "the output is too large"));
  }
  if (auto checked = check_json(output); !checked) {
    return aws::refuse(named("InvalidOutput", "Invalid Output", checked.error().message));
  }
  return done(context.executions.task_success(text_param(call.params, "taskToken"),
                                              Datum::of_text(std::move(output))));
}

ApiResult send_task_failure(Context& context, const ApiCall& call) {
  Fault fault;
  if (call.params.contains("error")) fault.error = text_param(call.params, "error");
  if (call.params.contains("cause")) fault.cause = text_param(call.params, "cause");
  return done(
      context.executions.task_failure(text_param(call.params, "taskToken"), std::move(fault)));
}

ApiResult send_task_heartbeat(Context& context, const ApiCall& call) {
  return done(context.executions.task_heartbeat(text_param(call.params, "taskToken")));
}

ApiResult create_activity(Context& context, const ApiCall& call) {
  const auto name = text_param(call.params, "name");
  const auto activity =
      context.machines.create_activity(activity_arn(call, name), name, read_tags(call.params));
  if (!activity) return aws::refuse(activity.error());
  return json{{"activityArn", (*activity)->arn}, {"creationDate", seconds((*activity)->created)}};
}

ApiResult delete_activity(Context& context, const ApiCall& call) {
  const auto arn = text_param(call.params, "activityArn");
  if (auto checked = check_arn(arn, "activity"); !checked) return aws::refuse(checked.error());
  context.machines.remove_activity(arn);
  return json::object();
}

ApiResult describe_activity(Context& context, const ApiCall& call) {
  const auto arn = text_param(call.params, "activityArn");
  if (auto checked = check_arn(arn, "activity"); !checked) return aws::refuse(checked.error());
  const auto* activity = context.machines.activity(arn);
  if (activity == nullptr) return aws::refuse(activity_missing(arn));
  return json{{"activityArn", arn},
              {"name", activity->name},
              {"creationDate", seconds(activity->created)},
              {"encryptionConfiguration", kOwnKey}};
}

ApiResult list_activities(Context& context, const ApiCall& call) {
  const auto page = read_page(call.params);
  if (!page) return aws::refuse(page.error());
  const auto prefix = activity_arn(call, "");
  auto list = json::array();
  std::size_t total = 0;
  for (const auto& [arn, activity] : context.machines.activities()) {
    if (!arn.starts_with(prefix)) continue;
    if (total >= page->from && total < page->from + page->count) {
      list.push_back({{"activityArn", arn},
                      {"name", activity.name},
                      {"creationDate", seconds(activity.created)}});
    }
    ++total;
  }
  json out = {{"activities", std::move(list)}};
  put_token(out, *page, total);
  return out;
}

std::function<void()> get_activity_task(Context& context, ApiCall call, ApiReply reply) {
  const auto arn = text_param(call.params, "activityArn");
  if (auto checked = check_arn(arn, "activity"); !checked) {
    return reply(aws::refuse(checked.error())), nullptr;
  }
  if (!context.machines.activity(arn)) return reply(aws::refuse(activity_missing(arn))), nullptr;
  return context.executions.activities().poll(arn, text_param(call.params, "workerName"),
                                              std::move(reply));
}

}  // namespace loopgate::states

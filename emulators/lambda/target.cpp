#include "emulators/lambda/target.h"

#include "emulators/lambda/resource_policy.h"

namespace loopgate::lambda {

targets::Target function_target(Functions& functions) {
  return {.service = "lambda",
          .action = "lambda:InvokeFunction",
          .missing = [&functions](const std::string& arn) -> std::optional<std::string> {
            if (functions.resolve(arn)) return std::nullopt;
            return "there is no such function";
          },
          .policy = [&functions](const std::string& arn) -> std::optional<std::string> {
            const auto function = functions.find(arn);
            if (!function) return std::nullopt;
            return resource_policy(*function, arn);
          },
          .denied =
              "the function's policy does not let the sender invoke it; add an "
              "AWS::Lambda::Permission",
          .call =
              [&functions](const std::string& arn, targets::Payload payload, const targets::Sender&,
                           aws::Completion<aws::Done> done) {
                InvokeCall call;
                call.function_arn = arn;
                call.payload = std::move(payload.body);
                call.type = InvocationType::kEvent;
                call.ordered = true;
                functions.invoke(
                    std::move(call),
                    [done = std::move(done)](aws::Outcome<InvocationOutcome> outcome) mutable {
                      if (!outcome) return done(aws::refuse(std::move(outcome.error())));
                      done(aws::Done{});
                    });
              }};
}

}  // namespace loopgate::lambda

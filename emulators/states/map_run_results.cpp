// What a distributed Map gives: its children's outputs, or where they were written.
#include <fmt/format.h>

#include "base/json.h"
#include "emulators/states/executions.h"
#include "emulators/states/language/limits.h"
#include "emulators/states/map_run.h"
#include "emulators/states/running.h"

namespace loopgate::states {

namespace {

std::string text_at(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

void MapRun::finish() {
  Json results = Json::array();
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    if (states_[i] == Result::kSucceeded) results.push_back(outputs_[i].json());
  }
  record_.results_written = static_cast<std::int64_t>(results.size());
  if (request_.writer) return write_results(std::move(results));
  if (request_.state->writer && request_.state->writer->transformation == "FLATTEN") {
    Json flat = Json::array();
    for (auto& result : results) {
      if (result.is_array()) {
        for (auto& item : result) flat.push_back(std::move(item));
      } else {
        flat.push_back(std::move(result));
      }
    }
    results = std::move(flat);
  }
  Datum output(std::move(results));
  if (output.text().size() > kMaxPayloadBytes) {
    return fail("States.DataLimitExceeded",
                fmt::format("The state/task '{}' returned a result with a size exceeding the "
                            "maximum number of bytes service limit.",
                            request_.state->name));
  }
  end(std::move(output));
}

// A manifest, and the results of those that succeeded and of those that failed beside it.
// https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
void MapRun::write_results(Json) {
  const Json& parameters = request_.writer->json();
  const std::string bucket = text_at(parameters, "Bucket");
  std::string prefix = text_at(parameters, "Prefix");
  if (!prefix.empty() && !prefix.ends_with('/')) prefix += '/';
  prefix += record_.arn.substr(record_.arn.rfind(':') + 1) + "/";
  Json good = Json::array(), bad = Json::array();
  for (const auto& child : ended_) {
    Json entry = {{"ExecutionArn", child.arn},
                  {"Input", child.input.text()},
                  {"InputDetails", {{"Included", true}}},
                  {"Name", child.name},
                  {"StartDate", to_iso8601(child.started)},
                  {"StateMachineArn", child.what.machine_arn},
                  {"Status", to_string(child.status)},
                  {"StopDate", to_iso8601(child.stopped.value_or(child.started))}};
    if (child.output) {
      entry["Output"] = child.output->text();
      entry["OutputDetails"] = {{"Included", true}};
    }
    if (child.fault.error) entry["Error"] = *child.fault.error;
    if (child.fault.cause) entry["Cause"] = *child.fault.cause;
    (child.status == ExecutionStatus::kSucceeded ? good : bad).push_back(std::move(entry));
  }
  struct File {
    std::string key, body;
  };
  auto files = std::make_shared<std::vector<File>>();
  Json listed = {
      {"FAILED", Json::array()}, {"PENDING", Json::array()}, {"SUCCEEDED", Json::array()}};
  const auto add = [&](const char* kind, const Json& entries) {
    if (entries.empty()) return;
    files->push_back({fmt::format("{}{}_0.json", prefix, kind), write_json(entries)});
    listed[kind].push_back({{"Key", files->back().key}, {"Size", files->back().body.size()}});
  };
  add("FAILED", bad);
  add("SUCCEEDED", good);
  const std::string manifest = prefix + "manifest.json";
  files->push_back({manifest, write_json(Json{{"DestinationBucket", bucket},
                                              {"MapRunArn", record_.arn},
                                              {"ResultFiles", std::move(listed)}})});
  const Datum output(Json{{"MapRunArn", record_.arn},
                          {"ResultWriterDetails", {{"Bucket", bucket}, {"Key", manifest}}}});
  parent_.owner.sessions().get(
      parent_.record.what.role_arn, "states.amazonaws.com",
      [this, alive = alive_.token(), files, bucket,
       output](aws::Outcome<aws::SessionPtr> session) mutable {
        if (!alive || over_) return;
        if (!session) return fail("States.ResultWriterFailed", session.error().message);
        const auto resource = *Resource::parse("arn:aws:states:::aws-sdk:s3:putObject");
        auto left = std::make_shared<std::size_t>(files->size());
        for (const auto& file : *files) {
          parent_.owner.integrations().call(
              resource, Datum(Json{{"Bucket", bucket}, {"Key", file.key}, {"Body", file.body}}),
              *session, parent_.region(),
              [this, alive = alive_.token(), left, output](std::expected<Datum, Fault> answer) {
                if (!alive || over_) return;
                if (!answer) {
                  return fail("States.ResultWriterFailed", answer.error().cause.value_or(""));
                }
                if (--*left == 0) end(output);
              });
        }
      });
}

}  // namespace loopgate::states

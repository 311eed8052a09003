// The shapes of the operations that logs_api.cpp has. Answers are JSON as they stand, so only what
// is read needs its shape in full.

#include "emulators/logs/service.h"

namespace loopgate::logs {

namespace {

using namespace http;  // the shapes' vocabulary

ShapePtr texts() {
  return list_of(string_shape());
}

ShapePtr group_shape() {
  return structure(
      {optional("logGroupName", string_shape()), optional("creationTime", integer_shape()),
       optional("retentionInDays", integer_shape()), optional("metricFilterCount", integer_shape()),
       optional("arn", string_shape()), optional("logGroupArn", string_shape()),
       optional("storedBytes", integer_shape()), optional("logGroupClass", string_shape())});
}

ShapePtr stream_shape() {
  return structure({optional("logStreamName", string_shape()),
                    optional("creationTime", integer_shape()),
                    optional("firstEventTimestamp", integer_shape()),
                    optional("lastEventTimestamp", integer_shape()),
                    optional("lastIngestionTime", integer_shape()),
                    optional("uploadSequenceToken", string_shape()),
                    optional("arn", string_shape()), optional("storedBytes", integer_shape())});
}

ShapePtr event_shape() {
  return structure({optional("logStreamName", string_shape()),
                    optional("timestamp", integer_shape()), optional("message", string_shape()),
                    optional("ingestionTime", integer_shape()),
                    optional("eventId", string_shape())});
}

ShapePtr group_name() {
  return structure({required("logGroupName", string_shape())});
}

ShapePtr stream_name() {
  return structure(
      {required("logGroupName", string_shape()), required("logStreamName", string_shape())});
}

std::vector<Member> named_group() {
  return {optional("logGroupName", string_shape()), optional("logGroupIdentifier", string_shape())};
}

ShapePtr with(std::vector<Member> members, std::vector<Member> more) {
  for (auto& member : more) members.push_back(std::move(member));
  return structure(std::move(members));
}

std::vector<OperationModel> group_operations() {
  return {
      {"CreateLogGroup",
       structure({required("logGroupName", string_shape()), optional("kmsKeyId", string_shape()),
                  optional("tags", map_of(string_shape())),
                  optional("logGroupClass", string_shape())}),
       nullptr},
      {"DeleteLogGroup", group_name(), nullptr},
      {"DescribeLogGroups",
       structure({optional("logGroupNamePrefix", string_shape()),
                  optional("logGroupNamePattern", string_shape()),
                  optional("nextToken", string_shape()), optional("limit", integer_shape())}),
       structure(
           {optional("logGroups", list_of(group_shape())), optional("nextToken", string_shape())})},
      {"PutRetentionPolicy",
       structure({required("logGroupName", string_shape()),
                  required("retentionInDays", integer_shape())}),
       nullptr},
      {"DeleteRetentionPolicy", group_name(), nullptr},
      {"ListTagsForResource", structure({required("resourceArn", string_shape())}),
       structure({optional("tags", map_of(string_shape()))})}};
}

std::vector<OperationModel> stream_operations() {
  return {{"CreateLogStream", stream_name(), nullptr},
          {"DescribeLogStreams",
           with(named_group(),
                {optional("logStreamNamePrefix", string_shape()),
                 optional("orderBy", string_shape()), optional("descending", boolean_shape()),
                 optional("nextToken", string_shape()), optional("limit", integer_shape())}),
           structure({optional("logStreams", list_of(stream_shape())),
                      optional("nextToken", string_shape())})}};
}

std::vector<OperationModel> event_operations() {
  return {
      {"PutLogEvents",
       structure({required("logGroupName", string_shape()),
                  required("logStreamName", string_shape()),
                  required("logEvents", list_of(structure({required("timestamp", integer_shape()),
                                                           required("message", string_shape())}))),
                  optional("sequenceToken", string_shape())}),
       structure({optional("nextSequenceToken", string_shape())})},
      {"GetLogEvents",
       with(named_group(),
            {required("logStreamName", string_shape()), optional("startTime", integer_shape()),
             optional("endTime", integer_shape()), optional("nextToken", string_shape()),
             optional("limit", integer_shape()), optional("startFromHead", boolean_shape())}),
       structure({optional("events", list_of(event_shape())),
                  optional("nextForwardToken", string_shape()),
                  optional("nextBackwardToken", string_shape())})},
      {"FilterLogEvents",
       with(named_group(),
            {optional("logStreamNames", texts()), optional("logStreamNamePrefix", string_shape()),
             optional("startTime", integer_shape()), optional("endTime", integer_shape()),
             optional("filterPattern", string_shape()), optional("nextToken", string_shape()),
             optional("limit", integer_shape()), optional("interleaved", boolean_shape())}),
       structure({optional("events", list_of(event_shape())),
                  optional("searchedLogStreams", list_of(structure({}))),
                  optional("nextToken", string_shape())})}};
}

}  // namespace

http::ServiceModel logs_model() {
  ServiceModel model;
  model.name = "logs";
  model.version = "2014-03-28";
  model.target_prefix = "Logs_20140328";
  model.json_version = "1.1";
  for (auto* part : {&group_operations, &stream_operations, &event_operations}) {
    for (auto& operation : (*part)()) model.operations.push_back(std::move(operation));
  }
  return model;
}

}  // namespace loopgate::logs

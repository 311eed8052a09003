// Which operation of a REST service a request is, by the bindings of its shapes.
#pragma once

#include <optional>

#include "aws/protocol/protocol.h"

namespace loopgate::aws {

struct RestRoute {
  OperationModel operation;
  Labels labels;  // "FunctionName" → "f", decoded
};

// The operation whose method and path fit, and of several the one that says most: with the most of
// its own words in query and path, then the one that finds all that it demands of query and headers
// (UploadPart before PutObject, CopyObject before both). nullopt when none fits.
std::optional<RestRoute> route_rest(const ServiceModel& service, const RequestView& request);

// How well `uri` ("/{Bucket}/{Key+}?acl") fits; nullopt when it does not. `labels` may be null.
struct UriFit {
  int query_words = 0;
  int path_words = 0;
  int whole_labels = 0;  // that take one segment, no more
  auto operator<=>(const UriFit&) const = default;
};
std::optional<UriFit> fit_uri(std::string_view uri, std::string_view path, std::string_view query,
                              Labels* labels);

}  // namespace loopgate::aws

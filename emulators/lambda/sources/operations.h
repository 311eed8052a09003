// The operations of event source mappings, and their tags.
// https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
#pragma once

#include <functional>

#include "emulators/http/api.h"
#include "emulators/lambda/sources/mappings.h"

namespace loopgate::lambda {

std::function<void()> create_event_source_mapping(EventSourceMappings& mappings, http::ApiCall call,
                                                  http::ApiReply reply);
std::function<void()> update_event_source_mapping(EventSourceMappings& mappings, http::ApiCall call,
                                                  http::ApiReply reply);
http::ApiResult get_event_source_mapping(EventSourceMappings& mappings, const http::ApiCall& call);
http::ApiResult list_event_source_mappings(EventSourceMappings& mappings,
                                           const http::ApiCall& call);
http::ApiResult delete_event_source_mapping(EventSourceMappings& mappings,
                                            const http::ApiCall& call);

// Whether the Resource of a tag operation is a mapping.
bool is_mapping_arn(std::string_view arn);
http::ApiResult list_mapping_tags(EventSourceMappings& mappings, const http::ApiCall& call);
http::ApiResult tag_mapping(EventSourceMappings& mappings, const http::ApiCall& call);
http::ApiResult untag_mapping(EventSourceMappings& mappings, const http::ApiCall& call);

}  // namespace loopgate::lambda

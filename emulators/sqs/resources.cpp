#include "emulators/sqs/resources.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "emulators/sqs/limits.h"
#include "emulators/sqs/wire.h"

namespace loopgate::sqs {

namespace {

using cfn::property_text;
using nlohmann::json;

constexpr const char* kAttributeProperties[] = {
    "ContentBasedDeduplication",
    "DeduplicationScope",
    "DelaySeconds",
    "FifoQueue",
    "FifoThroughputLimit",
    "KmsDataKeyReusePeriodSeconds",
    "KmsMasterKeyId",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "ReceiveMessageWaitTimeSeconds",
    "RedriveAllowPolicy",
    "RedrivePolicy",
    "SqsManagedSseEnabled",
    "VisibilityTimeout",
};

AttributeMap queue_attributes(const json& properties) {
  AttributeMap out;
  for (const char* name : kAttributeProperties) {
    if (auto value = property_text(properties, name); !value.empty()) out[name] = std::move(value);
  }
  // CreateQueue knows no such value: the attribute is left out of standard queues.
  if (const auto fifo = out.find("FifoQueue"); fifo != out.end() && fifo->second == "false")
    out.erase(fifo);
  return out;
}

// The sentence names the attribute that is wrong: its line is that of the property.
std::unexpected<Error> failed(const cfn::ResourceRequest& request, const aws::AwsError& error) {
  for (const char* name : kAttributeProperties) {
    if (request.properties.contains(name) && error.message.find(name) != std::string::npos) {
      return fail_at(request, std::string("/") + name, error.message);
    }
  }
  return fail_at(request, "", error.message);
}

QueueKey key_of(const cfn::ResourceRequest& request, const std::string& url) {
  if (auto arn = QueueKey::from_arn(url)) return *arn;
  return parse_queue_url(url, request.stack->account, request.stack->region).value_or(QueueKey{});
}

}  // namespace

std::vector<std::string_view> QueueResource::attributes(std::string_view) const {
  return {"Arn", "QueueName", "QueueUrl"};
}

std::vector<std::string_view> QueueResource::properties(std::string_view) const {
  std::vector<std::string_view> out = {"QueueName", "Tags"};
  out.insert(out.end(), std::begin(kAttributeProperties), std::end(kAttributeProperties));
  return out;
}

cfn::ResourceState QueueResource::state(const QueueKey& key) const {
  const auto url = queue_url(key, base_url_());
  return {url, {{"Arn", key.arn()}, {"QueueName", key.name}, {"QueueUrl", url}}};
}

Status QueueResource::validate(const cfn::ResourceRequest& request, std::vector<std::string>&) {
  const auto name = property_text(request.properties, "QueueName");
  if (name.empty() || cfn::is_unresolved(name)) return {};
  const bool is_fifo = property_text(request.properties, "FifoQueue") == "true";
  const auto named = check_queue_name(name, is_fifo);
  if (named) return {};
  return fail_at(request, "/QueueName", named.error().message);
}

Result<cfn::ResourceState> QueueResource::make(const cfn::ResourceRequest& request) {
  const auto attributes = queue_attributes(request.properties);
  auto name = property_text(request.properties, "QueueName");
  if (name.empty())
    name = generated_name(request, queues_.random(), kMaxNameChars,
                          attributes.contains("FifoQueue") ? ".fifo" : "");
  const QueueKey key{request.stack->account, request.stack->region, name};
  if (queues_.exists(key)) {
    return fail_at(request, "/QueueName", "a queue named " + name + " exists already");
  }
  if (auto made = queues_.create(key, attributes, cfn::property_tags(request.properties)); !made) {
    return failed(request, made.error());
  }
  return state(key);
}

void QueueResource::create(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  done(make(request));
}

// What the template no longer says goes back to its default.
Result<cfn::ResourceState> QueueResource::change(const cfn::ResourceRequest& request,
                                                 const QueueKey& key) {
  auto changes = queue_attributes(request.properties);
  changes.erase("FifoQueue");
  const auto standard = Settings{}.shown();
  for (const auto& [name, value] : queue_attributes(request.old_properties)) {
    if (changes.contains(name) || name == "FifoQueue") continue;
    const auto found = standard.find(name);
    if (found != standard.end()) {
      changes[name] = found->second;
    } else if (name == "RedrivePolicy" || name == "RedriveAllowPolicy" ||
               name == "KmsMasterKeyId") {
      changes[name] = "";
    } else if (name == "ContentBasedDeduplication") {
      changes[name] = "false";
    } else if (name == "DeduplicationScope") {
      changes[name] = "queue";
    } else if (name == "FifoThroughputLimit") {
      changes[name] = "perQueue";
    }
  }
  if (auto set = queues_.set_attributes(key, changes); !set) return failed(request, set.error());
  if (auto set = queues_.set_tags(key, cfn::property_tags(request.properties)); !set) {
    return failed(request, set.error());
  }
  return state(key);
}

void QueueResource::update(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  const auto key = key_of(request, request.physical_id);
  if (changes(request, "QueueName") || changes(request, "FifoQueue") || !queues_.exists(key)) {
    return done(make(request));
  }
  done(change_or_restore(request, [&](const auto& wanted) { return change(wanted, key); }));
}

void QueueResource::remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) {
  (void)queues_.remove(key_of(request, request.physical_id));
  done({});
}

std::vector<std::string_view> QueuePolicyResource::properties(std::string_view) const {
  return {"PolicyDocument", "Queues"};
}

Status QueuePolicyResource::validate(const cfn::ResourceRequest& request,
                                     std::vector<std::string>&) {
  if (property_text(request.properties, "PolicyDocument").empty()) {
    return fail_at(request, "", "PolicyDocument is missing");
  }
  const auto queues = request.properties.value("Queues", json());
  const bool is_list =
      queues.is_array() || (queues.is_string() && cfn::is_unresolved(queues.get<std::string>()));
  if (!is_list) return fail_at(request, "/Queues", "Queues must be a list of queue URLs");
  return {};
}

Status QueuePolicyResource::apply(const cfn::ResourceRequest& request, const json& queues,
                                  const std::string& policy) {
  if (!queues.is_array()) {
    return fail_at(request, "/Queues", "Queues must be a list of queue URLs");
  }
  for (const auto& url : queues) {
    const auto key = key_of(request, url.is_string() ? url.get<std::string>() : std::string());
    // Taking a policy away from a queue that is gone is no failure.
    if (policy.empty() && !queues_.exists(key)) continue;
    if (auto set = queues_.set_attributes(key, {{"Policy", policy}}); !set)
      return failed(request, set.error());
  }
  return {};
}

Result<cfn::ResourceState> QueuePolicyResource::put(const cfn::ResourceRequest& request) {
  (void)apply(request, request.old_properties.value("Queues", json::array()), "");
  if (auto set = apply(request, request.properties.value("Queues", json::array()),
                       property_text(request.properties, "PolicyDocument"));
      !set) {
    return std::unexpected(set.error());
  }
  const auto id = request.physical_id.empty() ? request.stack->name + "-" + request.logical_id +
                                                    "-" + queues_.random().upper_alnum(12)
                                              : request.physical_id;
  return cfn::ResourceState{id, {{"Id", id}}};
}

void QueuePolicyResource::create(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  update(request, std::move(done));
}

void QueuePolicyResource::update(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  done(change_or_restore(request, [&](const auto& wanted) { return put(wanted); }));
}

void QueuePolicyResource::remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) {
  (void)apply(request, request.properties.value("Queues", json::array()), "");
  (void)apply(request, request.old_properties.value("Queues", json::array()), "");
  done({});
}

}  // namespace loopgate::sqs

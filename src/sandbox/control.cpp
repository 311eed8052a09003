#include "sandbox/control.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <vector>

#include "base/json.h"
#include "base/version.h"
#include "codec/base64.h"
#include "console/files.h"
#include "emulators/http/caller.h"
#include "sandbox/injected_replies.h"
#include "sandbox/journal_stream.h"
#include "sandbox/journal_wait.h"
#include "sandbox/query.h"
#include "template/suggestion.h"

namespace loopgate {

namespace {

using nlohmann::json;

constexpr std::size_t kCapturedPerAnswer = 1000;
constexpr std::size_t kCapturedBytesPerAnswer = 4U << 20;  // of payload; one more than this at most
constexpr std::size_t kInjectedPerRequest = 10'000;
constexpr std::uint64_t kMaxWaitMillis = 60'000;

void answer_json(const std::shared_ptr<http::Exchange>& answer, const json& body,
                 int status = 200) {
  answer->respond(http::Response::json(status, write_json(body) + "\n"));
}

void refuse(const std::shared_ptr<http::Exchange>& answer, std::string sentence, int status = 400) {
  answer_json(answer, {{"error", std::move(sentence)}}, status);
}

void answer_status(const std::shared_ptr<http::Exchange>& answer, const Status& status) {
  status ? answer_json(answer, json::object()) : refuse(answer, status.error().to_string());
}

void answer_document(const std::shared_ptr<http::Exchange>& answer,
                     const Result<nlohmann::ordered_json>& document) {
  document ? answer_json(answer, json(*document))
           : refuse(answer, document.error().to_string(), 404);
}

struct Member {
  enum class Type : unsigned char { kText, kFlag, kList, kObject };
  std::string_view name;
  Type type;
};

// What a value of a type that it may not have is called in the refusal.
std::string_view misfit(Member::Type type, const json& value) {
  switch (type) {
    case Member::Type::kText:
      return value.is_string() ? "" : "is not text";
    case Member::Type::kFlag:
      return value.is_boolean() ? "" : "is neither true nor false";
    case Member::Type::kList:
      return value.is_array() ? "" : "is not a list";
    case Member::Type::kObject:
      return value.is_object() ? "" : "is not an object";
  }
  __builtin_unreachable();
}

// A misspelt member must not be taken for one that was left out: a reset that was to keep the
// stacks would delete them. null is as if it were left out.
Status check_members(const json& body, const std::vector<Member>& members) {
  for (const auto& [name, value] : body.items()) {
    const auto known = std::ranges::find(members, name, &Member::name);
    if (known == members.end()) {
      std::vector<std::string> names;
      for (const auto& member : members) names.emplace_back(member.name);
      return fail(fmt::format("the body may not have '{}' (it takes {}){}", name.substr(0, 100),
                              fmt::join(names, ", "), cfn::did_you_mean(name, names)));
    }
    if (value.is_null()) continue;
    if (const auto why = misfit(known->type, value); !why.empty()) {
      return fail(fmt::format("{} {}", name, why));
    }
  }
  return {};
}

std::string text_field(const json& body, const char* name) {
  const auto found = body.find(name);
  return found != body.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::map<std::string, std::string> text_map(const json& body, const char* name) {
  std::map<std::string, std::string> out;
  const auto found = body.find(name);
  if (found == body.end() || !found->is_object()) return out;
  for (const auto& [key, value] : found->items()) {
    out[key] = value.is_string() ? value.get<std::string>() : write_json(value);
  }
  return out;
}

std::uint64_t number_parameter(std::string_view query, std::string_view name,
                               std::uint64_t otherwise) {
  const auto text = query_parameter(query, name);
  std::uint64_t value = otherwise;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

json describe_result(const DeployResult& result) {
  json outputs = json::object();
  json local = json::object();
  for (const auto& output : result.outputs) {
    outputs[output.key] = output.value;
    if (!output.local.empty()) local[output.key] = output.local;
  }
  return {{"stack", result.stack},
          {"outputs", outputs},
          {"local", local},
          {"warnings", result.warnings}};
}

struct Injected {
  std::string listener;
  std::string region;
  Endpoint from;
  std::string peer_key;  // of a WireGuard peer: the payload is what it would have encrypted
  Bytes payload;
};

// `listener` and `region` are the request's, for a datagram that does not name its own.
Result<Injected> read_injected(const json& datagram, const std::string& where,
                               const std::string& listener, const std::string& region) {
  if (!datagram.is_object()) return fail(where + " is not an object");
  const auto from = Endpoint::parse(text_field(datagram, "from"));
  if (!from) return fail(where + ".from is not ADDRESS:PORT");
  auto payload = codec::base64_decode(text_field(datagram, "data"));
  if (!payload) return fail(where + ".data is not base64");
  const auto or_else = [&](const char* name, const std::string& otherwise) {
    auto own = text_field(datagram, name);
    return own.empty() ? otherwise : own;
  };
  return Injected{or_else("listener", listener), or_else("region", region), *from,
                  text_field(datagram, "peer_key"), *std::move(payload)};
}

// Nothing: it is not asked for.
Result<std::optional<Duration>> read_wait(const json& body) {
  const auto text = text_field(body, "wait");
  if (text.empty()) return std::nullopt;
  const auto wait = parse_duration(text);
  if (!wait) return fail("wait: " + wait.error().message);
  return std::min<Duration>(*wait, std::chrono::milliseconds(kMaxWaitMillis));
}

}  // namespace

void Control::handle(http::Request request, std::shared_ptr<http::Exchange> exchange) {
  const auto route = std::string_view(request.path).substr(kPrefix.size());
  if (request.method == "POST") return dispatch_post(route, request, exchange);
  if (request.method != "GET") return refuse(exchange, "use GET or POST", 405);
  if (auto page = console::file(route)) return exchange->respond(*std::move(page));
  if (route == "health") return get_health(exchange);
  if (route == "info") return answer_json(exchange, json(sandbox_.describe()));
  if (route == "journal") return get_journal(request.query, exchange);
  if (route == "wait") return wait_for_journal(sandbox_, request.query, std::move(exchange));
  if (route == "captured") return get_captured(request.query, exchange);
  if (route == "clock") return get_clock(exchange);
  const auto listener = query_parameter(request.query, "listener");
  if (route == "listener") return answer_document(exchange, sandbox_.listener(listener));
  if (route == "bill") return answer_document(exchange, sandbox_.bill(listener));
  if (route == "peers") return answer_document(exchange, sandbox_.peers(listener));
  if (route == "wireguard") return answer_document(exchange, sandbox_.wireguard(listener));
  refuse(exchange, fmt::format("there is no GET {}", request.path), 404);
}

void Control::get_health(const Answer& answer) {
  const bool ready = sandbox_.is_ready();
  json body = {{"status", ready ? "ok" : "starting"},
               {"version", version()},
               {"services", sandbox_.service_names()}};
  if (!ready) body["error"] = "the stacks of the start are not deployed yet";
  answer_json(answer, body, ready ? 200 : 503);
}

void Control::dispatch_post(std::string_view route, const http::Request& request,
                            const Answer& answer) {
  const auto read = read_json(request.body.empty() ? "{}" : request.body);
  if (!read) return refuse(answer, "the body is not JSON: " + read.error().message);
  if (!read->is_object()) return refuse(answer, "the body is not a JSON object");
  struct Post {
    std::string_view route;
    void (Control::*run)(const json& body, const Answer& answer);
    std::vector<Member> members;
  };
  using enum Member::Type;
  static const Post kPosts[] = {
      {"deploy",
       &Control::post_deploy,
       {{"stack", kText},
        {"template_file", kText},
        {"template", kText},
        {"parameters", kObject},
        {"allow_unsupported", kFlag},
        {"resolve", kObject},
        {"account", kText},
        {"region", kText}}},
      {"delete", &Control::post_delete, {{"stack", kText}, {"account", kText}, {"region", kText}}},
      {"inject",
       &Control::post_inject,
       {{"listener", kText}, {"region", kText}, {"datagrams", kList}, {"wait", kText}}},
      {"publish",
       &Control::post_publish,
       {{"topic", kText}, {"message", kText}, {"attributes", kObject}}},
      {"explain",
       &Control::post_explain,
       {{"topic", kText}, {"message", kText}, {"attributes", kObject}, {"message_id", kText}}},
      {"clock", &Control::post_clock, {{"advance", kText}}},
      {"peers",
       &Control::post_peers,
       {{"listener", kText},
        {"public_key", kText},
        {"preshared_key", kText},
        {"allowed_ips", kList}}},
      {"reset", &Control::post_reset, {{"keep_stacks", kFlag}, {"account", kText}}},
      {"snapshot", &Control::post_snapshot, {{"name", kText}}},
      {"restore", &Control::post_restore, {{"name", kText}}},
  };
  const auto* post = std::ranges::find(kPosts, route, &Post::route);
  if (post == std::end(kPosts)) {
    return refuse(answer, fmt::format("there is no POST {}", request.path), 404);
  }
  if (!request.query.empty()) {
    return refuse(answer, "a POST has its parameters in its body, as JSON, not in its query");
  }
  if (const auto fits = check_members(*read, post->members); !fits) {
    return refuse(answer, fits.error().message);
  }
  (this->*post->run)(*read, answer);
}

void Control::get_journal(std::string_view query, const Answer& answer) {
  stream_journal(sandbox_, query, answer);
}

void Control::get_captured(std::string_view query, const Answer& answer) {
  const auto after = number_parameter(query, "after", 0);
  const std::chrono::milliseconds wait{
      std::min(number_parameter(query, "wait_ms", 0), kMaxWaitMillis)};
  captured_.wait(after, wait, [this, after, answer] {
    json datagrams = json::array();
    for (const auto& datagram : captured_.read(after, kCapturedPerAnswer, kCapturedBytesPerAnswer))
      datagrams.push_back(describe_captured(datagram));
    answer_json(answer, {{"last", captured_.last_seq()},
                         {"lost", captured_.lost_since(after)},
                         {"datagrams", datagrams}});
  });
}

void Control::get_clock(const Answer& answer) {
  const auto ahead = std::chrono::round<std::chrono::seconds>(sandbox_.clock_ahead());
  answer_json(answer, {{"now", to_iso8601(sandbox_.clock().wall())}, {"ahead", to_string(ahead)}});
}

void Control::post_deploy(const json& body, const Answer& answer) {
  DeployOptions options;
  options.stack = text_field(body, "stack");
  options.template_file = text_field(body, "template_file");
  options.template_text = text_field(body, "template");
  options.parameters = text_map(body, "parameters");
  options.allow_unsupported = body.value("allow_unsupported", json()) == true;
  options.resolve = text_map(body, "resolve");
  options.account = text_field(body, "account");
  options.region = text_field(body, "region");
  if (options.template_file.empty() && options.template_text.empty()) {
    return refuse(answer, "the body has neither 'template' nor 'template_file'");
  }
  sandbox_.deploy(std::move(options), [answer](Result<DeployResult> result) {
    result ? answer_json(answer, describe_result(*result))
           : refuse(answer, result.error().to_string());
  });
}

void Control::post_delete(const json& body, const Answer& answer) {
  const auto stack = text_field(body, "stack");
  if (stack.empty()) return refuse(answer, "the body has no 'stack'");
  sandbox_.remove_stack(
      stack, [answer](Status status) { answer_status(answer, status); },
      text_field(body, "account"), text_field(body, "region"));
}

void Control::post_inject(const json& body, const Answer& answer) {
  const auto datagrams = body.find("datagrams");
  if (datagrams == body.end() || !datagrams->is_array()) {
    return refuse(
        answer,
        "the body has no list 'datagrams' of {\"from\": \"ADDRESS:PORT\", \"data\": BASE64}");
  }
  if (datagrams->size() > kInjectedPerRequest) {
    return refuse(answer,
                  fmt::format("more than {} datagrams in one request", kInjectedPerRequest));
  }
  // All of them first: nothing is injected of a request that is refused.
  const auto default_listener = text_field(body, "listener");
  const auto default_region = text_field(body, "region");
  std::vector<Injected> injected;
  std::set<std::string> listeners;
  for (std::size_t i = 0; i < datagrams->size(); ++i) {
    auto datagram = read_injected((*datagrams)[i], fmt::format("datagrams[{}]", i),
                                  default_listener, default_region);
    if (!datagram) return refuse(answer, datagram.error().message);
    listeners.insert(datagram->listener);
    injected.push_back(*std::move(datagram));
  }
  const auto wait = read_wait(body);
  if (!wait) return refuse(answer, wait.error().message);
  for (const auto& listener : listeners) {
    if (const auto found = sandbox_.listener(listener); !found) {
      return refuse(answer, found.error().to_string());
    }
  }
  InjectedDatagrams out{.tags = {},
                        .journal_before = sandbox_.journal().last_seq(),
                        .captured_before = captured_.last_seq()};
  json tags = json::array();
  for (const auto& [listener, region, from, peer_key, payload] : injected) {
    const auto tag = peer_key.empty()
                         ? sandbox_.inject(listener, region, from, payload)
                         : sandbox_.inject_inner(listener, region, from, peer_key, payload);
    if (!tag) return refuse(answer, tag.error().to_string());
    tags.push_back(*tag == 0 ? json() : json(tag_to_string(*tag)));
    if (*tag != 0) out.tags.insert(*tag);
  }
  json said = {{"injected", injected.size()}, {"tags", tags}, {"after", out.journal_before}};
  if (!*wait) return answer_json(answer, said);
  answer_with_replies(sandbox_, captured_, std::move(out), std::move(said), **wait, answer);
}

void Control::post_publish(const json& body, const Answer& answer) {
  const auto id = sandbox_.publish(text_field(body, "topic"), text_field(body, "message"),
                                   text_map(body, "attributes"));
  id ? answer_json(answer, {{"message_id", *id}}) : refuse(answer, id.error().to_string());
}

void Control::post_explain(const json& body, const Answer& answer) {
  const auto id = text_field(body, "message_id");
  const auto attributes = body.find("attributes");
  answer_document(
      answer, id.empty() ? sandbox_.explain(text_field(body, "topic"), text_field(body, "message"),
                                            attributes == body.end() ? json() : *attributes)
                         : sandbox_.explain_published(id));
}

void Control::post_clock(const json& body, const Answer& answer) {
  const auto step = parse_duration(text_field(body, "advance"));
  if (!step) return refuse(answer, "advance: " + step.error().message);
  // Who no longer waits for it leaves the clock where it is.
  auto abandon = sandbox_.advance(*step, [this, answer](const Status& status) {
    status ? get_clock(answer) : refuse(answer, status.error().to_string());
  });
  if (abandon) answer->on_closed(std::move(abandon));
}

void Control::post_peers(const json& body, const Answer& answer) {
  std::vector<std::string> allowed_ips;
  const auto list = body.find("allowed_ips");
  if (list != body.end() && list->is_array()) {
    for (const auto& network : *list)
      allowed_ips.push_back(network.is_string() ? network.get<std::string>() : "");
  }
  answer_status(answer,
                sandbox_.add_peer(text_field(body, "listener"), text_field(body, "public_key"),
                                  allowed_ips, text_field(body, "preshared_key")));
}

void Control::post_snapshot(const json& body, const Answer& answer) {
  sandbox_.snapshot(text_field(body, "name"),
                    [answer](const Status& status) { answer_status(answer, status); });
}

void Control::post_restore(const json& body, const Answer& answer) {
  sandbox_.restore(text_field(body, "name"),
                   [answer](const Status& status) { answer_status(answer, status); });
}

void Control::post_reset(const json& body, const Answer& answer) {
  const auto done = [answer](const Status& status) { answer_status(answer, status); };
  const aws::AccountScope scope{text_field(body, "account")};
  const bool is_named = body.contains("account") && !body["account"].is_null();
  if (is_named && !http::is_account_id(scope.account)) {
    return refuse(answer,
                  fmt::format("account '{}' is not twelve digits", scope.account.substr(0, 100)));
  }
  if (body.value("keep_stacks", json()) == true) return sandbox_.reset_keeping_stacks(scope, done);
  sandbox_.reset(scope, done);
}

}  // namespace loopgate

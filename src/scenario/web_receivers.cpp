#include "scenario/web_receivers.h"

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "scenario/limits.h"

namespace loopgate::scenario {

namespace {

bool is_below(const std::string& url, const std::string& prefix) {
  if (!url.starts_with(prefix)) return false;
  return url.size() == prefix.size() || prefix.ends_with('/') || url[prefix.size()] == '/' ||
         url[prefix.size()] == '?';
}

std::string host_of(const std::string& url) {
  const auto parsed = io::Url::parse(url);
  return parsed ? parsed->authority() : url;
}

}  // namespace

void WebReceivers::add(const std::string& name, const std::string& url, bool confirms) {
  receivers_[name] = {.url = url, .confirms = confirms, .answers = {}, .arrivals = {}};
}

void WebReceivers::answer(const std::string& name, std::vector<WebAnswer> answers) {
  receivers_.at(name).answers = std::move(answers);
}

std::vector<std::string> WebReceivers::names() const {
  std::vector<std::string> out;
  for (const auto& [name, receiver] : receivers_) out.push_back(name);
  return out;
}

std::optional<WebReceivers::Arrival> WebReceivers::take(const std::string& name) {
  auto& arrivals = receivers_.at(name).arrivals;
  if (arrivals.empty()) return std::nullopt;
  auto oldest = std::move(arrivals.front());
  arrivals.pop_front();
  bytes_ -= oldest.request.body.size();
  return oldest;
}

std::size_t WebReceivers::waiting(const std::string& name) const {
  return receivers_.at(name).arrivals.size();
}

void WebReceivers::attach(Clock& clock, TaskQueue& tasks,
                          std::function<void(const std::string& url)> visit) {
  clock_ = &clock;
  tasks_ = &tasks;
  visit_ = std::move(visit);
}

WebReceivers::Receiver* WebReceivers::find(const std::string& url) {
  for (auto& [name, receiver] : receivers_) {
    if (is_below(url, receiver.url)) return &receiver;
  }
  return nullptr;
}

io::HttpSender::CallId WebReceivers::send(io::HttpRequest request, Done done) {
  const CallId id{++last_call_};
  calls_.emplace(id, std::move(done));
  auto* const receiver = find(request.url);
  if (receiver == nullptr) {
    tell(id, fail("http://" + host_of(request.url) +
                  " cannot be resolved: no receiver of the "
                  "scenario has this URL"));
    return id;
  }
  const bool confirmed = receiver->confirms && request.body.size() < kMaxScenarioBytes;
  const auto limit = request.limits.first_byte;
  auto answer = answer_of(*receiver);
  if (confirmed) confirm(request);
  const bool is_told = confirmed && request.body.contains("\"SubscriptionConfirmation\"");
  if (!is_told && bytes_ + request.body.size() <= kMaxWebBytes) {
    bytes_ += request.body.size();
    receiver->arrivals.push_back({clock_->wall(), std::move(request)});
  }
  if (answer) {
    tell(id, std::move(answer));
  } else {
    clock_->call_after(
        limit, [this, id, why = std::move(answer.error())] { tell(id, std::unexpected(why)); });
  }
  return id;
}

void WebReceivers::cancel(CallId id) {
  calls_.erase(id);
}

Result<io::HttpResponse> WebReceivers::answer_of(Receiver& receiver) {
  WebAnswer status = 200;
  if (!receiver.answers.empty()) {
    status = receiver.answers.front();
    if (receiver.answers.size() > 1) receiver.answers.erase(receiver.answers.begin());
  }
  if (status == kSilence) return fail(receiver.url + " did not begin to answer in time");
  return io::HttpResponse{.status = status};
}

// As an endpoint does it: by visiting the URL, unsigned.
void WebReceivers::confirm(const io::HttpRequest& request) {
  const auto body = read_json(request.body).value_or(nullptr);
  if (!body.is_object() || body.value("Type", "") != "SubscriptionConfirmation") return;
  tasks_->post([this, url = body.value("SubscribeURL", "")] { visit_(url); });
}

void WebReceivers::tell(CallId id, Result<io::HttpResponse> answer) {
  tasks_->post([this, id, answer = std::move(answer)]() mutable {
    if (auto call = calls_.extract(id)) call.mapped()(std::move(answer));
  });
}

}  // namespace loopgate::scenario

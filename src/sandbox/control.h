// The sandbox's own HTTP routes under /_loopgate/: what the verbs, the console and test harnesses
// use.
//
//   GET  health, info, journal, wait, captured, bill, clock, listener, peers, wireguard
//   POST deploy, delete, inject, publish, explain, clock, reset, snapshot, restore,
//        peers
//
// Answers are JSON; a refusal is {"error": "sentence"} with status 400 or 404.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "emulators/http/message.h"
#include "sandbox.h"
#include "sandbox/captured_datagrams.h"

namespace loopgate {

class Control {
 public:
  static constexpr std::string_view kPrefix = "/_loopgate/";

  Control(Sandbox& sandbox, CapturedDatagrams& captured) : sandbox_(sandbox), captured_(captured) {}

  void handle(http::Request request, std::shared_ptr<http::Exchange> exchange);

 private:
  using Answer = std::shared_ptr<http::Exchange>;

  void get_journal(std::string_view query, const Answer& answer);
  void get_captured(std::string_view query, const Answer& answer);
  void get_health(const Answer& answer);
  void get_clock(const Answer& answer);
  void post_deploy(const nlohmann::json& body, const Answer& answer);
  void post_delete(const nlohmann::json& body, const Answer& answer);
  void post_inject(const nlohmann::json& body, const Answer& answer);
  void post_publish(const nlohmann::json& body, const Answer& answer);
  void post_explain(const nlohmann::json& body, const Answer& answer);
  void post_clock(const nlohmann::json& body, const Answer& answer);
  void post_peers(const nlohmann::json& body, const Answer& answer);
  void post_snapshot(const nlohmann::json& body, const Answer& answer);
  void post_restore(const nlohmann::json& body, const Answer& answer);
  void post_reset(const nlohmann::json& body, const Answer& answer);
  void dispatch_post(std::string_view route, const http::Request& request, const Answer& answer);

  Sandbox& sandbox_;
  CapturedDatagrams& captured_;
};

}  // namespace loopgate

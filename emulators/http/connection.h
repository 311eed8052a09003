// One connection of a server: requests one after another, each answered before the next is read.
// Private to this room: Asio shows.
#pragma once

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <list>
#include <memory>
#include <string>
#include <unordered_set>

#include "base/random.h"
#include "emulators/http/message.h"
#include "emulators/http/response_head.h"
#include "emulators/http/server.h"
#include "io/loop.h"

namespace loopgate::http {

class Connection;

// What the connections of a server share. It outlives the server while one of them is being torn
// down.
class ServerState : public std::enable_shared_from_this<ServerState> {
 public:
  ServerState(io::Loop& on, Handler handles, ServerLimits within);

  io::Loop& loop;
  Handler handler;
  ServerLimits limits;
  BodyObserver body_observer = nullptr;
  BodyPlanner body_planner = nullptr;
  std::string body_folder;
  std::unordered_set<Connection*> connections;
  // Those of which bytes are awaited, the longest silent first.
  std::list<Connection*> silent;
  // Where what nobody wants is read to: of a connection's own it would be most of its memory.
  std::array<char, 4096> scrap;

  // The head of `response`, dated and numbered.
  std::string head_of(const Response& response, const Framing& framing);

  // Calls every connection's `tick` as long as there are any.
  void keep_ticking();
  // Real time on purpose: peers and networks do not follow the sandbox's clock.
  std::chrono::milliseconds tick_length() const { return tick_length_; }
  bool let_one_give_way();  // false when none is silent
  void close();

 private:
  void on_tick();

  Random ids_ = Random::from_system();
  std::int64_t dated_ = 0;  // seconds since 1970 of `date_`
  std::string date_;
  std::chrono::milliseconds tick_length_;
  boost::asio::steady_timer timer_;
  bool ticking_ = false;
};

class Connection {
 public:
  // Reads from `socket` until either side ends it; owns itself meanwhile.
  static void start(std::shared_ptr<ServerState> server, boost::asio::ip::tcp::socket socket);

  virtual ~Connection() = default;
  virtual void close() = 0;  // at once; nobody is called
  virtual void tick() = 0;   // see ServerState::tick_length
};

}  // namespace loopgate::http

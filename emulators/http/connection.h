// One connection of a server: requests one after another, each answered before the next is read.
// Private to this room: Asio shows.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <unordered_set>

#include "emulators/http/message.h"
#include "emulators/http/server.h"
#include "io/loop.h"

namespace loopgate::http {

class Connection;

// What the connections of a server share. It outlives the server while one of them is being torn
// down.
struct ServerState {
  io::Loop& loop;
  Handler handler;
  ServerLimits limits;
  std::unordered_set<Connection*> connections;
  BodyObserver body_observer = nullptr;
};

class Connection {
 public:
  // Reads from `socket` until either side ends it; owns itself meanwhile.
  static void start(std::shared_ptr<ServerState> server, boost::asio::ip::tcp::socket socket);

  virtual ~Connection() = default;
  virtual void close() = 0;  // at once; nobody is called
};

}  // namespace loopgate::http

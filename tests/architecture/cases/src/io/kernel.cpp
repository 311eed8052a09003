// What reaches the kernel.
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio.hpp>
#include <thread>
void wait() {
  std::this_thread::sleep_for(std::chrono::seconds(1));  // refused: outside base
}

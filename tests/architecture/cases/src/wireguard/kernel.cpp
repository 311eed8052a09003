#include <arpa/inet.h>        // refused: <arpa/inet.h>
#include <dlfcn.h>            // refused: <dlfcn.h>
#include <fcntl.h>            // refused: <fcntl.h>
#include <ifaddrs.h>          // refused: <ifaddrs.h>
#include <linux/sock_diag.h>  // refused: <linux/sock_diag.h>
#include <net/if.h>           // refused: <net/if.h>
#include <netdb.h>            // refused: <netdb.h>
#include <netinet/in.h>       // refused: <netinet/in.h>
#include <poll.h>             // refused: <poll.h>
#include <pthread.h>          // refused: <pthread.h>
#include <pwd.h>              // refused: <pwd.h>
#include <signal.h>           // refused: <signal.h>
#include <spawn.h>            // refused: <spawn.h>
#include <sys/epoll.h>        // refused: <sys/epoll.h>
#include <sys/mman.h>         // refused: <sys/mman.h>
#include <sys/stat.h>         // refused: <sys/stat.h>
#include <sys/wait.h>         // refused: <sys/wait.h>
#include <unistd.h>           // refused: <unistd.h>

#include <boost/asio/ip/udp.hpp>  // refused: <boost/asio/ip/udp.hpp>
#include <boost/beast.hpp>        // refused: <boost/beast.hpp>
#include <csignal>                // refused: <csignal>
#include <mutex>                  // refused: <mutex>
#include <thread>                 // refused: <thread>

#include <openssl/evp.h>
#include <semantics.h>
#include <algorithm>

#include <arpa/inet.h>

#include <netdb.h>  // refused: <netdb.h>

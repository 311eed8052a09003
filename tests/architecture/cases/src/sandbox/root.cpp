// The composition root may name every room, but not the kernel.
#include "emulators/sqs/queues.h"
#include "gateway/gateway.h"

#include <sys/socket.h>  // refused: <sys/socket.h>

// A room may include base, itself and what its arrows name; nothing above it, nobody beside it.
#include "aws/ports.h"
#include "base/time.h"
#include "codec/text.h"
#include "gateway/gateway.h"
#include "template/resource.h"

#include <emulators/sqs/queues.h>  // refused: src/gateway may not include emulators/sqs/queues.h
#include "../aws/ports.h"          // refused: write paths from there
#include "emulators/sqs/queues.h"  // refused: src/gateway may not include emulators/sqs/queues.h
#include "gateway/missing.h"       // refused: write paths from there
#include "sandbox/control.h"       // refused: src/gateway may not include src/sandbox/control.h
#include "template/plan.h"         // refused: src/gateway may not include src/template/plan.h

// clang-format off
#  include "emulators/sqs/queues.h"  // refused: src/gateway may not include emulators/sqs/queues.h

// Emulators stand on codec as well, and know nothing of each other.
#include "codec/text.h"
#include "emulators/http/api.h"
#include "emulators/store/store.h"
#include "template/resource.h"

#include "emulators/sqs/queues.h"  // refused: emulators/sns may not include emulators/sqs/queues.h
#include "gateway/gateway.h"       // refused: emulators/sns may not include src/gateway/gateway.h
#include "template/plan.h"         // refused: emulators/sns may not include src/template/plan.h

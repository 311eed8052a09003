#include "base/time.h"  // refused: room src/strangers has no arrows

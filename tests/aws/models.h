// The tests' own models: small ones that have every trait. generate.py writes their tables from
// models/*.json when the tests are built.
#pragma once

#include "aws/shapes/shape.h"

namespace loopgate::aws::shapes {

extern const ServiceModel kTestQueues;  // JSON, and Query besides
extern const ServiceModel kTestTopics;  // Query
extern const ServiceModel kTestThings;  // Query
extern const ServiceModel kTestRestJson;
extern const ServiceModel kTestRestXml;
extern const ServiceModel kTestChecked;  // JSON, with constraints

}  // namespace loopgate::aws::shapes

// What SNS answers below /_aws/sns/ beside its operations: the certificate of its signatures, and
// what it kept instead of sending it. The paths and documents of the last four are those of other
// emulators, so that tests written for them go on.
//
//   GET          SimpleNotificationService-….pem
//   GET          subscription-tokens/SUBSCRIPTION_ARN
//   GET, DELETE  sms-messages                ?accountId, region, phoneNumber
//   GET, DELETE  platform-endpoint-messages  ?accountId, region, endpointArn
//   GET, DELETE  email-messages              ?accountId, region, address
//   PUT, DELETE  opted-out/NUMBER            ?accountId, region: as if it had answered STOP, START
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "emulators/http/front_door.h"
#include "emulators/sns/topics.h"

namespace loopgate::sns {

class Routes {
 public:
  // `region`: named where a request names none.
  Routes(Topics& topics, std::string region) : topics_(topics), region_(std::move(region)) {}

  void add_to(http::FrontDoor& door);
  http::Response answer(const http::Request& request);

 private:
  http::Response opt(const http::Request& request, const std::string& number);
  http::Response certificate(std::string_view name);
  http::Response token(std::string_view encoded_arn) const;

  Topics& topics_;
  std::string region_;
};

}  // namespace loopgate::sns

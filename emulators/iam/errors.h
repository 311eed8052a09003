// The errors of IAM, in the words of the service.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html#API_CreateRole_Errors
#pragma once

#include <string>

#include "aws/error.h"

namespace loopgate::iam {

inline aws::AwsError no_such_role(const std::string& name) {
  return {"NoSuchEntity", "The role with name " + name + " cannot be found.", 404, {}};
}
inline aws::AwsError no_such_role_policy(const std::string& name) {
  return {"NoSuchEntity", "The role policy with name " + name + " cannot be found.", 404, {}};
}
inline aws::AwsError no_such_policy(const std::string& arn) {
  return {"NoSuchEntity", "Policy " + arn + " does not exist or is not attachable.", 404, {}};
}
inline aws::AwsError not_attached(const std::string& arn) {
  return {"NoSuchEntity", "Policy " + arn + " was not found.", 404, {}};
}
inline aws::AwsError role_exists(const std::string& name) {
  return {"EntityAlreadyExists", "Role with name " + name + " already exists.", 409, {}};
}
inline aws::AwsError policy_exists(const std::string& name) {
  return {"EntityAlreadyExists", "A policy called " + name + " already exists.", 409, {}};
}
inline aws::AwsError delete_conflict(std::string what) {
  return {"DeleteConflict", "Cannot delete entity, must " + std::move(what), 409, {}};
}
inline aws::AwsError limit_exceeded(std::string what) {
  return {"LimitExceeded", std::move(what), 409, {}};
}
inline aws::AwsError expired_token() {
  return {"ExpiredToken", "The security token included in the request is expired", 403, {}};
}

}  // namespace loopgate::iam

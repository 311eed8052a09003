#include "emulators/iam/resources.h"

#include "tests/emulators/iam/account.h"

namespace loopgate::iam {
namespace {

using nlohmann::json;

class Resources : public Account {
 protected:
  cfn::ResourceRequest request(json properties, std::string physical_id = {},
                               json old_properties = json::object()) {
    cfn::ResourceRequest out;
    out.stack = &stack;
    out.logical_id = "Worker";
    out.physical_id = std::move(physical_id);
    out.properties = std::move(properties);
    out.old_properties = std::move(old_properties);
    out.place = {"app.yaml", 7};
    return out;
  }
  Result<cfn::ResourceState> create(cfn::ResourceType& type, json properties) {
    Result<cfn::ResourceState> result;
    type.create(request(std::move(properties)), [&](auto done) { result = std::move(done); });
    return result;
  }
  Result<cfn::ResourceState> update(cfn::ResourceType& type, const std::string& id, json old_ones,
                                    json new_ones) {
    Result<cfn::ResourceState> result;
    type.update(request(std::move(new_ones), id, std::move(old_ones)),
                [&](auto done) { result = std::move(done); });
    return result;
  }
  Status validate(cfn::ResourceType& type, json properties) {
    return type.validate(request(std::move(properties)), told);
  }
  static json allow(const char* action) {
    return {{"Version", "2012-10-17"},
            {"Statement", {{"Effect", "Allow"}, {"Action", action}, {"Resource", "*"}}}};
  }
  bool may(const std::string& name, const char* action) {
    return roles.authorize(session(name), action, kQueue).has_value();
  }

  cfn::StackContext stack{"demo", "arn:aws:cloudformation:x", kAccount, "us-west-2", ".", false};
  std::vector<std::string> told;
  RoleResource role_type{roles, random};
  PolicyResource policy_type{roles};
  ManagedPolicyResource managed_type{roles, random};
  const json trust = json::parse(kTrust);
};

TEST_F(Resources, ARoleHasItsPolicies) {
  const json properties = {
      {"AssumeRolePolicyDocument", trust},
      {"Policies", {{{"PolicyName", "p"}, {"PolicyDocument", allow("sqs:SendMessage")}}}},
      {"ManagedPolicyArns", {"arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"}},
      {"MaxSessionDuration", "7200"}};
  EXPECT_TRUE(validate(role_type, properties));
  const auto state = create(role_type, properties).value();
  const auto name = state.physical_id;
  EXPECT_TRUE(name.starts_with("demo-Worker-"));
  EXPECT_EQ(state.attributes["Arn"], "arn:aws:iam::123456789012:role/" + name);
  EXPECT_TRUE(may(name, "sqs:SendMessage"));
  EXPECT_TRUE(may(name, "logs:PutLogEvents"));
  EXPECT_EQ((*roles.role(kAccount, name))->max_session_seconds, 7200);

  // What another resource added survives an update of this one.
  EXPECT_TRUE(create(
      policy_type,
      {{"PolicyName", "other"}, {"Roles", {name}}, {"PolicyDocument", allow("sns:Subscribe")}}));
  auto changed = properties;
  changed["Policies"] = {{{"PolicyName", "q"}, {"PolicyDocument", allow("sqs:ReceiveMessage")}}};
  changed.erase("ManagedPolicyArns");
  EXPECT_EQ(update(role_type, name, properties, changed)->physical_id, name);
  EXPECT_FALSE(may(name, "sqs:SendMessage"));
  EXPECT_FALSE(may(name, "logs:PutLogEvents"));
  EXPECT_TRUE(may(name, "sqs:ReceiveMessage"));
  EXPECT_TRUE(may(name, "sns:Subscribe"));

  role_type.remove(request({}, name), [](Status status) { EXPECT_TRUE(status); });
  EXPECT_FALSE(roles.role(kAccount, name));
}

TEST_F(Resources, AFailedUpdateLeavesARoleAsItWas) {
  const json properties = {
      {"AssumeRolePolicyDocument", trust},
      {"Policies", {{{"PolicyName", "p"}, {"PolicyDocument", allow("sqs:SendMessage")}}}}};
  const auto name = create(role_type, properties)->physical_id;
  auto wrong = properties;
  wrong["MaxSessionDuration"] = "7200";
  wrong["Policies"] = {{{"PolicyName", "q"}, {"PolicyDocument", allow("sqs:ReceiveMessage")}},
                       {{"PolicyName", "r"}, {"PolicyDocument", "no document"}}};
  EXPECT_FALSE(update(role_type, name, properties, wrong));
  EXPECT_TRUE(may(name, "sqs:SendMessage"));
  EXPECT_FALSE(may(name, "sqs:ReceiveMessage"));
  EXPECT_EQ((*roles.role(kAccount, name))->max_session_seconds, 3600);
}

TEST_F(Resources, APolicyGrantsUntilItIsRemoved) {
  role();
  EXPECT_EQ(policy_type.order(), cfn::CreationOrder::kGrant);
  const json properties = {{"PolicyName", "p"},
                           {"Roles", {"worker"}},
                           {"Users", {"somebody"}},
                           {"PolicyDocument", allow("sqs:SendMessage")}};
  EXPECT_TRUE(validate(policy_type, properties));
  EXPECT_EQ(told,
            std::vector<std::string>{"Worker: Users are ignored; the sandbox has roles only."});
  const auto state = create(policy_type, properties).value();
  EXPECT_TRUE(may("worker", "sqs:SendMessage"));
  auto changed = properties;
  changed["PolicyDocument"] = allow("sqs:ReceiveMessage");
  EXPECT_TRUE(update(policy_type, state.physical_id, properties, changed));
  EXPECT_FALSE(may("worker", "sqs:SendMessage"));
  policy_type.remove(request(changed, state.physical_id),
                     [](Status status) { EXPECT_TRUE(status); });
  EXPECT_FALSE(may("worker", "sqs:ReceiveMessage"));
}

TEST_F(Resources, APolicyIsInAllItsRolesOrAsItWas) {
  role();
  json properties = {{"PolicyName", "p"},
                     {"Roles", {"worker", "nobody"}},
                     {"PolicyDocument", allow("sqs:SendMessage")}};
  EXPECT_FALSE(create(policy_type, properties));
  EXPECT_FALSE(may("worker", "sqs:SendMessage"));

  properties["Roles"] = {"worker"};
  const auto state = create(policy_type, properties).value();
  auto changed = properties;
  changed["PolicyName"] = "q";
  changed["Roles"] = {"worker", "nobody"};
  changed["PolicyDocument"] = allow("sqs:ReceiveMessage");
  EXPECT_FALSE(update(policy_type, state.physical_id, properties, changed));
  EXPECT_TRUE(may("worker", "sqs:SendMessage"));
  EXPECT_FALSE(may("worker", "sqs:ReceiveMessage"));
}

TEST_F(Resources, AManagedPolicyGrantsUntilItIsRemoved) {
  role();
  const json properties = {{"Roles", {"worker"}}, {"PolicyDocument", allow("sqs:SendMessage")}};
  const auto state = create(managed_type, properties).value();
  EXPECT_TRUE(state.physical_id.starts_with("arn:aws:iam::123456789012:policy/demo-Worker-"));
  EXPECT_EQ(state.attributes["PolicyArn"], state.physical_id);
  EXPECT_TRUE(may("worker", "sqs:SendMessage"));
  auto changed = properties;
  changed["Roles"] = json::array();
  EXPECT_TRUE(update(managed_type, state.physical_id, properties, changed));
  EXPECT_FALSE(may("worker", "sqs:SendMessage"));
  managed_type.remove(request({}, state.physical_id), [](Status status) { EXPECT_TRUE(status); });
  EXPECT_EQ(roles.policy(state.physical_id), nullptr);
}

TEST_F(Resources, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(validate(role_type, json::object()).error().to_string(),
            "app.yaml:7: property AssumeRolePolicyDocument is required");
  EXPECT_EQ(validate(role_type, {{"AssumeRolePolicyDocument", {{"Statement", {{"Effect", "No"}}}}}})
                .error()
                .to_string(),
            "app.yaml:7: Statement[0]: Effect must be Allow or Deny.");
  EXPECT_TRUE(validate(role_type, {{"AssumeRolePolicyDocument", trust},
                                   {"ManagedPolicyArns", {"arn:aws:iam::aws:policy/Unheard"}}}));
  ASSERT_EQ(told.size(), 1u);
  EXPECT_NE(told[0].find("it grants nothing here"), std::string::npos);
  EXPECT_EQ(create(policy_type, {{"PolicyName", "p"},
                                 {"Roles", {"nobody"}},
                                 {"PolicyDocument", allow("sqs:SendMessage")}})
                .error()
                .to_string(),
            "app.yaml:7: The role with name nobody cannot be found.");
}

}  // namespace
}  // namespace loopgate::iam

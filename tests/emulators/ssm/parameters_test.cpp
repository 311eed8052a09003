#include "tests/emulators/ssm/account.h"

namespace loopgate::ssm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

TEST_F(Account, PutsAndGetsVersions) {
  EXPECT_EQ(ok("PutParameter", R"({"Name": "/a/b", "Value": "1", "Type": "String"})"),
            (json{{"Version", 1}, {"Tier", "Standard"}}));
  put("/a/b", "2");
  const auto got = ok("GetParameter", R"({"Name": "/a/b"})")["Parameter"];
  EXPECT_EQ(got, (json{{"Name", "/a/b"},
                       {"Type", "String"},
                       {"Value", "2"},
                       {"Version", 2},
                       {"LastModifiedDate", 1793610930.0},
                       {"ARN", "arn:aws:ssm:us-west-2:123456789012:parameter/a/b"},
                       {"DataType", "text"}}));
  ok("LabelParameterVersion", R"({"Name": "/a/b", "ParameterVersion": 1, "Labels": ["old"]})");
  EXPECT_EQ(value("/a/b:1"), "1");
  EXPECT_EQ(value("/a/b:old"), "1");
  EXPECT_EQ(value("arn:aws:ssm:us-west-2:123456789012:parameter/a/b:2"), "2");
  EXPECT_EQ(ok("GetParameter", R"({"Name": "/a/b:old"})")["Parameter"]["Selector"], ":old");
  const auto history = ok("GetParameterHistory", R"({"Name": "/a/b"})")["Parameters"];
  ASSERT_EQ(history.size(), 2);
  EXPECT_EQ(history[0]["Labels"], json::array({"old"}));
  EXPECT_EQ(history[1]["Value"], "2");
}

TEST_F(Account, ShowsASecureStringOnlyDecrypted) {
  put("/psk", "hunter2", "SecureString");
  const auto cipher = value("/psk");
  EXPECT_THAT(cipher, StartsWith("AQICAH"));
  EXPECT_EQ(value("/psk"), cipher);
  const auto decrypted = ok("GetParameter", R"({"Name": "/psk", "WithDecryption": true})");
  EXPECT_EQ(decrypted["Parameter"]["Value"], "hunter2");
  const auto described = ok("DescribeParameters", "{}")["Parameters"][0];
  EXPECT_EQ(described["KeyId"], "alias/aws/ssm");
  EXPECT_FALSE(described.contains("Value"));
}

TEST_F(Account, RefusesInTheWordsOfAws) {
  put("/there", "1");
  struct Case {
    const char* operation;
    const char* params;
    const char* refusal;
  };
  const Case cases[] = {
      {"PutParameter", R"({"Name": "/there", "Value": "1", "Type": "String"})",
       "ParameterAlreadyExists: The parameter already exists. To overwrite this value, set the "
       "overwrite option in the request to true."},
      {"PutParameter", R"({"Name": "/new", "Value": "1"})",
       "ValidationException: A parameter type is required when you create a parameter."},
      {"PutParameter", R"({"Name": "a/b", "Value": "1", "Type": "String"})",
       "ValidationException: Parameter name must be a fully qualified name."},
      {"PutParameter", R"({"Name": "/aws/x", "Value": "1", "Type": "String"})",
       "AccessDeniedException: No access to reserved parameter name: /aws/x."},
      {"PutParameter", R"({"Name": "awsome", "Value": "1", "Type": "String"})",
       "ValidationException: Parameter name: can't be prefixed with \"aws\" or \"ssm\" "
       "(case-insensitive)."},
      {"PutParameter", R"({"Name": "/a b", "Value": "1", "Type": "String"})",
       "ValidationException: Parameter name: can't be prefixed with \"ssm\" (case-insensitive). If "
       "formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can "
       "be "
       "formed as a mix of letters, numbers and the following 3 symbols .-_"},
      {"PutParameter",
       R"({"Name": "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16", "Value": "1", "Type": "String"})",
       "HierarchyLevelLimitExceededException: A hierarchy can have a maximum of 15 levels. For "
       "more "
       "information, see Requirements and constraints for parameter names in the AWS Systems "
       "Manager User Guide."},
      {"PutParameter",
       R"({"Name": "/p", "Value": "abc", "Type": "String", "AllowedPattern": "^\\d+$"})",
       "ParameterPatternMismatchException: Parameter value, cannot be validated against "
       "allowedPattern: ^\\d+$"},
      {"PutParameter", R"({"Name": "/p", "Value": "a", "Type": "String", "DataType": "Text"})",
       "ValidationException: The following data type is not supported: Text (Data type names are "
       "all lowercase.)"},
      {"PutParameter",
       R"({"Name": "/there", "Value": "a", "Overwrite": true, "Tags": [{"Key": "a", "Value": ""}]})",
       "ValidationException: Invalid request: tags and overwrite can't be used together. To create "
       "a parameter with tags, please remove overwrite flag. To update tags for an existing "
       "parameter, please use AddTagsToResource or RemoveTagsFromResource."},
      {"GetParameter", R"({"Name": "/nothing"})", "ParameterNotFound: "},
      {"DeleteParameter", R"({"Name": "/nothing"})", "ParameterNotFound: "},
      {"GetParameter", R"({"Name": "/there:7"})",
       "ParameterVersionNotFound: Systems Manager could not find version 7 of /there. Verify the "
       "version and try again."},
      {"GetParametersByPath", R"({"Path": "/", "NextToken": "x"})",
       "InvalidNextToken: The specified token isn't valid."},
      {"GetParametersByPath",
       R"({"Path": "/", "ParameterFilters": [{"Key": "Name", "Values": ["x"]}]})",
       "InvalidFilterKey: The following filter key is not valid: Name. Valid filter keys include: "
       "[Type, KeyId, Label]."},
      {"AddTagsToResource",
       R"({"ResourceType": "Parameter", "ResourceId": "/no", "Tags": [{"Key": "a", "Value": "b"}]})",
       "InvalidResourceId: The resource ID is not valid. Verify that you entered the correct ID "
       "and "
       "try again."},
      {"SendCommand", "{}", "InvalidAction: SSM SendCommand is not emulated here."},
  };
  for (const auto& [operation, params, wanted] : cases) {
    EXPECT_THAT(refusal(operation, params), StartsWith(wanted)) << operation << params;
  }
}

TEST_F(Account, NamesNoValueInItsErrors) {
  const std::string secret(5000, 's');
  const auto params = json{{"Name", "/s"}, {"Type", "SecureString"}, {"Value", secret}};
  const auto refused = refusal("PutParameter", write_json(params));
  EXPECT_THAT(refused, HasSubstr("maximum parameter value of 4096 characters"));
  EXPECT_THAT(refused, testing::Not(HasSubstr("ssss")));
}

TEST_F(Account, ChoosesAndKeepsTiers) {
  const auto put_of = [&](std::size_t bytes, const char* tier) {
    return call("PutParameter", write_json(json{{"Name", "/t"},
                                                {"Type", "String"},
                                                {"Value", std::string(bytes, 'x')},
                                                {"Overwrite", true},
                                                {"Tier", tier}}));
  };
  EXPECT_EQ(put_of(4096, "Intelligent-Tiering").value()["Tier"], "Standard");
  EXPECT_EQ(put_of(4097, "Intelligent-Tiering").value()["Tier"], "Advanced");
  EXPECT_FALSE(put_of(8193, "Advanced"));
  EXPECT_THAT(put_of(1, "Standard").error().message, HasSubstr("can't downgrade"));
}

TEST_F(Account, ListsByPathInPages) {
  for (const char* name : {"/a/1", "/a/2", "/a/b/3", "/ab/4", "root"}) put(name, "x");
  EXPECT_THAT(names(ok("GetParametersByPath", R"({"Path": "/a"})")), ElementsAre("/a/1", "/a/2"));
  EXPECT_THAT(names(ok("GetParametersByPath", R"({"Path": "/a/", "Recursive": true})")),
              ElementsAre("/a/1", "/a/2", "/a/b/3"));
  EXPECT_THAT(names(ok("GetParametersByPath", R"({"Path": "/"})")), ElementsAre("root"));
  const auto first =
      ok("GetParametersByPath", R"({"Path": "/", "Recursive": true, "MaxResults": 3})");
  EXPECT_EQ(names(first).size(), 3);
  auto next = json{{"Path", "/"}, {"Recursive", true}, {"NextToken", first["NextToken"]}};
  const auto second = ok("GetParametersByPath", write_json(next));
  EXPECT_THAT(names(second), ElementsAre("/ab/4", "root"));
  EXPECT_FALSE(second.contains("NextToken"));
}

TEST_F(Account, DescribesByFilters) {
  put("/a/1", "x");
  put("/a/2", "x", "StringList");
  ok("AddTagsToResource", R"({"ResourceType": "Parameter", "ResourceId": "/a/2",
                              "Tags": [{"Key": "env", "Value": "prod"}]})");
  struct Case {
    const char* filters;
    std::vector<std::string> names;
  };
  const Case cases[] = {
      {R"([{"Key": "Name", "Values": ["/a/1"]}])", {"/a/1"}},
      {R"([{"Key": "Name", "Option": "BeginsWith", "Values": ["/a"]}])", {"/a/1", "/a/2"}},
      {R"([{"Key": "Name", "Option": "Contains", "Values": ["2"]}])", {"/a/2"}},
      {R"([{"Key": "Type", "Values": ["StringList"]}])", {"/a/2"}},
      {R"([{"Key": "tag:env", "Values": ["prod"]}])", {"/a/2"}},
      {R"([{"Key": "tag:env", "Values": ["dev"]}])", {}},
      {R"([{"Key": "Path", "Option": "Recursive", "Values": ["/"]}])", {"/a/1", "/a/2"}},
  };
  for (const auto& [filters, wanted] : cases) {
    EXPECT_EQ(
        names(ok("DescribeParameters", fmt::format(R"({{"ParameterFilters": {}}})", filters))),
        wanted)
        << filters;
  }
}

TEST_F(Account, MovesLabels) {
  put("/l", "1");
  put("/l", "2");
  EXPECT_EQ(ok("LabelParameterVersion",
               R"({"Name": "/l", "ParameterVersion": 1, "Labels": ["live", "aws-x", "1st"]})"),
            (json{{"InvalidLabels", {"aws-x", "1st"}}, {"ParameterVersion", 1}}));
  ok("LabelParameterVersion", R"({"Name": "/l", "Labels": ["live"]})");
  EXPECT_EQ(value("/l:live"), "2");
  EXPECT_THAT(refusal("LabelParameterVersion",
                      R"({"Name": "/l", "Labels": ["a","b","c","d","e","f","g","h","i","j"]})"),
              StartsWith("ParameterVersionLabelLimitExceeded: "));
  EXPECT_EQ(ok("UnlabelParameterVersion",
               R"({"Name": "/l", "ParameterVersion": 2, "Labels": ["live", "none"]})"),
            (json{{"RemovedLabels", {"live"}}, {"InvalidLabels", {"none"}}}));
}

TEST_F(Account, KeepsAHundredVersionsUnlessTheOldestHasALabel) {
  for (int i = 0; i < 101; ++i) put("/v", std::to_string(i));
  EXPECT_EQ(ok("GetParameterHistory", R"({"Name": "/v"})")["Parameters"][0]["Version"], 2);
  ok("LabelParameterVersion", R"({"Name": "/v", "ParameterVersion": 2, "Labels": ["keep"]})");
  EXPECT_THAT(refusal("PutParameter", R"({"Name": "/v", "Value": "x", "Overwrite": true})"),
              HasSubstr("Version 2, the oldest version, can't be deleted because it has a label"));
  EXPECT_EQ(value("/v"), "100");
}

TEST_F(Account, KeepsAccountsAndRegionsApartAndSurvivesARestart) {
  put("/x", "west", "SecureString");
  region_ = "eu-west-1";
  put("/x", "eu");
  account_ = "111122223333";
  for (const char* name : {"/x", "arn:aws:ssm:eu-west-1:123456789012:parameter/x"}) {
    EXPECT_EQ(refusal("GetParameter", write_json(json{{"Name", name}})), "ParameterNotFound: ");
  }
  account_ = "123456789012";
  restart();
  EXPECT_EQ(value("/x"), "eu");
  parameters_->remove_all({.account = "123456789012"});
  restart();
  EXPECT_EQ(refusal("GetParameter", R"({"Name": "/x"})"), "ParameterNotFound: ");
}

TEST_F(Account, AsksForPermissionOnEachName) {
  const auto of = [&](const char* operation, const char* params) {
    const http::ApiCall call{.operation = operation,
                             .params = read_json(params).value(),
                             .caller = {.account = account_, .region = region_}};
    std::vector<std::string> out;
    const auto first = service_->permission_for(call);
    out.push_back(first.action + " " + first.resource);
    for (const auto& more : service_->further_permissions(call)) {
      out.push_back(more.action + " " + more.resource);
    }
    return out;
  };
  EXPECT_THAT(of("GetParameters", R"({"Names": ["/a:1", "b"]})"),
              ElementsAre("ssm:GetParameters arn:aws:ssm:us-west-2:123456789012:parameter/a",
                          "ssm:GetParameters arn:aws:ssm:us-west-2:123456789012:parameter/b"));
  EXPECT_THAT(of("DescribeParameters", "{}"), ElementsAre("ssm:DescribeParameters *"));
}

}  // namespace
}  // namespace loopgate::ssm

// The functions of a template: `Ref`, `Fn::Sub` and the rest, from a tree with calls in it to a
// tree of values. Pure: what lies outside of the template (resources, exports) comes in through the
// scope.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "template/document.h"

namespace loopgate::cfn {

struct StackIdentity {
  std::string name;
  std::string id;
  std::string account;
  std::string region;
};

class ConditionTable;

// What names mean while a tree is evaluated. Everything is borrowed and outlives the call.
struct Scope {
  StackIdentity stack;
  const std::map<std::string, Node>* parameters = nullptr;
  const Node* mappings = nullptr;
  ConditionTable* conditions = nullptr;
  // What Ref (empty `attribute`) or GetAtt of a resource gives. Null: resources may not be referred
  // to here.
  std::function<Result<Node>(const std::string& logical_id, const std::string& attribute,
                             const Origin& at)>
      resource;
  std::function<Result<std::string>(const std::string& export_name, const Origin& at)> import_value;
};

class Evaluator {
 public:
  explicit Evaluator(const Scope& scope) : scope_(scope) {}

  // Members and elements that become AWS::NoValue are gone from the result.
  Result<Node> evaluate(const Node& node);
  // The same where a scalar must come out. An unresolved one counts.
  Result<Node> evaluate_scalar(const Node& node, std::string_view what);
  // An expression of the section Conditions.
  Result<bool> test(const Node& expression);

 private:
  using Function = Result<Node> (Evaluator::*)(const Node& call, const Node& arguments);
  struct Entry {
    std::string_view name;
    Function function;
  };
  static const std::vector<Entry>& table();

  Result<Node> call(const Member& function, const Node& whole);
  Result<Node> reference(const std::string& name, const Origin& at);
  Result<Node> attribute(const std::string& logical_id, const std::string& name, const Origin& at);
  Result<bool> test_all(std::string_view function, const Node& arguments, bool wanted);

  Result<Node> ref(const Node& call, const Node& arguments);
  Result<Node> get_att(const Node& call, const Node& arguments);
  Result<Node> find_in_map(const Node& call, const Node& arguments);
  Result<Node> if_then_else(const Node& call, const Node& arguments);
  Result<Node> import_value(const Node& call, const Node& arguments);
  Result<Node> only_in_conditions(const Node& call, const Node& arguments);
  Result<Node> transform(const Node& call, const Node& arguments);
  // intrinsics_text.cpp
  Result<Node> sub(const Node& call, const Node& arguments);
  Result<Node> sub_variable(const std::string& name, const Node& variables, const Origin& at);
  Result<Node> join(const Node& call, const Node& arguments);
  Result<Node> split(const Node& call, const Node& arguments);
  Result<Node> select(const Node& call, const Node& arguments);
  Result<Node> base64(const Node& call, const Node& arguments);
  Result<Node> length(const Node& call, const Node& arguments);
  Result<Node> to_json_string(const Node& call, const Node& arguments);
  // intrinsics_network.cpp
  Result<Node> get_azs(const Node& call, const Node& arguments);
  Result<Node> cidr(const Node& call, const Node& arguments);

  // Text that functions make counts against kMaxEvaluatedBytes.
  Status charge(std::size_t bytes, const Origin& at);
  Result<Node> text(std::string value, const Origin& at);

  const Scope& scope_;
  std::size_t made_ = 0;
};

// A string that stands for what does not exist yet: "${unresolved:Queue.Arn}".
Node unresolved_value(std::string_view what, const Origin& at);
bool contains_unresolved(const Node& node);

// AWS::Region, AWS::NoValue and the like; nullopt when `name` is none of them.
std::optional<Node> pseudo_parameter(const StackIdentity& stack, const std::string& name,
                                     const Origin& at);

// The one member of a map when it is a call ("Ref", "Fn::…"), else null.
const Member* as_call(const Node& node);

// The references inside of a text for Fn::Sub: "${Name}", "${Name.Attribute}"; not "${!Literal}".
struct SubPart {
  bool is_reference = false;
  std::string text;
};
Result<std::vector<SubPart>> split_sub(const std::string& text, const Origin& at);

}  // namespace loopgate::cfn

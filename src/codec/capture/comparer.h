// Compares two sets of answers to the same requests: a capture's own with a replay's, or those of
// two replays. Answers of a flow that say the same are paired whatever their order, which UDP does
// not keep, and let go at once; what is left at the end is paired by its identifier (DNS's id,
// CoAP's message id or token), else in order, and is different; the rest is missing or new.
#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "codec/capture/fields.h"
#include "codec/capture/masks.h"
#include "codec/capture/speakers.h"

namespace loopgate::codec::capture {

// An answer on its way from `server` to `client`. `where` is for people: a record's number, a time.
struct ComparedAnswer {
  Endpoint client;
  Endpoint server;
  std::string where;
  Bytes payload;
};

struct FieldDifference {
  std::string path;
  std::optional<std::string> expected;  // nothing: the field is new
  std::optional<std::string> got;       // nothing: it is missing
};

// Two answers that are different.
struct Difference {
  ComparedAnswer expected;
  ComparedAnswer got;
  std::string_view form;                // of both; "bytes" when they have none in common
  std::vector<FieldDifference> fields;  // of another form than bytes
  std::size_t first_byte = 0;           // at which they part, masked ones left out
};

struct Comparison {
  std::uint64_t same = 0;
  std::uint64_t missing = 0;    // expected, and did not come
  std::uint64_t added = 0;      // came, and was not expected
  std::uint64_t different = 0;  // one of each
  // Of what was too much to keep: counted as missing or new, though some may have been different.
  std::uint64_t unkept = 0;
  // The first of each; of the differences the first few.
  std::optional<ComparedAnswer> first_missing;
  std::optional<ComparedAnswer> first_added;
  std::vector<Difference> differences;
  // Fields that differ, and in how many answers: "payload.temperature" → 12.
  std::map<std::string, std::uint64_t> by_field;

  bool all_same() const { return missing + added + different == 0; }
};

class Comparer {
 public:
  explicit Comparer(Masks masks, std::size_t kept_bytes = kMaxComparedBytes)
      : masks_(std::move(masks)), kept_bytes_(kept_bytes) {}

  void expect(ComparedAnswer answer) { add(std::move(answer), true); }
  void got(ComparedAnswer answer) { add(std::move(answer), false); }

  // Once, at the end. `kept`: of the differences, that many are given.
  Comparison finish(std::size_t kept = 1);

 private:
  struct Waiting {
    bool expected = false;
    ComparedAnswer answer;
    std::string says;  // its fields, masked
    std::string id;    // empty: it has none

    std::size_t cost() const { return answer.payload.size() + says.size() + sizeof(Waiting); }
  };
  using Waitings = std::list<Waiting>;
  struct Flow {
    std::deque<Waiting> expected;
    std::deque<Waiting> got;
  };

  void add(ComparedAnswer answer, bool expected);
  bool pair_same(const Waiting& wanted);
  void let_go(std::size_t hash);
  void forget_oldest();
  void compare_rest(Flow& flow, std::size_t kept);
  void differ(Waiting expected, Waiting got, std::size_t kept);
  void unpaired(Waiting waiting);
  Fields fields_of(const ComparedAnswer& answer) const;

  Masks masks_;
  std::size_t kept_bytes_;
  Waitings waiting_;  // of both sides, in order
  std::unordered_map<std::size_t, std::deque<Waitings::iterator>> by_hash_;  // the oldest first
  std::size_t bytes_ = 0;
  Comparison found_;
};

}  // namespace loopgate::codec::capture

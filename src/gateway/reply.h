// What a destination answers: {"Replies":[{"Tag":…,"Data":…},null,…]}, whole or as a stream.
#pragma once

#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/json_scan.h"

namespace loopgate::gateway {

// One entry. Views live as long as their parser's text, and only until its next call.
struct Reply {
  std::string_view tag;
  std::optional<std::string_view> data;  // nothing: nothing is sent
  std::string_view problem;              // not empty: no sound entry; what is wrong with it
};

// A whole answer: nothing of it counts when it is not JSON. `null`, an object without Replies, an
// empty list and null entries are normal. The error is a sentence.
class ReplyParser {
 public:
  explicit ReplyParser(std::string_view answer) : scan_(answer) {}
  std::expected<std::vector<Reply>, std::string> parse();
  // After `parse`: what is strange about a sound answer: "the answer has no Replies (its keys:
  // replies)". Empty when nothing is.
  std::string oddity() const;

 private:
  bool read_replies(std::vector<Reply>& out, std::string& error);

  JsonScan scan_;
  bool has_replies_ = false;
  std::string other_keys_;  // while there are no Replies; the first ones
};

// A streamed answer: each reply as soon as it is complete. Two framings are known: JSON values one
// after another, each {"Tag":…,"Data":…} or {"Replies":[…]}, with or without whitespace between;
// and one document {"Replies":[… that grows.
class ReplyStream {
 public:
  using Sink = std::function<void(const Reply&)>;

  explicit ReplyStream(Sink sink) : sink_(std::move(sink)) {}

  void push(std::string_view chunk);
  // The answer ended. What was wrong with it as a whole, if anything was.
  std::optional<std::string> finish();

 private:
  void take(char c);
  void take_in_string(char c);
  void open(char c);
  void close(char c);
  void end_token();
  void emit_entry();
  void emit_document();
  void poison(std::string problem);
  bool in_list() const { return listing_ && stack_.size() == 2; }
  // What stands beside a list Replies is passed over.
  bool collecting() const { return !listed_ || (listing_ && stack_.size() > 2); }

  Sink sink_;
  std::string stack_;  // open brackets
  std::string frame_;  // the entry, or the top-level document while it may still be an entry
  std::string key_;    // the last string at the top of the document
  std::string token_;  // a bare word or number where an entry or document could stand
  bool in_string_ = false;
  bool escaped_ = false;
  bool listing_ = false;  // inside Replies
  bool listed_ = false;   // this document had a list Replies
  std::string problem_;   // not empty: the rest is ignored
};

// Reads one entry, which `scan` stands before. False when it is not JSON.
bool read_reply(JsonScan& scan, Reply& out);

}  // namespace loopgate::gateway

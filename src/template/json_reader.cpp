// JSON with exact lines: nlohmann's SAX parser, fed by an iterator that counts line ends as they
// pass.
#include <fmt/format.h>

#include <iterator>
#include <nlohmann/json.hpp>

#include "template/document.h"
#include "template/limits.h"
#include "template/member_index.h"

namespace loopgate::cfn {

namespace {

struct Progress {
  int line = 1;
  char last = 0;
};

class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, Progress* progress) : at_(at), progress_(progress) {}
  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    progress_->last = *at_;
    if (*at_ == '\n') ++progress_->line;
    ++at_;
    return *this;
  }
  CountingIterator operator++(int) {
    auto before = *this;
    ++*this;
    return before;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }

 private:
  const char* at_;
  Progress* progress_;
};

class JsonReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  JsonReader(std::string_view text, const std::string& file)
      : text_(text), file_(std::make_shared<const std::string>(file)) {}

  Result<Node> read() {
    const CountingIterator first(text_.data(), &progress_);
    const CountingIterator last(text_.data() + text_.size(), &progress_);
    bool ok = false;
    try {
      ok = nlohmann::json::sax_parse(first, last, this);
    } catch (const std::exception& e) {
      return fail(fmt::format("not JSON: {}", e.what()), here().place());
    }
    if (ok && !error_) return std::move(root_);
    return std::unexpected(error_.value_or(Error{"not JSON", here().place()}));
  }

  bool null() override {
    Node node;
    node.origin = here();
    return add(std::move(node));
  }
  bool boolean(bool value) override { return add(Node::boolean(value, here())); }
  bool number_integer(number_integer_t value) override {
    return add(Node::number(std::to_string(value), here_after_number()));
  }
  bool number_unsigned(number_unsigned_t value) override {
    return add(Node::number(std::to_string(value), here_after_number()));
  }
  bool number_float(number_float_t, const string_t& text) override {
    return add(Node::number(text, here_after_number()));
  }
  bool string(string_t& value) override { return add(Node::string(std::move(value), here())); }
  bool binary(binary_t&) override { return false; }
  bool key(string_t& value) override {
    const Open& map = open_.back();
    if (const Member* const first = map.index.find(map.node, value)) {
      return refuse(
          fmt::format("the name '{}' stands here twice (first in line {}): remove one of them",
                      value, first->origin.line));
    }
    open_.back().key = std::move(value);
    open_.back().key_origin = here();
    return true;
  }
  bool start_object(std::size_t) override { return open(Node::map(here())); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(Node::list({}, here())); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception& e) override {
    // "[json.exception.parse_error.101] parse error at line 1, column 2: what": our line says
    // where.
    std::string what = e.what();
    if (const auto at = what.find(": "); at != std::string::npos) what = what.substr(at + 2);
    return refuse("not JSON: " + what);
  }

 private:
  struct Open {
    Node node;
    std::string key;
    Origin key_origin;
    MemberIndex index;
  };

  Origin here() const { return {file_, progress_.line}; }
  // A number ends only at the character after it.
  Origin here_after_number() const {
    return {file_, progress_.last == '\n' ? progress_.line - 1 : progress_.line};
  }
  bool refuse(std::string message) {
    if (!error_) error_ = Error{std::move(message), here().place()};
    return false;
  }
  bool add(Node node) {
    if (++count_ > kMaxDocumentNodes) return refuse("the document has too many values");
    if (open_.empty()) {
      root_ = std::move(node);
      return true;
    }
    Open& parent = open_.back();
    if (parent.node.is_list()) {
      parent.node.push(std::move(node));
    } else {
      parent.index.put(parent.node, {std::move(parent.key), parent.key_origin, std::move(node)});
    }
    return true;
  }
  bool open(Node node) {
    if (open_.size() >= static_cast<std::size_t>(kMaxDocumentDepth)) {
      return refuse(fmt::format("values are nested deeper than {} levels", kMaxDocumentDepth));
    }
    open_.push_back({std::move(node), {}, {}, {}});
    return true;
  }
  bool close() {
    Node node = std::move(open_.back().node);
    open_.pop_back();
    return add(std::move(node));
  }

  std::string_view text_;
  std::shared_ptr<const std::string> file_;
  Progress progress_;
  std::vector<Open> open_;
  std::size_t count_ = 0;
  Node root_;
  std::optional<Error> error_;
};

}  // namespace

Result<Node> parse_json(std::string_view text, const std::string& file) {
  return JsonReader(text, file).read();
}

}  // namespace loopgate::cfn

// The bytes of objects and of parts of uploads, each once, however many objects share them: small
// ones as rows, others as files, which nobody writes to any more once they are there. A file whose
// row is gone goes with it, at the end of the turn, or when the last who reads it has ended.
#pragma once

#include <cstdint>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "emulators/http/body_file.h"
#include "emulators/store/store.h"

namespace loopgate::s3 {

struct Piece {
  std::int64_t content = 0;
  std::uint64_t size = 0;
};

class Contents {
 public:
  // Files in `folder` whose rows are missing are what a killed process had begun: they are removed.
  // `keeps_files`: whether a snapshot may want files back whose rows are gone; these stay until the
  // next start then. May be null.
  Contents(store::Store& store, std::string folder, std::function<bool()> keeps_files);
  Contents(const Contents&) = delete;

  // Each is held once.
  Piece add(std::string_view bytes);
  Result<Piece> add(http::BodyFile& file);
  void hold(const std::vector<Piece>& pieces);
  void release(const std::vector<Piece>& pieces);

  // Reads what is held, a stretch at a time, also after it was released.
  class Reader {
   public:
    ~Reader();
    Reader(const Reader&) = delete;
    // At most `most` of the bytes that are left, at least one; empty at the end. The error says why
    // a file cannot be read.
    Result<std::string> next(std::size_t most);
    std::uint64_t left() const { return left_; }

   private:
    friend class Contents;
    struct Source {
      Piece piece;
      std::string bytes{};  // of a row
      std::ifstream file{};
    };
    Reader(Contents& contents, std::vector<Piece> pieces, std::uint64_t from, std::uint64_t count);
    Status open();

    Contents& contents_;
    std::vector<Piece> pieces_;
    std::size_t at_ = 0;        // the piece
    std::uint64_t within_ = 0;  // of its bytes
    std::uint64_t left_ = 0;
    Source source_;
  };
  // `count` bytes from `from` on, which the pieces have.
  std::unique_ptr<Reader> read(std::vector<Piece> pieces, std::uint64_t from, std::uint64_t count);

 private:
  std::string path_of(std::int64_t content) const;
  void remove_strays();
  void remove_file(std::int64_t content);
  void done_reading(const std::vector<Piece>& pieces);

  store::Store& store_;
  std::string folder_;
  std::function<bool()> keeps_files_;
  std::map<std::int64_t, std::size_t> readers_;
  std::set<std::int64_t> unwanted_;  // files that wait for their readers
};

}  // namespace loopgate::s3

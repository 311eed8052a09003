#include "emulators/s3/contents.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "emulators/s3/limits.h"

namespace loopgate::s3 {

namespace {

constexpr std::string_view kTable =
    "CREATE TABLE s3_contents (id INTEGER PRIMARY KEY AUTOINCREMENT, holders INTEGER NOT NULL,"
    " bytes BLOB)";  // NULL: a file

store::Store& migrated(store::Store& store) {
  (void)store.migrate("s3_contents", {kTable});
  return store;
}

}  // namespace

Contents::Contents(store::Store& store, std::string folder, std::function<bool()> keeps_files)
    : store_(migrated(store)), folder_(std::move(folder)), keeps_files_(std::move(keeps_files)) {
  remove_strays();
}

std::string Contents::path_of(std::int64_t content) const {
  return folder_ + "/" + std::to_string(content);
}

void Contents::remove_strays() {
  std::error_code error;
  auto known = store_.prepare("SELECT 1 FROM s3_contents WHERE id = ? AND bytes IS NULL");
  for (const auto& entry : std::filesystem::directory_iterator(folder_, error)) {
    const auto name = entry.path().filename().string();
    std::int64_t id = 0;
    std::from_chars(name.data(), name.data() + name.size(), id);
    known.bind(1, id);
    const bool is_known = known.step();
    known.reset();
    if (!is_known) std::filesystem::remove(entry.path(), error);
  }
}

Piece Contents::add(std::string_view bytes) {
  store_.prepare("INSERT INTO s3_contents (holders, bytes) VALUES (1, ?)")
      .bind(1, as_bytes(bytes))
      .run();
  return {store_.last_insert_id(), bytes.size()};
}

// The file is there before its row is committed: a process that is killed between leaves a stray.
Result<Piece> Contents::add(http::BodyFile& file) {
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  if (error) return fail(error.message(), {folder_});
  store_.prepare("INSERT INTO s3_contents (holders, bytes) VALUES (1, NULL)").run();
  const auto id = store_.last_insert_id();
  if (auto kept = file.keep_as(path_of(id)); !kept) return std::unexpected(kept.error());
  return Piece{id, file.size()};
}

void Contents::hold(const std::vector<Piece>& pieces) {
  auto more = store_.prepare("UPDATE s3_contents SET holders = holders + 1 WHERE id = ?");
  for (const auto& piece : pieces) more.bind(1, piece.content).run();
}

void Contents::release(const std::vector<Piece>& pieces) {
  auto fewer = store_.prepare(
      "UPDATE s3_contents SET holders = holders - 1 WHERE id = ?"
      " RETURNING holders, bytes IS NULL");
  auto remove = store_.prepare("DELETE FROM s3_contents WHERE id = ?");
  for (const auto& piece : pieces) {
    fewer.bind(1, piece.content);
    const bool is_free = fewer.step() && fewer.integer(0) <= 0;
    const bool is_file = is_free && fewer.integer(1) != 0;
    fewer.run();
    if (!is_free) continue;
    remove.bind(1, piece.content).run();
    if (!is_file) continue;
    store_.after_commit([this, content = piece.content](bool committed) {
      if (committed) remove_file(content);
    });
  }
}

void Contents::remove_file(std::int64_t content) {
  if (keeps_files_ && keeps_files_()) return;
  if (readers_.contains(content)) {
    unwanted_.insert(content);
    return;
  }
  std::error_code ignored;
  std::filesystem::remove(path_of(content), ignored);
}

std::unique_ptr<Contents::Reader> Contents::read(std::vector<Piece> pieces, std::uint64_t from,
                                                 std::uint64_t count) {
  return std::unique_ptr<Reader>(new Reader(*this, std::move(pieces), from, count));
}

void Contents::done_reading(const std::vector<Piece>& pieces) {
  for (const auto& piece : pieces) {
    const auto found = readers_.find(piece.content);
    if (--found->second > 0) continue;
    readers_.erase(found);
    if (unwanted_.erase(piece.content) > 0) remove_file(piece.content);
  }
}

Contents::Reader::Reader(Contents& contents, std::vector<Piece> pieces, std::uint64_t from,
                         std::uint64_t count)
    : contents_(contents), pieces_(std::move(pieces)), within_(from), left_(count) {
  for (const auto& piece : pieces_) ++contents_.readers_[piece.content];
  while (at_ < pieces_.size() && within_ >= pieces_[at_].size) within_ -= pieces_[at_++].size;
}

Contents::Reader::~Reader() {
  contents_.done_reading(pieces_);
}

Status Contents::Reader::open() {
  source_ = {.piece = pieces_[at_]};
  auto row = contents_.store_.prepare("SELECT bytes FROM s3_contents WHERE id = ?");
  row.bind(1, source_.piece.content);
  if (row.step() && !row.is_null(0)) {
    source_.bytes = as_text(row.blob(0));
    return {};
  }
  const auto path = contents_.path_of(source_.piece.content);
  source_.file.open(path, std::ios::binary);
  if (!source_.file) return fail("it cannot be read", {path});
  return {};
}

Result<std::string> Contents::Reader::next(std::size_t most) {
  if (left_ == 0) return std::string();
  if (at_ == pieces_.size()) return fail("its bytes are missing");
  if (source_.piece.content != pieces_[at_].content) {
    if (auto opened = open(); !opened) return std::unexpected(opened.error());
  }
  const auto wanted = std::min({std::uint64_t{most}, left_, pieces_[at_].size - within_});
  std::string out;
  if (source_.file.is_open()) {
    out.resize(wanted);
    source_.file.seekg(static_cast<std::streamoff>(within_));
    source_.file.read(out.data(), static_cast<std::streamsize>(wanted));
    out.resize(static_cast<std::size_t>(source_.file.gcount()));
  } else {
    out = source_.bytes.substr(std::min<std::size_t>(within_, source_.bytes.size()), wanted);
  }
  if (out.empty()) return fail("its bytes are missing", {contents_.path_of(pieces_[at_].content)});
  left_ -= out.size();
  within_ += out.size();
  if (within_ == pieces_[at_].size) {
    within_ = 0;
    ++at_;
  }
  return out;
}

}  // namespace loopgate::s3

#include "cli/artifacts.h"

#include <cctype>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "base/json.h"

namespace loopgate::cli {

namespace {

// A function's name has none but these; anything else would be a path of somebody's making.
std::string file_name(std::string_view function) {
  std::string out;
  for (const char c : function) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
    out += plain ? c : '_';
  }
  return out;
}

Error incomplete(const std::string& folder) {
  return {"the artifacts are not complete: " + std::generic_category().message(errno), {folder}};
}

}  // namespace

Result<std::unique_ptr<Artifacts>> Artifacts::open(const std::string& folder) {
  if (auto made = io::ensure_private_folder(folder); !made) {
    return fail("the folder of --artifacts " + made.error().message, {folder});
  }
  std::error_code ignored;
  std::filesystem::remove_all(folder + "/logs", ignored);  // functions of an earlier run
  std::unique_ptr<Artifacts> artifacts(new Artifacts(folder));
  auto journal = artifacts->create("journal.jsonl");
  if (!journal) return std::unexpected(journal.error());
  artifacts->journal_ = *std::move(journal);
  return artifacts;
}

Result<io::FilePtr> Artifacts::create(const std::string& name) const {
  auto file = io::create_private_file(folder_ + "/" + name);
  if (!file) return fail("the artifact " + file.error().message, {folder_ + "/" + name});
  return file;
}

void Artifacts::note(const Error& error) {
  if (status_) status_ = std::unexpected(error);
}

void Artifacts::put(std::FILE* file, const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), file) != text.size()) note(incomplete(folder_));
}

void Artifacts::flush(std::FILE* file) {
  if (std::fflush(file) != 0) note(incomplete(folder_));
}

void Artifacts::write(const Journal& journal, const Event& event) {
  put(journal_.get(), journal.to_json(event) + "\n");
  if (event.kind == EventKind::kFunctionLog) log(journal, event);
}

void Artifacts::log(const Journal& journal, const Event& event) {
  auto& file = logs_[event.subject];
  if (!file) {
    const auto folder = io::ensure_private_folder(folder_ + "/logs");
    auto made = folder ? create("logs/" + file_name(journal.name(event.subject)) + ".log")
                       : std::unexpected(folder.error());
    if (!made) return note(made.error());
    file = *std::move(made);
  }
  put(file.get(), to_iso8601(event.at) + " " + without_controls(event.text) + "\n");
}

void Artifacts::put_file(const std::string& name, const std::string& text) {
  auto file = create(name);
  if (!file) return note(file.error());
  put(file->get(), text);
  flush(file->get());
}

Status Artifacts::finish(const Sandbox& sandbox, const RunRecord& record,
                         const Redaction& redaction, const CommandEnd& end) {
  const auto stacks = redaction.apply(sandbox.describe());
  put_file("stacks.json", write_json(stacks) + "\n");
  put_file("report.html", report_page(stacks, record, redaction, end));
  flush(journal_.get());
  for (const auto& [function, file] : logs_) {
    if (file) flush(file.get());
  }
  return status_;
}

}  // namespace loopgate::cli

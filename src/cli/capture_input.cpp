#include "cli/capture_input.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "io/file_source.h"

namespace loopgate::cli {

Status check_regular(const std::string& path, std::string_view verb) {
  if (is_standard_input(path)) return {};
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  const auto refuse = [&](std::string_view what) {
    return fail(fmt::format("is {}; {} reads a whole capture from a regular file: write it to one "
                            "first, or give '-' and send it to standard input",
                            what, verb),
                {path});
  };
  switch (status.type()) {
    case std::filesystem::file_type::directory:
      return refuse("a folder");
    case std::filesystem::file_type::fifo:
      return refuse("a pipe");
    case std::filesystem::file_type::socket:
      return refuse("a socket");
    case std::filesystem::file_type::character:
    case std::filesystem::file_type::block:
      return refuse("a device");
    default:
      return {};  // what is missing is told by the reading
  }
}

bool is_standard_input(const std::string& path) {
  return path == "-" || path == "/dev/stdin";
}

Result<codec::capture::Reader> open_capture(const std::string& path, std::string_view verb) {
  const bool standard_input = is_standard_input(path);
  if (const auto status = check_regular(path, verb); !status) {
    return std::unexpected(status.error());
  }
  auto source = standard_input ? Result<std::unique_ptr<ByteSource>>(io::standard_input_source())
                               : io::open_file_source(path);
  if (!source) return std::unexpected(source.error());
  auto reader = codec::capture::Reader::open(*std::move(source));
  if (!reader && !reader.error().where.known()) {
    return fail(reader.error().message, {standard_input ? "standard input" : path});
  }
  return reader;
}

void print_warnings(const codec::capture::Annotations& notes, const std::string& path,
                    std::size_t told) {
  for (std::size_t i = told; i < notes.warnings.size(); ++i) {
    fmt::print(stderr, "loopgate: {}: warning: {}\n", path, notes.warnings[i]);
  }
}

}  // namespace loopgate::cli

// Reading captures: `write FILE BYTES COUNT CLIENTS` makes a pcap of Ethernet frames of that size
// with UDP inside, `ours FILE` reads it through all layers up to the datagrams, `libpcap FILE` as
// libpcap gives frames, unopened. Both print packets a second.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "codec/capture/dissector.h"
#include "codec/ip.h"
#include "io/file_source.h"

#ifdef LOOPGATE_LIBPCAP
#include <pcap/pcap.h>
#endif

namespace {

namespace capture = loopgate::codec::capture;

constexpr std::size_t kHeaders = 14 + 20 + 8;

int write(const char* path, std::size_t size, int count, int clients) {
  loopgate::Bytes out;
  loopgate::ByteWriter writer(out);
  for (const std::uint32_t word : {0xA1B2C3D4U, 0x00040002U, 0U, 0U, 262144U, 1U}) {
    writer.little(word);
  }
  std::FILE* file = std::fopen(path, "wb");
  if (file == nullptr || size < kHeaders) return 1;
  for (int i = 0; i < count; ++i) {
    const loopgate::Endpoint client{loopgate::IpAddress::v4(0x0A000000U + i % clients), 40000};
    const loopgate::Endpoint server{loopgate::IpAddress::v4(192, 0, 2, 1), 2061};
    const auto packet =
        loopgate::codec::build_udp(client, server, loopgate::Bytes(size - kHeaders));
    for (const auto word : {static_cast<std::uint32_t>(i), 0U, static_cast<std::uint32_t>(size),
                            static_cast<std::uint32_t>(size)}) {
      writer.little(word);
    }
    writer.zeros(12);
    writer.big(std::uint16_t{0x0800});
    writer.bytes(packet);
    if (out.size() < (1U << 20) && i + 1 < count) continue;
    if (std::fwrite(out.data(), 1, out.size(), file) != out.size()) return 1;
    out.clear();
  }
  return std::fclose(file);
}

std::uint64_t read_ours(const char* path) {
  auto source = loopgate::io::open_file_source(path);
  if (!source) return 0;
  auto reader = capture::Reader::open(*std::move(source));
  if (!reader) return 0;
  capture::Dissector dissector;
  std::uint64_t count = 0;
  std::uint64_t bytes = 0;
  for (auto record = reader->next(); record && *record != nullptr; record = reader->next()) {
    const auto content = dissector.dissect(**record);
    const auto* datagram = std::get_if<capture::UdpDatagram>(&content);
    if (datagram == nullptr) continue;
    ++count;
    bytes += datagram->payload.size();
  }
  return bytes == 0 ? 0 : count;
}

std::uint64_t read_libpcap([[maybe_unused]] const char* path) {
#ifdef LOOPGATE_LIBPCAP
  char error[PCAP_ERRBUF_SIZE];
  pcap_t* file = pcap_open_offline(path, error);
  if (file == nullptr) return 0;
  std::uint64_t count = 0;
  pcap_pkthdr* header = nullptr;
  const u_char* frame = nullptr;
  while (pcap_next_ex(file, &header, &frame) == 1) count += header->caplen != 0 ? 1 : 0;
  pcap_close(file);
  return count;
#else
  std::fprintf(stderr, "capture_bench was built without libpcap (libpcap-dev)\n");
  return 0;
#endif
}

int measure(std::uint64_t (*read)(const char*), const char* path) {
  const auto start = std::chrono::steady_clock::now();
  const std::uint64_t count = read(path);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  if (count == 0) return 1;
  std::printf("%.0f\n", static_cast<double>(count) / took.count());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view verb = argc > 2 ? argv[1] : "";
  if (verb == "write" && argc == 6) {
    return write(argv[2], std::strtoul(argv[3], nullptr, 10), std::atoi(argv[4]),
                 std::atoi(argv[5]));
  }
  if (verb == "ours") return measure(read_ours, argv[2]);
  if (verb == "libpcap") return measure(read_libpcap, argv[2]);
  std::fprintf(stderr,
               "usage: capture_bench write FILE BYTES COUNT CLIENTS | ours FILE | libpcap FILE\n");
  return 2;
}

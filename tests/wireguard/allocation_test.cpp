// That a data packet costs no allocation, counted at the door of the heap.

#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "tests/wireguard/test_wire.h"

namespace {

thread_local std::size_t allocations = 0;

void* counted(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t size) {
  return counted(size);
}
void* operator new[](std::size_t size) {
  return counted(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace loopgate::wireguard {
namespace {

TEST(Allocations, ADataPacketCostsNone) {
  Pair pair;
  pair.connect();
  const Bytes payload(1200, std::byte{'x'});
  Outputs to_listener;
  Outputs at_listener;
  Outputs back;
  const auto exchange = [&] {
    const auto moment = pair.wire.moment();
    for (int i = 0; i < 32; ++i) {
      ASSERT_TRUE(pair.client.device.send(pair.listener_at_client, payload, Padding::kTo16, moment,
                                          to_listener));
    }
    for (const auto& item : to_listener.items()) {
      pair.listener.device.receive(std::get<Transmit>(item).bytes, pair.client.endpoint, moment, 0,
                                   at_listener);
    }
    for (const auto& item : at_listener.items()) {
      ASSERT_TRUE(pair.listener.device.send(std::get<Plaintext>(item).peer,
                                            std::get<Plaintext>(item).bytes, Padding::kNone, moment,
                                            back));
    }
    (void)pair.listener.device.next_deadline();
    to_listener.clear();
    at_listener.clear();
    back.clear();
  };
  exchange();  // makes the outputs grow to their size
  const auto before = allocations;
  for (int i = 0; i < 100; ++i) exchange();
  EXPECT_EQ(allocations, before);
  EXPECT_GT(before, 0u);
}

}  // namespace
}  // namespace loopgate::wireguard

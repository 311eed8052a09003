// Names that only look like the time are nobody's business: sleep(1) in a comment, clock_.now(),
// lifetime(0).
void every_one(Clock& clock) {
  clock.now();
  lifetime(0);
  asleep(1);
  std::this_thread::sleep_until(clock.now());  // refused: time, sleep or randomness outside base
  sleep(1);                                    // refused: time, sleep or randomness outside base
  usleep(1);                                   // refused: time, sleep or randomness outside base
  std::chrono::system_clock::now();            // refused: time, sleep or randomness outside base
  std::chrono::utc_clock::now();               // refused: time, sleep or randomness outside base
  time(nullptr);                               // refused: time, sleep or randomness outside base
  gettimeofday(&now, nullptr);                 // refused: time, sleep or randomness outside base
  rand();                                      // refused: time, sleep or randomness outside base
  std::srand(7);                               // refused: time, sleep or randomness outside base
  std::random_device device;                   // refused: time, sleep or randomness outside base
  std::mt19937 engine;                         // refused: time, sleep or randomness outside base
  randombytes_buf(key, 32);                    // refused: time, sleep or randomness outside base
}

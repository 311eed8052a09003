// Rotation of secrets by functions: four calls one after the other, at once or when it is due.
// https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
#pragma once

#include <optional>
#include <string>

#include "aws/ports.h"
#include "base/alive.h"
#include "base/clock.h"
#include "base/journal.h"
#include "emulators/secretsmanager/secrets.h"
#include "emulators/targets/dispatcher.h"

namespace loopgate::secretsmanager {

class Rotations {
 public:
  // All outlive it.
  Rotations(Secrets& secrets, aws::LambdaPort& lambda, targets::Dispatcher& dispatcher,
            Journal& journal)
      : secrets_(secrets),
        lambda_(lambda),
        dispatcher_(dispatcher),
        journal_(journal),
        timer_(secrets.clock()) {}
  Rotations(const Rotations&) = delete;

  // AccessDeniedException when the function is not there or does not let Secrets Manager call it.
  Outcome<void> check_function(const Secret& secret, const std::string& function) const;
  // Begins one that makes a version with the id `token`; one that is not complete is gone on with.
  // Gives the id of the version.
  std::string start(const Secret& secret, const std::string& token);
  // When the next is due after now: by days or a rate.
  std::optional<WallTime> next_of(const Rotation& rotation) const;
  void arm();
  // Those that a former process has left.
  void resume();

 private:
  void step(Secrets::Key key, std::string token, std::size_t number);
  void ended(const Secrets::Key& key, const std::string& token);
  void failed(const Secrets::Key& key, const std::string& token, std::string_view step,
              const std::string& why);
  void rotate_due();

  Secrets& secrets_;
  aws::LambdaPort& lambda_;
  targets::Dispatcher& dispatcher_;
  Journal& journal_;
  ScopedTimer timer_;
  Alive alive_;
};

// Of "rate(4 hours)"; nullopt when it is none.
std::optional<Duration> read_rate(std::string_view expression);

}  // namespace loopgate::secretsmanager

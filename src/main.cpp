#include "cli/cli.h"

int main(int argc, char** argv) {
  return loopgate::cli::run(argc, argv);
}

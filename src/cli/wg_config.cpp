#include <fmt/format.h>
#include <qrencode.h>

#include <memory>

#include "base/random.h"
#include "cli/cli.h"
#include "cli/client.h"
#include "cli/wireguard_config.h"

namespace loopgate::cli {

namespace {

struct WgConfigFlags {
  std::string listener;
  std::string region;
  std::string address = "10.77.0.2/32";
  std::string allowed_ips = "10.77.0.0/24";
  bool preshared_key = false;
  bool add_peer = false;
  bool qr = false;
  std::string endpoint;
};

// Two rows of modules per line of text, dark on light, with the quiet zone that scanners need.
void print_qr(const std::string& text) {
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
      QRcode_encodeString(text.c_str(), 0, QR_ECLEVEL_L, QR_MODE_8, 1), &QRcode_free);
  if (!code) {
    fmt::print(stderr, "loopgate: the configuration is too long for a QR code\n");
    return;
  }
  constexpr int kQuiet = 2;
  const auto dark = [&](int x, int y) {
    return x >= 0 && y >= 0 && x < code->width && y < code->width &&
           (code->data[y * code->width + x] & 1) != 0;
  };
  for (int y = -kQuiet; y < code->width + kQuiet; y += 2) {
    for (int x = -kQuiet; x < code->width + kQuiet; ++x) {
      const bool upper = dark(x, y), lower = dark(x, y + 1);
      // The light half is drawn, so that the code reads on dark terminals.
      fmt::print("{}", upper && lower ? " " : upper ? "▄" : lower ? "▀" : "█");
    }
    fmt::print("\n");
  }
}

Result<WireguardConfig> make_config(const WgConfigFlags& flags, const nlohmann::json& listener,
                                    Random& random) {
  WireguardConfig config;
  const auto address = Cidr::parse(flags.address);
  if (!address)
    return fail(fmt::format("--address '{}' is not an address like 10.77.0.2/32", flags.address));
  config.addresses = {*address};
  config.allowed_ips = {flags.allowed_ips};
  config.private_key = wireguard::SecretKey::generate(random);
  const auto server = wireguard::PublicKey::parse(listener["public_key"].get<std::string>());
  if (!server) return fail("the sandbox gave no public key");
  config.server = *server;
  const auto& addresses = listener["addresses"];
  const auto found = flags.region.empty() ? addresses.begin() : addresses.find(flags.region);
  if (found == addresses.end())
    return fail(fmt::format("the listener has no region '{}'", flags.region));
  config.endpoint = Endpoint::parse(found->get<std::string>());
  if (flags.preshared_key) {
    config.preshared_key = wireguard::SecretKey::generate(random);
  } else if (!flags.add_peer && listener.contains("unknown_preshared_key")) {
    const auto shared =
        wireguard::SecretKey::parse(listener["unknown_preshared_key"].get<std::string>());
    if (shared) config.preshared_key = *shared;
  }
  config.persistent_keepalive = 25;
  return config;
}

Status add_peer(Client& client, const WgConfigFlags& flags, const WireguardConfig& config) {
  nlohmann::json peer = {
      {"listener", flags.listener},
      {"public_key", wireguard::Identity::of(config.private_key).public_key.to_base64()},
      {"allowed_ips", {config.addresses.front().to_string()}}};
  if (!config.preshared_key.is_zero()) peer["preshared_key"] = config.preshared_key.to_base64();
  const auto answer = client.post("/_loopgate/peers", peer);
  if (!answer) return std::unexpected(answer.error());
  return {};
}

int wg_config(const WgConfigFlags& flags) {
  Client client(flags.endpoint);
  const auto listener = client.get("/_loopgate/wireguard", {{"listener", flags.listener}});
  if (!listener) return report(listener.error());
  auto random = Random::from_system();
  const auto config = make_config(flags, *listener, random);
  if (!config) return report(config.error());
  if (flags.add_peer) {
    if (const auto status = add_peer(client, flags, *config); !status)
      return report(status.error());
  } else if (!(*listener)["allow_unknown"].get<bool>()) {
    fmt::print(stderr,
               "note: the listener takes named peers only; add this one with --add-peer, or to "
               "Peers in the "
               "template: {}\n",
               wireguard::Identity::of(config->private_key).public_key.to_base64());
  }
  fmt::print("{}", config->to_text());
  if (flags.qr) print_qr(config->to_text());
  return 0;
}

}  // namespace

void add_wg_config(CLI::App& app, Outcome& outcome) {
  auto* verb =
      app.add_subcommand("wg-config", "Make a WireGuard client's configuration for a listener");
  auto flags = std::make_shared<WgConfigFlags>();
  verb->add_option("listener", flags->listener,
                   "The listener's logical id, STACK/LOGICALID or name")
      ->required()
      ->type_name("LISTENER");
  verb->add_option("--region", flags->region, "Ingress region; default: the first");
  verb->add_option("--address", flags->address, "The client's inner address")
      ->capture_default_str();
  verb->add_option("--allowed-ips", flags->allowed_ips, "What the client sends into the tunnel")
      ->capture_default_str();
  verb->add_flag("--psk", flags->preshared_key, "Make a pre-shared key as well")
      ->needs(
          verb->add_flag("--add-peer", flags->add_peer, "Add the client to the running listener"));
  verb->add_flag("--qr", flags->qr, "Also as a QR code, for the phone apps");
  verb->add_option("--endpoint", flags->endpoint, "The running sandbox");
  verb->callback([&outcome, flags] { outcome.status = wg_config(*flags); });
}

}  // namespace loopgate::cli

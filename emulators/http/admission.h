// Who may come in by HTTP. The sandbox runs programs and keeps keys, and a browser on this machine
// carries pages of strangers to it: a page may neither change nor read anything unless it is our
// own or named, and a name that a stranger pointed at this machine (DNS rebinding) is not ours.
// Programs that are no browsers (SDKs, curl) send none of what is looked at here but Host.
// https://www.w3.org/TR/fetch-metadata/ https://fetch.spec.whatwg.org/#origin-header
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/error.h"
#include "base/ip_address.h"
#include "base/result.h"
#include "emulators/http/message.h"

namespace loopgate::http {

struct Admission {
  // Of the server. Unspecified (0.0.0.0, ::): every address is taken for one of this machine's, as
  // it may be one of a host that forwards to us; nobody can point an address elsewhere.
  IpAddress bind = IpAddress::v4(127, 0, 0, 1);
  std::vector<std::string> hosts = {};    // lower case; "*.name" is every name below it
  std::vector<std::string> origins = {};  // as browsers write them: "http://localhost:3000"

  // From what the user wrote (--allow-host, --allow-origin); refuses what could never match, and
  // what would let everybody in.
  static Result<Admission> make(const IpAddress& bind, const std::vector<std::string>& hosts,
                                const std::vector<std::string>& origins);
};

// What a Host header, or the authority of a request target, names: "localhost", "127.0.0.1", "::1"
// (lower case, without port, brackets and the root's dot). nullopt when it is malformed.
std::optional<std::string> host_of(std::string_view authority);

// 421 unless the request was sent to a name or address of this sandbox: localhost and what is below
// it, loopback addresses, `bind`, and `hosts`. A request without Host (HTTP/1.0) passes.
std::optional<aws::AwsError> refuse_host(const Request& request, const Admission& admission);

// 403 for what a page of another origin sent. `is_page`: the route is something to look at, and its
// GETs change nothing: a link from anywhere may lead to it.
std::optional<aws::AwsError> refuse_page(const Request& request, const Admission& admission,
                                         bool is_page);

// A browser sent it, by whatever page, or its user by the address bar.
bool is_from_browser(const Request& request);

}  // namespace loopgate::http

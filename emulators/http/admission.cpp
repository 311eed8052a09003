#include "emulators/http/admission.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "codec/text.h"

namespace loopgate::http {

namespace {

using codec::lower;

constexpr std::size_t kMaxNamed = 200;  // of what the client sent, in messages

bool is_port(std::string_view text) {
  unsigned port = 0;
  const auto end = text.data() + text.size();
  return text.size() <= 5 && std::from_chars(text.data(), end, port).ptr == end && port <= 65535;
}

// RFC 3986's reg-name without escapes: what a browser makes of every name.
bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 253 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
  });
}

// "scheme://authority", as browsers write an origin: lower case, without the scheme's own port.
std::optional<std::string> origin_of_url(std::string_view url) {
  const auto scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos || scheme_end == 0) return std::nullopt;
  const auto scheme = lower(url.substr(0, scheme_end));
  const auto rest = url.substr(scheme_end + 3);
  auto authority = lower(rest.substr(0, rest.find_first_of("/?#")));
  if (scheme == "http" && authority.ends_with(":80")) authority.resize(authority.size() - 3);
  if (scheme == "https" && authority.ends_with(":443")) authority.resize(authority.size() - 4);
  if (!host_of(authority)) return std::nullopt;
  return scheme + "://" + authority;
}

std::optional<std::string> without_wildcard(std::string_view host) {
  if (host.starts_with("*.")) host.remove_prefix(2);
  // An address has no port here, so brackets are left out or not, as the user likes.
  if (const auto address = IpAddress::parse(host)) return address->to_string();
  if (host.find(':') != std::string_view::npos && !host.starts_with('[')) return std::nullopt;
  if (host.find("]:") != std::string_view::npos) return std::nullopt;
  return host_of(host);
}

bool is_local_name(std::string_view host) {
  return host == "localhost" || host.ends_with(".localhost");
}

bool is_named(std::string_view host, const std::string& pattern) {
  if (!pattern.starts_with("*.")) return host == pattern;
  const auto below = std::string_view(pattern).substr(1);
  return host.size() > below.size() && host.ends_with(below);
}

bool is_ours(const std::string& host, const Admission& admission) {
  if (is_local_name(host)) return true;
  for (const auto& name : admission.hosts) {
    if (is_named(host, name)) return true;
  }
  const auto address = IpAddress::parse(host);
  if (!address) return false;
  return address->is_loopback() || admission.bind.is_unspecified() || *address == admission.bind;
}

std::vector<std::string_view> values_of(const Request& request, std::string_view name) {
  std::vector<std::string_view> out;
  for (const auto& header : request.headers) {
    if (codec::equal_ignoring_case(header.name, name)) out.push_back(header.value);
  }
  return out;
}

// The page that sent the request, as far as the browser says.
struct Page {
  enum class From { kNobody, kOrigin, kUnknown };
  From from = From::kNobody;
  std::string origin;
};

Page page_of(const Request& request) {
  const auto origins = values_of(request, "Origin");
  if (origins.size() > 1) return {Page::From::kUnknown, {}};
  // Without Origin, Referer says it: images, links, and browsers of before.
  const auto said = origins.empty() ? request.header("Referer") : origins.front();
  if (said.empty()) return {};
  auto origin = origin_of_url(said);
  if (!origin) return {Page::From::kUnknown, {}};  // "null": a sandboxed frame, a file, a redirect
  return {Page::From::kOrigin, *std::move(origin)};
}

// Which scheme a proxy before us speaks, we cannot see.
bool is_own(const std::string& origin, const Request& request) {
  auto host = lower(request.header("Host"));
  if (host.ends_with(":80")) host.resize(host.size() - 3);
  return !host.empty() && (origin == "http://" + host || origin == "https://" + host);
}

// The browser's own word on the relation of that page to us, through every redirect.
bool says_foreign(const Request& request) {
  return std::ranges::any_of(values_of(request, "Sec-Fetch-Site"), [](std::string_view site) {
    return site != "same-origin" && site != "none";
  });
}

bool is_navigation(const Request& request) {
  return request.method == "GET" && request.header("Sec-Fetch-Mode") == "navigate" &&
         request.header("Sec-Fetch-Dest") == "document";
}

aws::AwsError foreign_page(const Page& page) {
  const auto origin = page.origin.substr(0, kMaxNamed);
  auto message =
      page.from == Page::From::kOrigin
          ? fmt::format(
                "a page of {} may not call this sandbox, which runs programs; if it is "
                "yours, start the sandbox with --allow-origin {}",
                origin, origin)
          : std::string(
                "a web page of another site may not call this sandbox, which runs programs; if it "
                "is yours, start the sandbox with --allow-origin and the page's origin, like "
                "http://localhost:3000");
  return {"ForeignPage", std::move(message), 403, {}};
}

}  // namespace

Result<Admission> Admission::make(const IpAddress& bind, const std::vector<std::string>& hosts,
                                  const std::vector<std::string>& origins) {
  Admission out{.bind = bind};
  for (const auto& host : hosts) {
    const auto name = without_wildcard(lower(host));
    if (!name) {
      return fail(fmt::format(
          "--allow-host '{}' is not a host name without a port, like loopgate or *.loopgate",
          host));
    }
    out.hosts.push_back(host.starts_with("*.") ? "*." + *name : *name);
  }
  for (const auto& text : origins) {
    auto origin = origin_of_url(text);
    const auto path = text.find_first_of("/?#@", text.find("://") + 3);
    if (!origin || (path != std::string::npos && path + 1 != text.size())) {
      return fail(
          fmt::format("--allow-origin '{}' is not an origin like http://localhost:3000", text));
    }
    out.origins.push_back(*std::move(origin));
  }
  return out;
}

std::optional<std::string> host_of(std::string_view authority) {
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    const auto inside = authority.substr(1, end - 1);
    const auto address = IpAddress::parse(inside);
    const bool is_v6 = address && inside.find(':') != std::string_view::npos;
    const auto port = authority.substr(end + 1);
    if (!is_v6 || (!port.empty() && (port[0] != ':' || !is_port(port.substr(1))))) {
      return std::nullopt;
    }
    return address->to_string();
  }
  const auto colon = authority.find(':');
  if (colon != std::string_view::npos && !is_port(authority.substr(colon + 1))) {
    return std::nullopt;
  }
  auto name = lower(authority.substr(0, colon));
  if (name.ends_with('.')) name.pop_back();
  if (!is_name(name)) return std::nullopt;
  return name;
}

std::optional<aws::AwsError> refuse_host(const Request& request, const Admission& admission) {
  const auto authority = request.header("Host");
  if (authority.empty()) return std::nullopt;
  const auto host = host_of(authority);
  if (host && is_ours(*host, admission)) return std::nullopt;
  const auto named = host.value_or(std::string(authority)).substr(0, kMaxNamed);
  return aws::AwsError{
      "MisdirectedRequest",
      fmt::format("this sandbox does not answer to the host '{}': use localhost or 127.0.0.1, or "
                  "start it with --allow-host {} if that name is yours",
                  named, named),
      421,
      {}};
}

std::optional<aws::AwsError> refuse_page(const Request& request, const Admission& admission,
                                         bool is_page) {
  if (is_page && is_navigation(request)) return std::nullopt;
  const auto page = page_of(request);
  if (page.from == Page::From::kUnknown) return foreign_page(page);
  if (page.from == Page::From::kOrigin) {
    if (std::ranges::find(admission.origins, page.origin) != admission.origins.end()) {
      return std::nullopt;
    }
    if (!is_own(page.origin, request)) return foreign_page(page);
  }
  if (says_foreign(request)) return foreign_page({});
  return std::nullopt;
}

bool is_from_browser(const Request& request) {
  constexpr std::string_view kMetadata = "sec-fetch-";
  const bool says_so = std::ranges::any_of(request.headers, [&](const Header& header) {
    const auto begin = std::string_view(header.name).substr(0, kMetadata.size());
    return codec::equal_ignoring_case(begin, kMetadata);
  });
  // Plain HTTP to a name other than localhost has no Sec-Fetch-*; browsers of before never had.
  return says_so || request.header("User-Agent").starts_with("Mozilla/");
}

}  // namespace loopgate::http

#include "emulators/lambda/url_event.h"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "codec/base64.h"
#include "codec/percent.h"
#include "codec/text.h"

namespace loopgate::lambda {

namespace {

using Json = nlohmann::json;

// What has several values has them joined.
void add(Json& map, const std::string& name, std::string value) {
  const auto found = map.find(name);
  if (found == map.end()) {
    map[name] = std::move(value);
  } else {
    *found = found->get<std::string>() + "," + value;
  }
}

std::string decoded(std::string_view text) {
  return codec::percent_decode(text, codec::Plus::kBlank).value_or(std::string(text));
}

template <class Each>
void split(std::string_view text, std::string_view separator, Each each) {
  while (!text.empty()) {
    const auto end = text.find(separator);
    each(text.substr(0, end));
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + separator.size());
  }
}

Json parameters(std::string_view query) {
  auto map = Json::object();
  split(query, "&", [&](std::string_view pair) {
    const auto equals = pair.find('=');
    const auto value = equals == std::string_view::npos ? "" : pair.substr(equals + 1);
    add(map, decoded(pair.substr(0, equals)), decoded(value));
  });
  return map;
}

bool is_text(std::string_view content_type) {
  for (const std::string_view kind : {"text/", "application/json", "application/javascript",
                                      "application/xml", "application/x-www-form-urlencoded"}) {
    if (content_type.starts_with(kind)) return true;
  }
  return content_type.empty();
}

// "12/Mar/2020:19:03:58 +0000"
std::string request_time(WallTime now) {
  constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto iso = to_iso8601(now);  // "2020-03-12T19:03:58.000Z"
  const auto month = static_cast<std::size_t>((iso[5] - '0') * 10 + (iso[6] - '1'));
  return fmt::format("{}/{}/{}:{} +0000", iso.substr(8, 2), kMonths.at(month), iso.substr(0, 4),
                     iso.substr(11, 8));
}

}  // namespace

std::string url_event(const UrlRequest& given) {
  const auto& request = given.request;
  auto headers = Json::object();
  auto cookies = Json::array();
  for (const auto& [name, value] : request.headers) {
    const auto lower = codec::lower(name);
    if (lower == "cookie") {
      split(value, "; ", [&](std::string_view one) { cookies.push_back(one); });
    } else {
      add(headers, lower, value);
    }
  }
  const std::string host(request.header("Host"));
  Json event = {{"version", "2.0"},
                {"routeKey", "$default"},
                {"rawPath", request.path},
                {"rawQueryString", request.query},
                {"headers", std::move(headers)},
                {"isBase64Encoded", false}};
  if (!cookies.empty()) event["cookies"] = std::move(cookies);
  if (!request.query.empty()) event["queryStringParameters"] = parameters(request.query);
  event["requestContext"] = {{"accountId", "anonymous"},
                             {"apiId", given.url_id},
                             {"domainName", host.substr(0, host.rfind(':'))},
                             {"domainPrefix", given.url_id},
                             {"http",
                              {{"method", request.method},
                               {"path", request.path},
                               {"protocol", "HTTP/1.1"},
                               {"sourceIp", request.from.address.to_string()},
                               {"userAgent", std::string(request.header("User-Agent"))}}},
                             {"requestId", given.request_id},
                             {"routeKey", "$default"},
                             {"stage", "$default"},
                             {"time", request_time(given.now)},
                             {"timeEpoch", to_millis(given.now)}};
  if (!request.body.empty()) {
    const bool as_text = is_text(request.header("Content-Type"));
    event["body"] = as_text ? request.body : codec::base64_encode(as_bytes(request.body));
    event["isBase64Encoded"] = !as_text;
  }
  return write_json(event);
}

http::Response url_response(std::string_view payload) {
  http::Response response;
  const auto json = read_json(payload).value_or(nullptr);
  if (!json.is_object() || !json.contains("statusCode")) {
    response.headers = {{"Content-Type", "application/json"}};
    response.body = json.is_string() ? json.get<std::string>() : std::string(payload);
    return response;
  }
  const auto status = json["statusCode"];
  response.status = status.is_number_integer() ? status.get<int>() : 502;
  bool has_type = false;
  const auto headers = json.value("headers", Json::object());
  for (const auto& [name, value] : headers.items()) {
    has_type = has_type || codec::lower(name) == "content-type";
    response.headers.push_back(
        {name, value.is_string() ? value.get<std::string>() : write_json(value)});
  }
  if (!has_type) response.headers.push_back({"Content-Type", "application/json"});
  for (const auto& cookie : json.value("cookies", Json::array())) {
    if (cookie.is_string()) response.headers.push_back({"Set-Cookie", cookie.get<std::string>()});
  }
  const auto body = json.value("body", Json(""));
  response.body = body.is_string() ? body.get<std::string>() : write_json(body);
  if (json.value("isBase64Encoded", Json(false)) == Json(true)) {
    response.body = codec::base64_decode_text(response.body).value_or("");
  }
  return response;
}

}  // namespace loopgate::lambda

// HTTP messages as the protocols read and write them.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace loopgate::aws {

struct Header {
  std::string name;
  std::string value;
};

// The value of the first header of that name, whatever its case; empty when there is none.
std::string_view header_value(std::span<const Header> headers, std::string_view name);

struct HttpResponse {
  int status = 200;
  std::vector<Header> headers = {};
  std::string body = {};

  static HttpResponse json(int status, std::string body);
  static HttpResponse text(int status, std::string body);
};

struct HttpRequest {
  std::string method = "POST";
  std::string path = "/";  // percent-encoded
  std::string query = {};  // after '?', percent-encoded
  std::vector<Header> headers = {};
  std::string body = {};
};

// A request that somebody else holds.
struct RequestView {
  std::string_view method;
  std::string_view path;
  std::string_view query;
  std::span<const Header> headers;
  std::string_view body;

  std::string_view header(std::string_view name) const { return header_value(headers, name); }
};

}  // namespace loopgate::aws

// The sandbox's own address in what is kept. The next sandbox on the same data may listen on
// another port, so that no row holds the address: a mark stands for it, and whoever reads the row
// back puts the address of today there. Queue URLs, and everything that was made of them (outputs,
// variables of functions, properties), follow the endpoint thereby.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace loopgate::store {

// `endpoint`: "http://127.0.0.1:4566". The mark stands for it as a whole; another one for its host
// and port where they stand without the scheme. An empty endpoint changes nothing.
std::string without_address(std::string_view text, std::string_view endpoint);
std::string with_address(std::string_view text, std::string_view endpoint);
// Of a text that was kept with the address of then.
std::string moved_address(std::string_view text, std::string_view from, std::string_view to);

// All strings in a document; keys and the values of `verbatim`, a key, stay as they are.
void take_address_out(nlohmann::json& document, std::string_view endpoint,
                      std::string_view verbatim = {});
void put_address_in(nlohmann::json& document, std::string_view endpoint,
                    std::string_view verbatim = {});
void move_address(nlohmann::json& document, std::string_view from, std::string_view to,
                  std::string_view verbatim = {});

}  // namespace loopgate::store

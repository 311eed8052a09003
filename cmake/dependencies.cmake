# Every dependency, once. All are Debian 12 packages; `./dev` installs them from the list below.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(Boost 1.81 REQUIRED)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(libzip REQUIRED IMPORTED_TARGET libzip)
# Captures that are compressed with zstd are opened where the library is there.
pkg_check_modules(zstd IMPORTED_TARGET libzstd)
pkg_check_modules(pcre2 REQUIRED IMPORTED_TARGET libpcre2-8)
pkg_check_modules(pugixml REQUIRED IMPORTED_TARGET pugixml)
pkg_check_modules(qrencode REQUIRED IMPORTED_TARGET libqrencode)
if(LOOPGATE_TESTS)
  find_package(GTest REQUIRED)
endif()

# Header-only Asio and Beast, for `io` and `emulators/http` alone: heavy, and in no header of ours.
add_library(loopgate_asio INTERFACE)
target_link_libraries(loopgate_asio INTERFACE Boost::headers Threads::Threads)
target_compile_definitions(loopgate_asio INTERFACE BOOST_ASIO_NO_DEPRECATED
                           BOOST_ASIO_DISABLE_BOOST_COROUTINE BOOST_ASIO_HEADER_ONLY)

add_library(loopgate_cli11 INTERFACE)
find_package(CLI11 REQUIRED)
target_link_libraries(loopgate_cli11 INTERFACE CLI11::CLI11)

# cpp-httplib: the verbs that talk to a running sandbox, and the tests.
add_library(loopgate_httplib INTERFACE)
find_library(HTTPLIB cpp-httplib)
if(HTTPLIB)
  target_link_libraries(loopgate_httplib INTERFACE ${HTTPLIB} Threads::Threads)
else()
  target_link_libraries(loopgate_httplib INTERFACE Threads::Threads)
endif()

#include "emulators/lambda/worker_launch.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <map>

#include "emulators/lambda/bootstrap.h"
#include "emulators/lambda/files.h"
#include "emulators/lambda/layer_files.h"

namespace loopgate::lambda {

namespace fs = std::filesystem;

namespace {

using Environment = std::map<std::string, std::string>;

std::string own(const char* name, std::string otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr || *value == '\0' ? std::move(otherwise) : value;
}

// What a function may change with its own Environment.
Environment defaults(const FunctionConfig& config, const std::string& data_folder) {
  Environment env;
  env["PATH"] = search_path();
  env["LANG"] = "C.UTF-8";
  env["TZ"] = ":UTC";
  env["HOME"] = (fs::path(data_folder) / "home").string();
  env["TMPDIR"] = own("TMPDIR", "/tmp");
  if (config.runtime.kind == RuntimeKind::kPython) {
    // No bytecode in the developer's folder (a cache elsewhere would hide the standard library's
    // own); packages installed for the user stay in reach.
    env["PYTHONDONTWRITEBYTECODE"] = "1";
    env["PYTHONUSERBASE"] = own("HOME", "/nonexistent") + "/.local";
  }
  return env;
}

// What Lambda reserves, and what keeps a function away from real accounts.
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
void add_reserved(Environment& env, const FunctionConfig& config, const Launch& launch) {
  env["_HANDLER"] = config.handler;
  env["AWS_REGION"] = config.region;
  env["AWS_DEFAULT_REGION"] = config.region;
  env["AWS_EXECUTION_ENV"] = "AWS_Lambda_" + config.runtime.name;
  env["AWS_LAMBDA_FUNCTION_NAME"] = config.name;
  env["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] = std::to_string(config.memory_mb);
  env["AWS_LAMBDA_FUNCTION_VERSION"] = config.version;
  env["AWS_LAMBDA_INITIALIZATION_TYPE"] = "on-demand";
  env["AWS_LAMBDA_LOG_GROUP_NAME"] = config.log_group_name();
  env["AWS_LAMBDA_LOG_STREAM_NAME"] = launch.log_stream;
  // https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html
  env["AWS_LAMBDA_LOG_FORMAT"] = config.json_logs ? "JSON" : "Text";
  if (config.json_logs) env["AWS_LAMBDA_LOG_LEVEL"] = config.application_log_level;
  env["AWS_LAMBDA_RUNTIME_API"] = launch.runtime_api;
  env["LAMBDA_TASK_ROOT"] = launch.code_folder;
  env["LAMBDA_RUNTIME_DIR"] = (fs::path(launch.data_folder) / "runtime").string();

  env["AWS_ACCESS_KEY_ID"] = launch.credentials.access_key_id;
  env["AWS_SECRET_ACCESS_KEY"] = launch.credentials.secret_access_key;
  env["AWS_SESSION_TOKEN"] = launch.credentials.session_token;
  env["AWS_CONFIG_FILE"] = "/dev/null";
  env["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null";
  env["AWS_EC2_METADATA_DISABLED"] = "true";
  for (const auto* name :
       {"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"}) {
    env.erase(name);
  }
  // Without a front door nothing may be reached at all.
  env["AWS_ENDPOINT_URL"] = launch.endpoint.empty() ? "http://127.0.0.1:9" : launch.endpoint;
  env["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "false";
}

// Where a runtime looks at /opt.
// https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html
void add_layers(Environment& env, const FunctionConfig& config, const std::string& layers) {
  if (layers.empty()) return;
  const auto put_first = [&](const char* name, const std::string& paths) {
    auto& value = env[name];
    value = value.empty() ? paths : paths + ":" + value;
  };
  put_first("PATH", layers + "/bin");
  put_first("LD_LIBRARY_PATH", layers + "/lib");
  const auto version = config.runtime.version;
  if (config.runtime.kind == RuntimeKind::kPython) {
    put_first("PYTHONPATH",
              fmt::format("{0}/python/lib/python3.{1}/site-packages:{0}/python", layers, version));
  } else if (config.runtime.kind == RuntimeKind::kNode) {
    put_first("NODE_PATH", fmt::format("{0}/nodejs/node{1}/node_modules:{0}/nodejs/node_modules",
                                       layers, version));
  }
}

Result<std::vector<std::string>> command(const FunctionConfig& config, const Launch& launch,
                                         const std::string& layers, std::string& warning) {
  if (config.runtime.kind == RuntimeKind::kProvided) {
    auto program = fs::path(launch.code_folder) / "bootstrap";
    if (!fs::exists(program) && !layers.empty()) program = fs::path(layers) / "bootstrap";
    if (!fs::exists(program)) {
      return fail(fmt::format("Couldn't find valid bootstrap(s): [{}]", program.string()));
    }
    return std::vector{program.string()};
  }
  auto interpreter = find_interpreter(config.runtime, search_path());
  if (!interpreter) return std::unexpected(interpreter.error());
  warning = interpreter->warning;
  auto bootstrap =
      write_bootstrap(config.runtime.kind, (fs::path(launch.data_folder) / "runtime").string());
  if (!bootstrap) return std::unexpected(bootstrap.error());
  return std::vector{interpreter->path, *bootstrap};
}

}  // namespace

std::string search_path() {
  return own("PATH", "/usr/local/bin:/usr/bin:/bin");
}

std::string token_label(std::string_view log_stream) {
  return std::string(kTokenPrefix) + std::string(log_stream.substr(log_stream.rfind(']') + 1));
}

Result<io::ProcessOptions> launch_options(const FunctionConfig& config, const Launch& launch,
                                          std::string& warning) {
  const auto layers = unpack_layers(config, launch.data_folder);
  if (!layers) return std::unexpected(layers.error());
  auto argv = command(config, launch, *layers, warning);
  if (!argv) return std::unexpected(argv.error());
  auto env = defaults(config, launch.data_folder);
  if (const auto made = make_folder(env["HOME"]); !made) return std::unexpected(made.error());
  for (const auto& [name, value] : config.environment) env[name] = value;
  add_layers(env, config, *layers);
  add_reserved(env, config, launch);

  io::ProcessOptions options;
  options.argv = std::move(*argv);
  for (const auto& [name, value] : env) options.environment.push_back(name + "=" + value);
  options.directory = launch.code_folder;
  return options;
}

}  // namespace loopgate::lambda

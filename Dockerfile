# Two stages: build with everything, run with the shared libraries and the languages that functions need.
FROM debian:12 AS build
WORKDIR /src
# The packages are a layer of their own, which a changed source leaves alone.
COPY dev ./
RUN ./dev packages && rm -rf /var/lib/apt/lists/*
# Tests, scenarios and texts do not come in, so that they rebuild nothing. CMake wants the benchmarks' folder.
COPY CMakeLists.txt ./
COPY cmake cmake
COPY tests/bench tests/bench
COPY src src
COPY emulators emulators
RUN ./dev build

FROM debian:12-slim
RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      libsodium23 libsqlite3-0 libyaml-cpp0.7 libfmt9 libspdlog1.10 libssl3 libzip4 libqrencode4 \
      libpcre2-8-0 libpugixml1v5 zlib1g libzstd1 libcpp-httplib0.11 python3 python3-boto3 nodejs \
      tzdata \
    && rm -rf /var/lib/apt/lists/*
# Functions are code of whoever deploys: neither they nor the sandbox need root.
RUN useradd --system --uid 10001 --create-home --home-dir /home/loopgate loopgate \
    && install -d -o loopgate -g loopgate /data
COPY fixtures/demo /demo
COPY --from=build /src/build/loopgate /usr/local/bin/loopgate
USER loopgate
VOLUME /data
# The account's HTTP, and the listeners in the order in which they are created.
EXPOSE 4566/tcp 20000-20019/udp
# Healthy when the stacks of the command line are deployed.
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s CMD ["loopgate", "health"]
ENTRYPOINT ["loopgate"]
CMD ["up", "--bind", "0.0.0.0", "--allow-host", "loopgate", "--data", "/data", "/demo/template.yaml"]

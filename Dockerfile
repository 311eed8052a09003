# Two stages: build with everything, run with the shared libraries and the languages that functions need.
FROM debian:12 AS build
COPY . /src
RUN cd /src && ./dev build

FROM debian:12-slim
RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      libsodium23 libsqlite3-0 libyaml-cpp0.7 libfmt9 libspdlog1.10 libssl3 libzip4 libqrencode4 \
      libpcre2-8-0 libcpp-httplib0.11 python3 python3-boto3 nodejs \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /src/build/loopgate /usr/local/bin/loopgate
COPY --from=build /src/fixtures/demo /demo
VOLUME /data
EXPOSE 4566/tcp 20000/udp
ENTRYPOINT ["loopgate"]
CMD ["up", "--bind", "0.0.0.0", "--allow-host", "loopgate", "--data", "/data", "/demo/template.yaml"]

# The gateway in a container: no root, no shell in its way, a root file system that can be read-only.
#   docker build -t comity .
#   docker run --read-only --cap-drop ALL --security-opt no-new-privileges -p 4000:4000 \
#     -v ./comity.yaml:/etc/comity/comity.yaml:ro -v comity:/var/lib/comity comity
# State and log are on the volume; keys of upstreams come as files or variables that the stack file names.

FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_INPUT=1
WORKDIR /source
COPY requirements/build.txt requirements/all.txt requirements/
RUN ["python", "-m", "venv", "/opt/comity"]
RUN ["/opt/comity/bin/python", "-m", "pip", "install", "--require-hashes", "--no-deps", "-r", "requirements/all.txt"]
RUN ["python", "-m", "pip", "install", "--require-hashes", "--no-deps", "-r", "requirements/build.txt"]
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY src src
RUN ["python", "-m", "hatchling", "build", "-t", "wheel", "-d", "/wheels"]
RUN ["/opt/comity/bin/python", "-m", "pip", "install", "--no-deps", "--no-index", "--find-links", "/wheels", "comity"]

FROM python:3.13-slim
LABEL org.opencontainers.image.title="Comity" \
      org.opencontainers.image.description="Places every AI request where the law allows, relays it, and proves it" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /opt/comity /opt/comity
# The folder belongs to the user of the gateway, so that a new volume does too; nothing else does.
RUN ["install", "-d", "-m", "0700", "-o", "65532", "-g", "65532", "/var/lib/comity"]
ENV PATH="/opt/comity/bin:/usr/local/bin:/usr/bin:/bin" PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 65532:65532
WORKDIR /var/lib/comity
VOLUME /var/lib/comity
EXPOSE 4000 4001
# Asked of the gateway itself, on its own port. With TLS on that port, or another port, say your own.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
  CMD ["/opt/comity/bin/python", "-c", "import http.client as h; c = h.HTTPConnection('127.0.0.1', 4000, timeout=4); c.request('GET', '/health/readiness'); raise SystemExit(c.getresponse().status != 200)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["/opt/comity/bin/comity"]
CMD ["serve", "-c", "/etc/comity/comity.yaml", "--state", "/var/lib/comity/state", "--host", "0.0.0.0"]

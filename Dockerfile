# syntax=docker/dockerfile:1
# One image for every part of a fleet; the command says which: `serve` (the default), `worker`, `doctor`, `backup`...
ARG PYTHON=python:3.11-slim-bookworm

FROM ${PYTHON} AS packages
RUN pip install --no-cache-dir uv==0.13.8
WORKDIR /build
COPY requirements.txt requirements.lock ./
RUN uv venv /opt/venv \
 && uv pip install --no-cache --compile-bytecode --python /opt/venv/bin/python -r requirements.txt gevent -c requirements.lock

FROM node:24-bookworm-slim AS dashboard
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund

FROM ${PYTHON}
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin icons \
 && install --directory --owner=icons --group=icons /data
COPY --from=packages /opt/venv /opt/venv
COPY --from=dashboard /build/node_modules /app/node_modules
WORKDIR /app
COPY app.py config.py *.conf.py ./
COPY icons icons
RUN /opt/venv/bin/python -m compileall -q app.py config.py icons

# What is written goes to /data and /tmp: the rest may be read-only.
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOST=0.0.0.0 \
    STORAGE_DIR=/data \
    LOG_FORMAT=json
USER 10001:10001
VOLUME /data
EXPOSE 3560
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:3560/health', timeout=2)"]
ENTRYPOINT ["python", "app.py"]
CMD ["serve"]

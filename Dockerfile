# The bot as an image: `docker build -t ragvsft .`; docs/operations.md has the rest.
FROM python:3.13-slim AS build
RUN python -m venv /opt/ragvsft
WORKDIR /source
COPY requirements.txt .
RUN /opt/ragvsft/bin/pip install --no-cache-dir --require-hashes -r requirements.txt
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY rules rules
RUN /opt/ragvsft/bin/pip install --no-cache-dir --no-deps .

FROM python:3.13-slim
RUN groupadd --gid 10001 ragvsft \
    && useradd --uid 10001 --gid ragvsft --home-dir /data --shell /usr/sbin/nologin ragvsft \
    && install --directory --owner=ragvsft --group=ragvsft /data
COPY --from=build /opt/ragvsft /opt/ragvsft
ENV PATH=/opt/ragvsft/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DATABASE_URL=sqlite:////data/ragvsft.db
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ.get('PORT', '3000') + '/readyz', timeout=4)"]
ENTRYPOINT ["ragvsft"]
CMD ["run"]

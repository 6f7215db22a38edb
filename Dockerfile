# Parley as an image of one static binary that runs as nobody in particular.
#   docker build -t parley --build-arg VERSION=v0.1.0 .
#   docker run --rm -p 8080:8080 -p 7882:7882/udp -p 7882:7882/tcp parley serve --demo --node-ip 127.0.0.1/0.0.0.0

FROM node:20-bookworm-slim AS client
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY static ./static
RUN node static/build.mjs

FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=client /src/static/dist ./static/dist
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=${VERSION}" -o /out/parley ./cmd/parley \
 && mkdir -p -m 0700 /out/root/data /out/root/tmp

# Certificates and a user without rights; no shell, no package manager.
FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/parley /parley
# Folders as entries of a copied one, so that they keep owner and mode.
COPY --from=build --chown=65532:65532 /out/root/ /
ENV PARLEY_LISTEN=0.0.0.0:8080 \
    PARLEY_DATA=/data \
    PARLEY_MEDIA_PORT=7882 \
    PARLEY_LOG_FORMAT=json
USER 65532:65532
VOLUME /data
EXPOSE 8080/tcp 7882/udp 7882/tcp
HEALTHCHECK --interval=10s --timeout=6s --start-period=20s --retries=3 CMD ["/parley", "healthcheck"]
ENTRYPOINT ["/parley"]
CMD ["serve"]

# Parley. `make` alone lists what there is to do.
#
# A fresh machine needs Go, Node and make for `make run`; `make test` brings the rest (see e2e/parts.sh).
# Results are files: what has not changed is not done again.

SHELL       := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS   += --no-print-directory --no-builtin-rules

# The tag that the tree stands on or comes after; without git, the newest entry of the changelog.
NEWEST  := $(or $(shell sed -n 's/^## \[\([0-9][^]]*\)\].*/v\1/p' CHANGELOG.md | head -n 1),v0.0.0)
COMMIT  := $(shell git rev-parse --short=9 HEAD 2>/dev/null)
VERSION ?= $(or $(shell git describe --tags --match 'v*' --dirty 2>/dev/null),$(NEWEST)$(addprefix +,$(COMMIT)))

# Two sets of build flags and no more, since each compiles all dependencies once: this one for the binary and vet, -race for tests.
export GOFLAGS     := -trimpath -buildvcs=false
export CGO_ENABLED ?= 0
LDFLAGS     := -s -w -X main.version=$(VERSION)


# SQLite is C, rewritten as Go: it keeps its memory outside of Go's heap, where the race detector sees nothing, and its pointers are checked
# one by one all the same. Left out, the tests of the database take two thirds of the time. The driver above it is watched as all else.
UNTRACED    := -gcflags='modernc.org/...=-race=false'

TEMPL       := bin/tools/templ
LINTER      := bin/tools/golangci-lint-v2.15.0
LIVEKIT     := bin/tools/livekit-server-v1.11.0
STRIPE_MOCK := bin/tools/stripe-mock-v0.183.0
FUZZTIME    ?= 30s
RUN         ?= .
ROUNDS      ?= 3
ARGS        ?=

# Everything in Go's folders but tests and what templ reads: embedded files are of many kinds. static/dist hangs on its manifest.
GO_SOURCES     := $(shell find app billing cmd migrations sfu tenants views static/*.go static/emoji -type f ! -name '*_test.go' ! -name '*.templ' ! -name '*.mjs' ! -path '*/testdata/*' 2>/dev/null)
CLIENT_SOURCES := $(shell find static/src static/emoji -type f ! -name '*.test.*' ! -name '*.go' 2>/dev/null) static/build.mjs tenants/attachment/types.tsv

.PHONY: help
help: ## this list
	@printf 'Parley %s\n\n' '$(VERSION)'
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' Makefile
	@printf '\nmake run ARGS="--listen 127.0.0.1:9000" hands flags on; make test-unit RUN=Join and make test-e2e RUN="first meeting" pick tests.\n'

## Run and build

.PHONY: run
run: bin/parley ## build what is needed and start the demo on http://localhost:8080
	@exec bin/parley serve --demo --data ./data $(ARGS)

.PHONY: build
build: bin/parley ## bin/parley: one file with pages, client and migrations inside

.PHONY: sources
sources:
	@printf '%s\n' $(GO_SOURCES)

.PHONY: dev
dev: bin/parley ## run the demo and start it again at every change of a source file
	@exec node static/dev.mjs $(ARGS)

bin/parley: $(GO_SOURCES) go.mod go.sum static/dist/manifest.json
	@mkdir -p bin
	go build -ldflags '$(LDFLAGS)' -o $@ ./cmd/parley
	@touch $@

static/dist/manifest.json: $(CLIENT_SOURCES) node_modules/.installed
	node static/build.mjs
	@touch $@

node_modules/.installed: package.json package-lock.json
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

## Tests

.PHONY: test
test: parts check-generated vet types test-client test-go test-sdk test-e2e ## everything: what CI runs

.PHONY: test-unit
test-unit: parts test-client test-go ## Go with the race detector on SQLite and PostgreSQL, and the client's own tests

.PHONY: test-go
test-go: static/dist/manifest.json $(STRIPE_MOCK)
	GOFLAGS=-buildvcs=false CGO_ENABLED=1 go test -race $(UNTRACED) -vet=off -p 2 -timeout 20m -run '$(RUN)' ./...
	@# The race detector makes people dear: with it a hundred come and go, here a thousand.
	$(if $(filter .,$(RUN)),GOFLAGS=-buildvcs=false CGO_ENABLED=0 go test -vet=off -timeout 10m -run '^TestAThousandJoinsAndLeaves$$' ./sfu)

.PHONY: test-client
test-client: node_modules/.installed
	node static/test.mjs

.PHONY: test-sdk
test-sdk: bin/parley ## LiveKit's own Go SDK against bin/parley
	cd bench && PARLEY_BINARY=$(CURDIR)/bin/parley go test -timeout 5m -run '$(RUN)' ./...

.PHONY: test-e2e
test-e2e: parts bin/parley ## people's journeys through bin/parley in Chromium
	node_modules/.bin/playwright test -c e2e/playwright.config.ts $(if $(filter-out .,$(RUN)),-g '$(RUN)')

.PHONY: fuzz
fuzz: static/dist/manifest.json ## every fuzz test for FUZZTIME (30s) each
	@grep -rl --include='*_test.go' '^func Fuzz' . --exclude-dir=node_modules | while read -r file; do \
		for name in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\).*/\1/p' "$$file"); do \
			echo "$$name in $$(dirname "$$file")"; \
			(cd "$$(dirname "$$file")" && go test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) .); \
		done; done

.PHONY: bench
bench: parts bin/parley ## measure joining, page weights, start and build; writes docs/benchmarks.md
	node bench/run.mjs

.PHONY: bench-media
bench-media: parts bin/parley $(LIVEKIT) ## measure the media node beside LiveKit, half an hour; writes docs/benchmarks-media.md
	cd bench && go build -o ../bin/tools/bench-media ./media
	bin/tools/bench-media --rounds $(ROUNDS) --out docs/benchmarks-media.md $(ARGS)

.PHONY: bench-web
bench-web: parts bin/parley ## measure every page with 20 people at once on a seeded database, Stripe's webhook, entitlements, an upgrade in a meeting; writes docs/benchmarks.md
	cd bench && go build -o ../bin/tools/bench-web ./web
	bin/tools/bench-web $(ARGS)
	node bench/run.mjs lift

.PHONY: bench-chat
bench-chat: parts bin/parley ## measure typing, sending and emoji in a chat of a thousand messages; writes docs/benchmarks.md
	node bench/run.mjs chat

.PHONY: bench-room
bench-room: parts bin/parley ## measure our own page among PEOPLE (100) headless people, for LENGTH (20) seconds a view; PROFILE=FILE writes a profile, and FILE.arrive one of the arrival
	cd bench && go build -o ../bin/tools/bench-room ./room
	node bench/run.mjs room

## Checks

.PHONY: check
check: check-generated vet types lint ## generated files, go vet, types, golangci-lint

.PHONY: check-generated
check-generated: $(TEMPL) node_modules/.installed
	@bash .ci/generated $(TEMPL)

.PHONY: generate
generate: $(TEMPL) node_modules/.installed ## write views/*_templ.go and *_gen.go anew
	node views/icons.mjs
	$(TEMPL) generate -path views -log-level warn

.PHONY: vet
vet: static/dist/manifest.json
	go vet ./...
	cd bench && go vet ./...

.PHONY: types
types: node_modules/.installed
	npm run --silent types

.PHONY: lint
lint: $(LINTER) static/dist/manifest.json
	$(LINTER) run ./...

$(TEMPL): go.mod
	@mkdir -p bin/tools
	go build -o $@ github.com/a-h/templ/cmd/templ
	@touch $@

$(LINTER):
	@mkdir -p bin/tools
	GOBIN=$(CURDIR)/bin/tools go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(patsubst bin/tools/golangci-lint-%,%,$(LINTER))
	@mv bin/tools/golangci-lint $@

# LiveKit's server, to measure beside ours.
$(LIVEKIT):
	@mkdir -p bin/tools
	GOBIN=$(CURDIR)/bin/tools go install github.com/livekit/livekit-server/cmd/server@$(patsubst bin/tools/livekit-server-%,%,$(LIVEKIT))
	@mv bin/tools/server $@

# Stripe's own description of its API, as a server: tests hold our requests against it. v0.178 to v0.183 describe 2023-10-16, which we speak.
$(STRIPE_MOCK): billing/stripemock/strict.mjs
	@mkdir -p bin/tools
	GOBIN=$(CURDIR)/bin/tools go install github.com/stripe/stripe-mock@$(patsubst bin/tools/stripe-mock-%,%,$@)
	@source=$$(go mod download -json github.com/stripe/stripe-mock@$(patsubst bin/tools/stripe-mock-%,%,$@) | sed -n 's/^\t"Dir": "\(.*\)",$$/\1/p'); \
		node billing/stripemock/strict.mjs "$$source/embedded/openapi/spec3.json" $@.json
	@mv bin/tools/stripe-mock $@
	@touch $@

.PHONY: parts
parts: node_modules/.installed
	@bash e2e/parts.sh

.PHONY: clean
clean: ## take away what was built (not ./data)
	rm -rf bin node_modules e2e/results e2e/screenshots bench/results
	find static/dist -mindepth 1 ! -name .gitkeep -delete

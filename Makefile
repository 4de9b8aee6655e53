# Every way to build, try and check Karvan. `make help` lists them.

SHELL     := /bin/bash
.SHELLFLAGS := -euo pipefail -c
VERSION   ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
FUZZTIME  ?= 5s
BENCH     ?= .
BENCHFLAGS ?=
PKG       ?= ./...

.DEFAULT_GOAL := help
.PHONY: help build demo test test-short fuzz bench bench-matching bench-go lint clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build bin/karvan
	CGO_ENABLED=0 go build -trimpath -ldflags "-X main.version=$(VERSION)" -o bin/karvan ./cmd/karvan

demo: build ## build, then serve the demo world at http://127.0.0.1:8080
	bin/karvan demo

test: ## run everything: both databases, the browser, the race detector
	scripts/test

test-short: ## run what needs neither PostgreSQL nor a browser
	env -u KARVAN_TEST_POSTGRES -u KARVAN_TEST_CHROMIUM -u KARVAN_TEST_EVERYTHING CGO_ENABLED=0 \
		go test -short -count=1 $(PKG)

fuzz: ## run every fuzz target for FUZZTIME (5s)
	scripts/fuzz $(FUZZTIME)

bench: build ## measure 100,000 records, and PocketBase beside; BENCHFLAGS adds flags
	cd bench && CGO_ENABLED=0 go build -trimpath -o ../bin/bench-pocketbase .
	bin/karvan bench --peer bin/bench-pocketbase $(BENCHFLAGS)

bench-matching: build ## measure the matching engine at 1,000,000 records, and bleve beside; BENCHFLAGS adds flags
	cd bench && CGO_ENABLED=0 go build -trimpath -o ../bin/bench-matching ./matching
	bin/karvan bench matching --peer bin/bench-matching $(BENCHFLAGS)

bench-go: ## run the Go benchmarks that match BENCH in PKG
	CGO_ENABLED=0 go test -run '^$$' -bench '$(BENCH)' -benchmem $(PKG)

lint: ## check formatting, go vet and the shell scripts
	scripts/lint

clean: ## remove what build made
	rm -rf bin

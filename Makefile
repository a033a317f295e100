# make run    the demo: needs Go alone
# make test   everything that CI runs: needs Go and a C compiler (the race detector)
GO ?= go

.PHONY: run test lint build bench

run:
	$(GO) run ./cmd/carimbo demo

build:
	CGO_ENABLED=0 $(GO) build -trimpath -o build/carimbo ./cmd/carimbo

test: lint
	$(GO) test -race -timeout 15m ./...

lint:
	@unformatted=$$(gofmt -l $$(git ls-files -co --exclude-standard '*.go')); \
	if [ -n "$$unformatted" ]; then echo "gofmt -w these files:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(GO) tool staticcheck ./...

bench:
	$(GO) test -run '^$$' -bench . -benchmem ./...

# make run       the demo: needs Go alone
# make test      everything that CI runs: needs Go, a C compiler (the race detector) and Python
# make build     the command line and the four functions, into build/
# make validate  cfn-lint, and what is promised of template.yaml
# make emulator  DynamoDB, SQS and Secrets Manager on this machine, for `sam local`
# make deploy    to AWS, with the SAM CLI: STAGE=dev or STAGE=prod (docs/deploy.md); needs
#                your connections.yaml
GO ?= go

# GOARCH is what the functions run on, arm64 or amd64; the template's Architecture
# has to say the same.
GOARCH ?= arm64
# CONNECTIONS says which file is packaged beside each function, where it is neither
# the user's own nor, without that, the example.
example = connections.example.yaml
packaged = $(or $(CONNECTIONS),$(wildcard connections.yaml),$(example))
# SECRETS says whose values the emulator has, where it is not the example.
SECRETS ?= secrets.example.yaml
STAGE ?= dev

.PHONY: run test lint build bench validate emulator deploy

# A GOARCH that was asked for is the functions', never this machine's.
host = GOOS= GOARCH= CGO_ENABLED=0 $(GO)

# SILENCE is how many seconds a build may say nothing.
SILENCE ?= 20

# $(call compile,program,folder) builds for this machine and says so while it lasts. What
# counts the seconds ends with the build, however that ends, and holds no pipe open.
define compile
	@echo "Building $(1): the first time Go downloads and compiles what it needs, which takes minutes on a small machine."
	@seconds=0; while sleep 1 >/dev/null 2>&1 && kill -0 $$$$ 2>/dev/null; do \
		seconds=$$((seconds + 1)); [ $$((seconds % $(SILENCE))) -ne 0 ] || echo "Still downloading and compiling, after $$seconds s."; done & \
	clock=$$!; trap 'kill $$clock 2>/dev/null' EXIT; trap 'exit 130' INT TERM; \
	$(host) build -o build/$(1) $(2)
endef

# Built first and not with go run, which makes an error of a program that Ctrl-C
# ended well.
run:
	$(call compile,carimbo,./cmd/carimbo)
	@exec build/carimbo demo

functions = webhook omie-os sensio-sale sweep

build: $(functions:%=build/%)
	$(host) build -trimpath -o build/carimbo ./cmd/carimbo

# $(call package,function,folder): what Lambda gets, the same from the same source.
define package
	GOOS=linux GOARCH=$(GOARCH) CGO_ENABLED=0 $(GO) build -tags lambda.norpc -trimpath -buildvcs=false -ldflags "-s -w" -o $(2)/bootstrap ./functions/$(1)
	@echo "$(1) is packaged with $(packaged)$(if $(filter $(example),$(packaged)),$(if $(CONNECTIONS),,: there is no connections.yaml))"
	$(host) run ./shared/connection/file/tojson $(packaged) $(2)/connections.json
endef

.PHONY: $(functions:%=build/%)
$(functions:%=build/%): build/%:
	$(call package,$*,$@)

# What `sam build` calls, in a copy of this folder without .git.
.PHONY: build-WebhookFunction build-OmieOSFunction build-SensioSaleFunction build-SweepFunction
build-WebhookFunction: function = webhook
build-OmieOSFunction: function = omie-os
build-SensioSaleFunction: function = sensio-sale
build-SweepFunction: function = sweep
build-WebhookFunction build-OmieOSFunction build-SensioSaleFunction build-SweepFunction:
	$(call package,$(function),$(or $(ARTIFACTS_DIR),$(error ARTIFACTS_DIR is missing: it is the folder to write to)))

validate:
	$(GO) test -count=1 ./deploy/...

emulator:
	$(call compile,emulator,./deploy/emulator)
	@exec build/emulator -connections $(or $(CONNECTIONS),$(example)) -secrets $(SECRETS)

# The example's store is nobody's: whoever deploys has a file of their own.
deploy:
	@if [ -z "$(filter-out $(example),$(wildcard $(or $(CONNECTIONS),connections.yaml)))" ]; then \
		echo "make deploy needs your own file of connections: cp $(example) connections.yaml and put your accounts and stores in, or name yours: make deploy CONNECTIONS=FILE" >&2; exit 1; fi
	sam build
	sam deploy --config-env $(STAGE)

# The search and the simulation go further without the race detector, which makes
# them many times slower and finds nothing in their one goroutine: two faults at most,
# each misreading found, each guard missed, every fault seen, and 200,000 orders.
# Their figures are printed. Tests have memory to spare, and collect garbage less.
test: export GOGC = 400
test: lint
	$(GO) test -race -timeout 60m ./...
	$(GO) test -timeout 60m -v -run 'RandomLives|NoInterleaving|TheSearchFinds|EachInvariant|WhateverGoesWrong|Guard|TheSameWorkload' ./shared/placing ./shared/placing/search ./shared/simulation
	$(GO) run ./cmd/carimbo simulate --seeds 1000 --orders 200

lint:
	@unformatted=$$(gofmt -l $$(git ls-files -co --exclude-standard '*.go')); \
	if [ -n "$$unformatted" ]; then echo "gofmt -w these files:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(GO) tool staticcheck ./...

bench:
	$(GO) test -run '^$$' -bench . -benchmem ./...

# make run       the demo: needs Go alone
# make check     while you work: format, vet, staticcheck and all tests of one process, in a minute
# make test      everything that CI runs: needs Go, a C compiler (the race detector) and Python,
#                and for the console's pages what .ci/browser gets; without it they are skipped
# make build     the command line and the functions, into build/
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

.PHONY: run check test lint build bench validate emulator deploy

# A GOARCH that was asked for is the functions', never this machine's.
host = GOOS= GOARCH= CGO_ENABLED=0 $(GO)

# SILENCE is how many seconds what takes minutes may say nothing.
SILENCE ?= 20

# $(call aloud,doing what,command) runs the command and says so while it lasts. What
# counts the seconds ends with it, however that ends, and holds no pipe open.
define aloud
	@seconds=0; while sleep 1 >/dev/null 2>&1 && kill -0 $$$$ 2>/dev/null; do \
		seconds=$$((seconds + 1)); [ $$((seconds % $(SILENCE))) -ne 0 ] || echo "Still $(1), after $$seconds s."; done & \
	clock=$$!; trap 'kill $$clock 2>/dev/null' EXIT; trap 'exit 130' INT TERM; \
	$(2)
endef

# $(call compile,program,folder) builds for this machine.
define compile
	@echo "Building $(1): the first time Go downloads and compiles what it needs, which takes minutes on a small machine."
	$(call aloud,downloading and compiling,$(host) build -o build/$(1) $(2))
endef

# Built first and not with go run, which makes an error of a program that Ctrl-C
# ended well.
run:
	$(call compile,carimbo,./cmd/carimbo)
	@exec build/carimbo demo

# A function is a folder with a main.
functions = $(patsubst functions/%/main.go,%,$(wildcard functions/*/main.go))

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

# What `sam build` calls, in a copy of this folder without .git: a function's name in the
# template is that of its folder, OmieOSFunction that of omie-os.
folder = $(shell echo $(1) | sed 's/\([a-z]\)\([A-Z]\)/\1-\2/g' | tr A-Z a-z)
build-%Function:
	$(call package,$(call folder,$*),$(or $(ARTIFACTS_DIR),$(error ARTIFACTS_DIR is missing: it is the folder to write to)))

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

# Tests wait for disks, sockets and time limits more than they calculate: more packages
# at a time than there are processors. They have memory to spare, and collect garbage less.
test check: export GOGC = 400
# The race detector alone needs a C compiler: everything is compiled once for it, and once
# for all else, what make run builds included.
test check lint: export CGO_ENABLED = 0
TEST = $(GO) test -p $(or $(AT_A_TIME),4)

check: lint
	$(call aloud,testing,$(TEST) -short -count=1 ./...)

# These read much text in one goroutine, or simulate in one, or make one call after another
# as others that are looked at do: the race detector only makes them many times slower.
alone = AnOrderTakesAsMuchWork|EveryAnswerThatIsKnown|EveryKindOfERPPasses|OneOrderIsOneDocument$$|WhateverAddsUpAddsUp|TestConformance$$|FuzzAnAnswerOf|TheCorpusHas|WhatAPreviewHears|HostileFilesAre|ASimulationIsRepeated|RangesOfSeeds|TheSameSeedIsTheSameRun
# So are these, which do many times as much without it.
longer = RandomLives|EachPlatformIsReadAs

# What waits for disks and time limits runs by itself, and then at once what only calculates,
# so that no processor waits for the slowest of it. What runs in one goroutine the race
# detector only makes many times slower. So the search, the simulation
# and what is counted at length go further without it: two faults at most, each misreading
# found, each guard missed, every fault seen, and 200,000 orders, those of the first 100
# seeds by a test and the others by the command line; and 80,000 orders that the oracle
# reads a second time. Their figures are printed. Vet has been run by lint, and nobody
# debugs these programs: -w links sooner.
test: lint
	$(call aloud,testing,$(MAKE) --no-print-directory raced)
	$(call aloud,searching and simulating,$(MAKE) --no-print-directory -j2 unraced simulated)

.PHONY: raced unraced simulated
# The simulation keeps little and throws much away: it takes 350 MB so.
simulated: export GOGC = 1600

# SQLite is C that was translated into Go, with memory and locks of its own: what looks for
# races there finds none of ours, and makes each of its steps many times slower.
translated = modernc.org/...=-race=false -d=checkptr=0

raced:
	CGO_ENABLED=1 $(TEST) -race '-gcflags=$(translated)' -vet=off -ldflags=-w -timeout 60m -skip '$(alone)|$(longer)' ./...

unraced:
	GOGC=800 $(TEST) -vet=off -timeout 60m -v -run '$(longer)|NoInterleaving|TheSearchFinds|EachInvariant|WhateverGoesWrong|Guard|TheSameWorkload|WithoutFaults|AFailureSays|WhatWasPaidIs|AStrictOmieAddsUp|ABuyersWordsChange|NothingGoesFrom|TwoThousandOrders|InABrowser' ./shared/placing ./shared/placing/search ./shared/simulation ./shared/erp ./shared/erp/omie ./shared/machine ./shared/platform/oracle ./deploy ./shared/console/browsertest
	$(TEST) -vet=off -run '$(alone)' ./cmd/carimbo ./shared/erp ./shared/erp/omie ./shared/erp/sensio ./shared/erp/simulators ./shared/placing ./shared/platform/... ./shared/simulation ./shared/yaml

simulated:
	$(GO) run ./cmd/carimbo simulate --seed 101 --seeds 900 --orders 200

lint:
	@unformatted=$$(gofmt -l $$(git ls-files -co --exclude-standard '*.go')); \
	if [ -n "$$unformatted" ]; then echo "gofmt -w these files:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(GO) tool staticcheck ./...

bench:
	$(GO) test -run '^$$' -bench . -benchmem ./...

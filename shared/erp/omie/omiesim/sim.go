// Package omiesim is the Omie API in memory, for tests, demonstrations and the
// simulation. It is an independent reading of what is known of Omie and shares no
// code with the client: strict in fields, types, required fields, dates and flags,
// with uniqueness of cCodIntOS and of codigo_pedido_integracao, refusal of identical calls, one write at a time,
// rates and the block; what a client does wrong is refused and counted.
//
// A Sim is an http.Handler; the methods lie under /api/v1/ as at Omie (and without
// that prefix). Call is the same thing without sockets. Besides the API it shows
// itself to people:
//
//	GET  /           {"documents":[...],"calls":n,"violations":[...]}
//	GET  /documents  [{"cCodIntOS","nCodOS","cNumOS","nValorTotal","cNumPedido","nCodCli"}], and
//	                 product orders behind them, see pedidoRow
//	POST /faults     switches a fault on, see Fault
//
// So a lost answer can be tried by hand: the next IncluirOS writes the document
// and never answers.
//
//	curl -X POST localhost:PORT/faults -d '{"method":"IncluirOS","mode":"write-then-silence"}'
//
// The clock is injected, nothing is random, ids count up, and the package starts
// no goroutine.
package omiesim

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"github.com/carimbo/carimbo/shared/erp/erpsim"
	"github.com/carimbo/carimbo/shared/order"
)

// Options configure a Sim; zero fields have the defaults that they name.
type Options struct {
	// Now is the clock: time.Now.
	Now func() time.Time
	// AppKey and AppSecret are the only pair let in. Empty: any pair that is not
	// empty, each with limits of its own and all with the same documents.
	AppKey, AppSecret string
	// Services is the catalogue: 3846592864 (CURSO-GO) and MANUT-01.
	Services []Service
	// Customers are known from the start: 3795260786.
	Customers []Customer
	// Accounts are the bank accounts that nCodCC may name: 3731356020.
	Accounts []int64
	// Products is the catalogue of products: 5366578297 (CURSO-GO) and MANUT-01.
	Products []Product
	// NotUnique lets several documents of one kind have one integration code.
	NotUnique bool
	// TwinCustomers lets several customers have one tax id and one integration code.
	TwinCustomers bool
	// DuplicateText and DuplicateCode are the fault of a cCodIntOS that is there
	// already, whose wording nobody has published; {code} stands for cCodIntOS.
	DuplicateText, DuplicateCode string
	// NotFoundText is the fault of a look-up that finds nothing; {code} as above.
	NotFoundText string
	// DuplicatePedidoText is the fault of a codigo_pedido_integracao that is there already, and
	// NoPedidoText that of a look-up that finds no product order; {code} stands for it, and
	// {id} and {number} for those of the one that is there.
	DuplicatePedidoText, NoPedidoText string
	// HalfToEven rounds half a cent of a line to the even cent, and not up.
	HalfToEven bool
	// RedundantFor is how long an identical call is refused: 60 s.
	RedundantFor time.Duration
	// BlockAfter identical failing calls, with less than ten minutes between any
	// two, block the key (5) for BlockFor (1800 s).
	BlockAfter int
	BlockFor   time.Duration
	// Latency is how long every answer takes: nothing.
	Latency time.Duration
	// FirstOS, FirstPedido, FirstNumber and FirstCustomer are where ids start: 3847270140,
	// 5847270140, 16 (of each kind of document) and 3796000001.
	FirstOS, FirstPedido, FirstNumber, FirstCustomer int64
	// KeepCalls bounds what Calls remembers; 0 remembers all.
	KeepCalls int
}

// Document is one OS that the simulator holds; product orders are Pedidos.
type Document struct {
	CodInt        string          // cCodIntOS
	NCodOS        int64           // Omie's id
	NumOS         string          // cNumOS, the number on the screen
	Total         order.Money     // what Omie calculates, nValorTotal
	CustomerID    string          // nCodCli
	CustomerTaxID string          // digits of cnpj_cpf
	OrderNumber   string          // cNumPedido
	At            time.Time       // when it was written
	Cancelled     bool            // by Cancel
	Body          json.RawMessage // the param as it came
}

// Sim is one simulated Omie. It is safe for concurrent use. Its violations are a call
// during a block, an identical call too early, writes at the same time, too many calls.
type Sim struct {
	*erpsim.Frame
	opt  Options
	zone *time.Location

	lanes     map[string]*lane
	address   window // all calls of all keys come from one address
	documents []*document
	byCode    map[string][]*document
	customers []*Customer
	services  []Service
	products  []Product
	accounts  []int64
	// Product orders are documents of their own: an OS may have the same code.
	pedidos                      []*pedido
	pedidosByCode                map[string][]*pedido
	nextPedido, nextPedidoNumber int64
	// spoken is what open product orders take of a product from a stock.
	spoken     map[stockOf]spokenFor
	nextOS     int64
	nextNumber int64
	nextPerson int64
	// nextService and nextProduct count the ids that Know gave out.
	nextService, nextProduct int64
	// any tells by what names the catalogue has whatever is asked for.
	any        anyService
	anyProduct anyProduct
}

// New makes a Sim.
func New(opt Options) *Sim {
	opt.DuplicateText = cmp.Or(opt.DuplicateText, "ERROR: OS já cadastrada para o Código de Integração [{code}] !")
	opt.DuplicateCode = cmp.Or(opt.DuplicateCode, codeDuplicate)
	opt.NotFoundText = cmp.Or(opt.NotFoundText, "ERROR: OS não cadastrada para o Código de Integração [{code}] !")
	opt.DuplicatePedidoText = cmp.Or(opt.DuplicatePedidoText, duplicatePedido)
	opt.NoPedidoText = cmp.Or(opt.NoPedidoText, noPedido)
	opt.RedundantFor = cmp.Or(opt.RedundantFor, 60*time.Second)
	opt.BlockAfter = cmp.Or(opt.BlockAfter, 5)
	opt.BlockFor = cmp.Or(opt.BlockFor, blockFor)
	s := &Sim{
		Frame: erpsim.NewFrame(erpsim.Options{
			Now: opt.Now, Latency: opt.Latency, KeepCalls: opt.KeepCalls, HasLimits: true,
			Methods: methodNames(), Modes: modes(), EchoText: "ERROR: O conteúdo é inválido:",
		}),
		opt:      opt,
		zone:     order.SaoPaulo(),
		lanes:    map[string]*lane{},
		byCode:   map[string][]*document{},
		services: slices.Clone(opt.Services),
		products: slices.Clone(opt.Products),
		accounts: slices.Clone(opt.Accounts),

		spoken:           map[stockOf]spokenFor{},
		pedidosByCode:    map[string][]*pedido{},
		nextPedido:       cmp.Or(opt.FirstPedido, 5847270140),
		nextPedidoNumber: cmp.Or(opt.FirstNumber, 16),

		nextOS:     cmp.Or(opt.FirstOS, 3847270140),
		nextNumber: cmp.Or(opt.FirstNumber, 16),
		nextPerson: cmp.Or(opt.FirstCustomer, 3796000001),
	}
	if s.services == nil {
		s.services = DefaultServices()
	}
	if s.products == nil {
		s.products = DefaultProducts()
	}
	if s.accounts == nil {
		s.accounts = []int64{3731356020}
	}
	customers := opt.Customers
	if customers == nil {
		customers = DefaultCustomers()
	}
	for _, c := range customers {
		c.TaxID = bareTaxID(c.TaxID)
		s.customers = append(s.customers, &c)
	}
	return s
}

// Documents are the OS that exist now, in the order of their writing.
func (s *Sim) Documents() (all []Document) {
	s.With(func(time.Time) {
		all = make([]Document, len(s.documents))
		for i, d := range s.documents {
			all[i] = d.Document
		}
	})
	return all
}

// Count is how many documents have this cCodIntOS: more than one only where
// uniqueness is off.
func (s *Sim) Count(codInt string) (n int) {
	s.With(func(time.Time) { n = len(s.byCode[codInt]) })
	return n
}

// Cancel shows every document with this cCodIntOS as cancelled and tells how many
// there were.
func (s *Sim) Cancel(codInt string) (n int) {
	s.With(func(time.Time) {
		for _, d := range s.byCode[codInt] {
			d.Cancelled = true
			n++
		}
	})
	return n
}

// Customers are the customers known now.
func (s *Sim) Customers() (all []Customer) {
	s.With(func(time.Time) {
		all = make([]Customer, len(s.customers))
		for i, c := range s.customers {
			all[i] = *c
		}
	})
	return all
}

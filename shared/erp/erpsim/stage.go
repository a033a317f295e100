package erpsim

import (
	"net/http"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/order"
)

// Stage is an ERP as the simulation of orders puts it on: what accounts of it look like,
// all that may go wrong with a call, and what its documents have to say. It is an
// independent reading of the ERP, and shares no code with the client.
type Stage struct {
	// Faults are drawn alike; what has to be seen often is there often.
	Faults []Mishap
	// Beyond asks for a longer rest than any that is kept.
	Beyond Mishap
	// ForOne are the answers by which a single order has the whole account rest.
	ForOne []Mishap
	// KeyRefused is the mode of an ERP that doesn't let the keys in.
	KeyRefused Mode
	// Resting is the mode of what is answered until a rest is over that was asked for;
	// empty where the simulator minds it by itself.
	Resting Mode
	// CallLimit is how long a call may take, LongestRest for how long an account may rest.
	CallLimit, LongestRest time.Duration
	// Apart is how far the starts of an account's calls lie from each other, at least.
	Apart time.Duration
	// Sights are what the look-up of an account can show, the first one that works.
	Sights []Sight
	// Documents are the kinds of documents that accounts and connections may ask for, as
	// connections.yaml has them, the first one first; nil: there is one, and nobody says it.
	Documents []string
	// Settings are an account's, as JSON. Its documents have the order's number in them,
	// and sell CURSO-GO and MANUT-01.
	Settings func(Setup) string
	// Read is what a request is for.
	Read func(method, target string, header http.Header, body []byte) Asked
	// Hear is what an answer says, where no fault has it say so; nil: nothing.
	Hear func(Reply) Heard
	// Open makes the ERP behind one App Key.
	Open func(Opening) Company
	// Customer is what a document names the buyer by.
	Customer func(Buyer) string
	// Carries is what the ERP is told of a buyer's order, so that a person is told of a later
	// change of it; nil: of none of that.
	Carries func(Buyer) Carried
	// Another are words of the client's by which a person is told that another document
	// has our reference, Elsewhere those by which its look-up was tried out in another
	// app.
	Another, Elsewhere []string
}

// Mishap is a fault that may be drawn, and what follows from it.
type Mishap struct {
	Mode Mode
	// Name tells it from others of the mode.
	Name string
	// Document has it befall calls about documents of that kind alone; empty: any call.
	Document   string
	Status     int
	Text, Code string
	// Delay is what it lasts; Delayed is what that is drawn below.
	Delay, Delayed time.Duration
	// Refuses: whoever is refused so is a person's to look at, in the words of Said.
	// Mapped: they are told that it is about what a line is mapped to.
	// Contradicts: the ERP says what it doesn't show. Rests: its account has to rest for
	// the delay. OfCreates, OfCustomers: it befalls creates alone, or calls that create a
	// customer.
	Refuses, Mapped, Contradicts, Rests, OfCreates, OfCustomers bool
	Said                                                        string
}

// Sight is what an account's look-up can show.
type Sight struct {
	Name string
	// None: the settings have no look-up. Proves: what it doesn't show isn't there, so that
	// every order ends by itself. Refused: it never answers.
	None, Proves, Refused bool
	// Tried: it found a document of ours before. Deafens: from some moment on it finds
	// nothing any more.
	Tried, Deafens bool
	// Doubts: after a lost creation of a customer nothing proves that they aren't there.
	Doubts bool
}

// Setup is what an account's settings are made of.
type Setup struct {
	// Host is where its API is.
	Host string
	// Version is 0 or 1: documents look different by it.
	Version int
	// Document is the kind that it asks for; empty: it doesn't say.
	Document string
	Sight    Sight
}

// Opening is what a company is made of.
type Opening struct {
	Now   func() time.Time
	Sight Sight
	// Unique: where the ERP may hold references to be unique, it does.
	Unique bool
	// Twins: where the ERP may hold customers to be unique, it doesn't.
	Twins bool
	// Nth tells the apps of one account apart, whose ids must not be equal.
	Nth int
	// Known are the tax ids of people that the ERP knows.
	Known []string
}

// Asked is what a request is for.
type Asked struct {
	// Method is the simulator's word for it.
	Method string
	// Key and Secret are what it proves itself with.
	Key, Secret string
	// Same is equal for two requests that the ERP takes for the same.
	Same string
	// Document is the kind of document that it is about; empty: it is about none, or there is
	// one kind.
	Document string
	// Creates and Looks: a document is created or looked up. Introduces: a customer is
	// created. Judged: a refusal is one of the order's contents.
	Creates, Looks, Introduces, Judged bool
}

// Heard is what an answer says of more than its own call.
type Heard struct{ Rest, Duplicate bool }

// Buyer is whom a document is for.
type Buyer struct {
	Name, TaxID string
	// Known: the ERP knows the tax id from the start.
	Known bool
	// Document is the kind that the order becomes, where there are several.
	Document string
	// Sight is the account's.
	Sight Sight
}

// Carried is what the ERP is told besides who bought, and what it costs.
type Carried struct{ Email, Address, LineName bool }

// Sold is a document as it stands in the ERP, read without the client's help.
type Sold struct {
	ID, Number string
	// Document is its kind, where there are several.
	Document string
	// Order is the store's number of it.
	Order string
	Total order.Money
	// Day is the order's, as a date, or empty where the document doesn't have it; Customer as Stage.Customer has it.
	Day, Customer string
}

// Company is the ERP behind one App Key, without sockets.
type Company interface {
	Request(method, target string, header http.Header, body []byte) Reply
	// End ends a call whose Reply is Open.
	End(Reply)
	OnCall(func(method, code string) *Fault)
	Calls() []Call
	// Violations are limits that a caller broke: "TIME METHOD: what". "during a block, N s
	// before its end" and "identical call" say of which kind.
	Violations() []string
	Sold() []Sold
	// Occupy lets somebody else's document of each kind have the reference, with that order's
	// number.
	Occupy(ref erp.Reference, order string)
	// Deafen has look-ups find nothing from now on.
	Deafen()
	// Twice are the tax ids that several customers have.
	Twice() []string
	// Lose deletes the customers with the tax id, where documents refer to customers by an
	// id, and tells whether there were any.
	Lose(taxID string) bool
}

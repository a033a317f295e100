package sensio

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// Sale is the body of POST /sales, every field of it. Numbers are json.Number,
// so that no amount passes through a float.
type Sale struct {
	Child                string      `json:"child,omitempty"`
	Total                json.Number `json:"total,omitempty"`
	DateSold             string      `json:"dateSold,omitempty"`
	FixedPaymentsDate    *bool       `json:"fixedPaymentsDate,omitempty"`
	Type                 string      `json:"type,omitempty"`
	Status               string      `json:"status,omitempty"`
	PaymentConditionType string      `json:"paymentConditionType,omitempty"`
	PaymentMethod        string      `json:"paymentMethod,omitempty"`
	PriceList            string      `json:"priceList,omitempty"`
	Payments             []Payment   `json:"payments,omitempty"`
	Customer             string      `json:"customer,omitempty"`
	CustomerID           string      `json:"customerId,omitempty"`
	OtherExpenses        json.Number `json:"otherExpenses,omitempty"`
	Discount             json.Number `json:"discount,omitempty"`
	DiscountType         string      `json:"discountType,omitempty"`
	DiscountPercentage   json.Number `json:"discountPercentage,omitempty"`
	TransportFee         json.Number `json:"transportFee,omitempty"`
	Details              string      `json:"details,omitempty"`
	OC                   string      `json:"oc,omitempty"`
	SellersInfo          []Seller    `json:"sellersInfo,omitempty"`
	NetTotal             json.Number `json:"netTotal,omitempty"`
	NegotiationStatus    string      `json:"negotiationStatus,omitempty"`
	DueDate              string      `json:"dueDate,omitempty"`
	ForeseenDelivery     string      `json:"foreseenDelivery,omitempty"`
	QuoteDate            string      `json:"quoteDate,omitempty"`
	Orig                 string      `json:"orig,omitempty"`
	OrigID               string      `json:"origId,omitempty"`
	Tags                 []Tag       `json:"tags,omitempty"`
	OrigStatus           string      `json:"origStatus,omitempty"`
	OrigPaymentMethod    string      `json:"origPaymentMethod,omitempty"`
	Bonificacao          *bool       `json:"bonificacao,omitempty"`
	Carrier              string      `json:"carrier,omitempty"`
	ModFrete             string      `json:"modFrete,omitempty"`
	ForeseenShipment     string      `json:"foreseenShipment,omitempty"`
	ShipmentDetails      string      `json:"shipmentDetails,omitempty"`
	ShipmentAddress      string      `json:"shipmentAddress,omitempty"`
	Shipment             string      `json:"shipment,omitempty"`
	Shipped              *bool       `json:"shipped,omitempty"`
	ShipmentCode         string      `json:"shipmentCode,omitempty"`
	ShipmentDate         string      `json:"shipmentDate,omitempty"`
	Approved             *bool       `json:"approved,omitempty"`
	Description          string      `json:"description,omitempty"`
	SaleLines            []SaleLine  `json:"saleLines,omitempty"`
	ContactID            string      `json:"contactId,omitempty"`
	Acquirer             *Acquirer   `json:"acquirer,omitempty"`
}

// Payment is one instalment.
type Payment struct {
	NDup        int         `json:"nDup,omitempty"`
	DVenc       string      `json:"dVenc"`
	VDup        json.Number `json:"vDup,omitempty"`
	TPag        string      `json:"tPag,omitempty"`
	AcquirerFee json.Number `json:"acquirerFee,omitempty"`
}

// Seller is one seller with their commission.
type Seller struct {
	Seller         string      `json:"seller"`
	ComissionType  string      `json:"comissionType,omitempty"`
	ComissionValue json.Number `json:"comissionValue,omitempty"`
	Comission      json.Number `json:"comission,omitempty"`
}

// Tag is one tag.
type Tag struct {
	TagID string `json:"tagId,omitempty"`
}

// SaleLine is one item sold.
type SaleLine struct {
	ProductID   string      `json:"productId"`
	VariationID string      `json:"variationId,omitempty"`
	Qty         json.Number `json:"qty,omitempty"`
	Price       json.Number `json:"price,omitempty"`
	Details     string      `json:"details,omitempty"`
	DetailsNF   *bool       `json:"detailsNF,omitempty"`
}

// Acquirer is who processed the card.
type Acquirer struct {
	IsWithAcquirerFee *bool  `json:"isWithAcquirerFee,omitempty"`
	AcquirerID        string `json:"acquirerId,omitempty"`
	FeeType           string `json:"feeType,omitempty"`
}

const (
	typeSale       = "Venda"
	typeQuote      = "Orçamento"
	typeGift       = "Bonificação/Remessa"
	statusOpen     = "Em aberto"
	statusInvoiced = "Faturado"
	inReais        = "R$"
	inPercent      = "%"
	refused        = "Recusado"
	inNegotiation  = "Em orçamento"
)

// The enumerations, as the page writes them.
var (
	saleTypes         = []string{typeSale, "Assistência Técnica", typeQuote, "Compra", "Venda Representação", typeGift, "Outros"}
	statuses          = []string{statusOpen, statusInvoiced}
	amountTypes       = []string{inPercent, inReais}
	negotiations      = []string{inNegotiation, refused, "Aprovado"}
	shipmentAddresses = []string{"Endereço da Pessoa", "Endereço de Entrega", "Endereço de Cobrança", "Endereço Secundário"}
) // never written to

// problems are what Sensio would refuse or misread, by the field's path: values
// outside an enumeration, dates that are none, fields of a quote in another
// type, and parts without what identifies them.
func (s Sale) problems() []erp.Problem {
	var found checker
	found.oneOf("type", s.Type, saleTypes)
	found.oneOf("status", s.Status, statuses)
	found.oneOf("paymentMethod", s.PaymentMethod, paymentMethods)
	found.oneOf("discountType", s.DiscountType, amountTypes)
	found.oneOf("negotiationStatus", s.NegotiationStatus, negotiations)
	found.oneOf("modFrete", s.ModFrete, freights)
	found.oneOf("shipmentAddress", s.ShipmentAddress, shipmentAddresses)
	for i, p := range s.SellersInfo {
		at := fmt.Sprintf("sellersInfo.%d.", i)
		found.oneOf(at+"comissionType", p.ComissionType, amountTypes)
		if p.Seller == "" {
			found.refuse(at+"seller", "is missing: a seller's id is required")
		}
	}
	for _, d := range s.dates() {
		switch {
		case d.value == "":
		case !isDate(d.value):
			found.refuse(d.name, `must be a date like 2026-11-21, or days after the order's, like "+3d"`)
		case d.quote && s.Type != typeQuote:
			found.refuse(d.name, "belongs to a quote, and type is not %s; remove it", typeQuote)
		}
	}
	return found.problems
}

// oneOf holds a value to those that are allowed, unless there is none.
func (c *checker) oneOf(path, value string, allowed []string) {
	if value != "" && !slices.Contains(allowed, value) {
		c.refuse(path, "must be one of %s", strings.Join(allowed, " | "))
	}
}

type dated struct {
	name, value string
	quote       bool // only a quote may have it
}

func (s Sale) dates() []dated {
	dates := []dated{
		{"dateSold", s.DateSold, false}, {"dueDate", s.DueDate, true}, {"foreseenDelivery", s.ForeseenDelivery, true},
		{"quoteDate", s.QuoteDate, true}, {"foreseenShipment", s.ForeseenShipment, false}, {"shipmentDate", s.ShipmentDate, false},
	}
	for i, p := range s.Payments {
		dates = append(dates, dated{fmt.Sprintf("payments.%d.dVenc", i), p.DVenc, false})
	}
	return dates
}

func isDate(text string) bool {
	_, err := time.Parse(time.DateOnly, text)
	return err == nil
}

// pruned leaves out the objects that say nothing, as those do whose placeholders come to
// nothing for an order.
func (s *Sale) pruned() {
	s.Tags = slices.DeleteFunc(s.Tags, func(t Tag) bool { return t == Tag{} })
	if s.Acquirer != nil && *s.Acquirer == (Acquirer{}) {
		s.Acquirer = nil
	}
}

// sum adds the sale up as Sensio does, from the numbers that will be sent. Where
// they contradict each other, the error tells which.
func (s Sale) sum() (order.Money, error) {
	var goods, paid order.Money
	for _, l := range s.SaleLines {
		quantity, err := order.ParseQuantity(string(l.Qty))
		if err != nil {
			return order.Money{}, words.Errorf("qty %q: %s", l.Qty, err)
		}
		goods = goods.Add(amount(l.Price).Times(quantity))
	}
	for _, p := range s.Payments {
		paid = paid.Add(amount(p.VDup))
	}
	net := goods.Sub(amount(s.Discount)).Add(amount(s.OtherExpenses)).Add(amount(s.TransportFee))
	switch {
	case !goods.Equal(amount(s.Total)):
		return net, words.Errorf("total is %s and the items come to %s", s.Total, goods)
	case !net.Equal(amount(s.NetTotal)):
		return net, words.Errorf("netTotal is %s and the parts come to %s", s.NetTotal, net)
	case !paid.Equal(net):
		return net, words.Errorf("the payments come to %s and netTotal is %s", paid, net)
	}
	return net, nil
}

// amount reads what number wrote; anything else counts as nothing, and then the
// sums differ.
func amount(n json.Number) order.Money {
	m, err := order.ParseMoney(string(n))
	if err != nil {
		return order.Money{}
	}
	return m
}

func number(m order.Money) json.Number { return json.Number(m.Number()) }

// fieldNames are the names under which a struct's fields travel.
func fieldNames(t reflect.Type) []string {
	var names []string
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}

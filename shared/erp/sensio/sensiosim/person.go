package sensiosim

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/erp/erpsim"
	"github.com/carimbo/carimbo/shared/order"
)

// isGone is how a sale is refused whose customer nobody is.
const isGone = "customerId não encontrado"

// peopleThere is how a second person with the same tax id is refused, where one is.
const peopleThere = "Já existe uma pessoa cadastrada com este CPF/CNPJ"

// register makes a person of the body, whose shape Sensio doesn't publish: all that counts
// is the first text in it that is a tax id, and a name.
func (s *Sim) register(body []byte) Reply {
	v, refused := read(body)
	if refused != nil {
		return refused.reply()
	}
	taxID := taxIDIn(v)
	switch {
	case taxID == "":
		return refuse("cpfCnpj é obrigatório").reply()
	case s.opt.UniquePeople && slices.ContainsFunc(s.opt.People, func(p Person) bool { return digits(p.TaxID) == taxID }):
		return refuse(peopleThere).reply()
	}
	s.registered++
	p := Person{ID: idOf("person", s.registered), Name: firstText(v, "name", "nome", "razaoSocial"), TaxID: taxID, Body: body}
	s.opt.People, s.ever = append(slices.Clone(s.opt.People), p), append(s.ever, p)
	return erpsim.JSON(http.StatusCreated, map[string]any{"success": true, "message": "Pessoa registrada com sucesso", "response": p.ID})
}

func firstText(v map[string]any, names ...string) string {
	for _, name := range names {
		if text := textOf(v, name); text != "" {
			return text
		}
	}
	return ""
}

// taxIDIn is the first tax id in a value, in the order of its keys, in digits.
func taxIDIn(v any) string {
	switch v := v.(type) {
	case string:
		if id, err := order.ParseTaxID(v); err == nil {
			return strings.ToLower(string(id))
		}
	case []any:
		for _, element := range v {
			if id := taxIDIn(element); id != "" {
				return id
			}
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if id := taxIDIn(v[name]); id != "" {
				return id
			}
		}
	}
	return ""
}

// people answers GET /people.
func (s *Sim) people(query url.Values) Reply {
	rows := []any{}
	wanted := strings.ToLower(query.Get("search"))
	for _, p := range s.opt.People {
		if !s.opt.DeafToPeople && (strings.Contains(digits(p.TaxID), wanted) || strings.Contains(strings.ToLower(p.Name), wanted)) {
			rows = append(rows, map[string]any{"id": p.ID, "name": p.Name, "cpfCnpj": p.TaxID})
		}
	}
	return erpsim.JSON(http.StatusOK, map[string]any{"success": true, "response": rows})
}

// separators are what a CPF or CNPJ is written with.
var separators = strings.NewReplacer(".", "", "-", "", "/", "")

func digits(text string) string {
	return strings.ToLower(separators.Replace(text))
}

// customer judges whom a sale is for.
func (s *Sim) customer(v map[string]any) *refusal {
	name, id := textOf(v, "customer"), textOf(v, "customerId")
	known := slices.ContainsFunc(s.opt.People, func(p Person) bool { return p.ID == id })
	switch {
	case name == "" && id == "":
		return refuse("customer é obrigatório")
	case id == "" && s.opt.IDRequired:
		return refuse("customerId é obrigatório")
	case id != "" && !known && (s.opt.onlyPeople || slices.Contains(s.gone, id)):
		return refuse(isGone)
	}
	return nil
}

// People are those who are registered now, in the order of their registration.
func (s *Sim) People() (all []Person) {
	s.With(func(time.Time) { all = slices.Clone(s.opt.People) })
	return all
}

// registeredEver are all who were.
func (s *Sim) registeredEver() (all []Person) {
	s.With(func(time.Time) { all = slices.Clone(s.ever) })
	return all
}

// DeletePeople has somebody delete everybody with the tax id, and tells how many they were.
func (s *Sim) DeletePeople(taxID string) (n int) {
	s.With(func(time.Time) {
		s.opt.People = slices.DeleteFunc(slices.Clone(s.opt.People), func(p Person) bool {
			is := digits(p.TaxID) == digits(taxID)
			if is {
				s.gone = append(s.gone, p.ID)
				n++
			}
			return is
		})
	})
	return n
}

// SetDeafToPeople has searches find nobody from now on, or find them again.
func (s *Sim) SetDeafToPeople(deaf bool) {
	s.With(func(time.Time) { s.opt.DeafToPeople = deaf })
}

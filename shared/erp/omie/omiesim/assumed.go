package omiesim

// What no source says of product orders, and the simulator assumes; docs/omie.md lists it.
// Beside this file: a pedido's fields have the lengths of an OS's that are alike (60 for the
// integration codes, 30 for the customer's number, which is cut, 20 for a contract's and a
// category's, 100 for a contact and an NSU, 60 for the lines of an address) and 120 for a
// description; integration codes of items don't repeat; valor_mercadoria and valor_total,
// where they are sent, have to be what Omie calculates; no tax of a scenario is added to the
// total, and neither is what a market place takes; utilizar_emails, which is described as
// mandatory, may be missing, as it does in Omie's own example; a plan begins at 1 and counts
// up, its percentages come to 100 and its amounts to the total; a share of the pedido's own
// discount is cut to the cent, and the last line has the rest.

const (
	// duplicatePedido was seen with the prefix of all faults and without one.
	duplicatePedido = "ERROR: Pedido já cadastrado para o Código de Integração [{code}], Código [{id}] e Número [{number}] !"
	// noPedido was seen for a codigo_pedido with -105.
	noPedido = "ERROR: Pedido não cadastrado para o Código de Integração [{code}] !"
	// maxPriceDecimals is how many valor_unitario takes.
	maxPriceDecimals = 4
)

// pastDate: data_previsao has to be of today or later, and nobody shows what is said of another.
func pastDate(said string) *refusal {
	return contents("A data [%s] da tag [data_previsao] deve ser igual ou superior à data atual!", said)
}

// inactive: nothing is sold to, or of, what is inactive.
func inactive(what, name string) *refusal {
	return contents("%s [%s] está inativo!", what, name)
}

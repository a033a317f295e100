package omiesim

// productRule: products that an OS uses leave the stock, or go to the customer with a remessa,
// which has a category. They add nothing to what the OS comes to. Which products there are is
// not simulated: what Omie says of one that it doesn't know was nowhere seen.
func productRule(d *draft) *refusal {
	part := objectOf(d.param, "produtosUtilizados")
	if part == nil {
		return nil
	}
	switch action, category := textOf(part, "cAcaoProdUtilizados"), textOf(part, "cCodCategRem"); {
	case action == "":
		return missing("cAcaoProdUtilizados")
	case !oneOf(action, "REM EST"):
		return contents("O conteúdo da tag [cAcaoProdUtilizados] é inválido, informe REM ou EST!")
	case action == "REM" && category == "":
		return missing("cCodCategRem")
	case category != "" && !categoryCode.MatchString(category):
		return notFound("Categoria não cadastrada para o Código [%s] !", category)
	}
	for _, p := range listOf(part, "produtoUtilizado") {
		if refused := measured(p, "nCodProdutoPU", "nQtdePU"); refused != nil {
			return refused
		}
		if refused := positive(p, "codigo_local_estoque"); refused != nil {
			return refused
		}
		for _, lot := range listOf(p, "lote_validade") {
			if refused := measured(lot, "nIdLote", "nQtdLote"); refused != nil {
				return refused
			}
		}
	}
	return nil
}

// measured: there is so much of what is named by its id.
func measured(v map[string]any, id, quantity string) *refusal {
	if refused := required(v, id, quantity); refused != nil {
		return refused
	}
	if q := quantityOf(v, quantity); q.IsZero() || q.IsNegative() || !q.Equal(q.Round(4)) {
		return contents("O conteúdo da tag [%s] deve ser maior que zero, com no máximo 4 casas decimais!", quantity)
	}
	return positive(v, id)
}

// eventRule: an address abroad is one of an event abroad.
func eventRule(d *draft) *refusal {
	event := objectOf(objectOf(d.info, "DetalhesNfse"), "Eventos")
	for _, tag := range []string{"cEndExtEvento", "cCidadeExtEvento"} {
		if has(event, tag) && textOf(event, "cExtEvento") != "S" {
			return contents("A tag [%s] exige a tag [cExtEvento] igual a [S]!", tag)
		}
	}
	return nil
}

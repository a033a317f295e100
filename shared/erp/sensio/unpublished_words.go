package sensio

import (
	"regexp"
	"strings"
)

// How Sensio refuses is published nowhere. The names and words below are those that
// other APIs use in Brazil, in Portuguese and in English; what turns out to be different
// is changed here, and in testdata/answers.json.

// Where an answer says what it is. Names count in any case.
var (
	// successIn tell whether it went well, in the words of sayYes or sayNo.
	successIn = []string{"success", "sucesso"}
	sayYes    = []string{"true", "1", "s", "sim", "yes"}
	sayNo     = []string{"false", "0", "n", "nao", "não", "no"}
	// statusIn are a status of the answer's own, in numbers or one of sayFailed.
	statusIn  = []string{"status", "statuscode"}
	sayFailed = []string{"error", "erro", "fail", "failed", "falha"}
	// saidIn say why, in this order. Those of errorIn are there only where something is
	// wrong, and below them any other name is that of a field.
	saidIn = []string{"message", "mensagem", "msg", "title", "error", "erro", "errors", "erros", "detail", "details", "detalhe", "detalhes",
		"description", "descricao", "reason", "motivo", "fields", "campos", "error_description", "errormessage", "error_message",
		"invalid-params", "invalidparams", "invalid_params", "violations", "validationerrors", "validation_errors", "fielderrors", "field_errors", "modelstate"}
	// warnedIn say something besides.
	warnedIn = []string{"warning", "warnings", "aviso", "avisos", "alerta", "alertas", "notice", "info", "observacao", "observacoes", "note", "notes"}
	errorIn  = []string{"error", "erro", "errors", "erros",
		"invalid-params", "invalidparams", "invalid_params", "violations", "validationerrors", "validation_errors", "fielderrors", "field_errors", "modelstate"}
	// detailIn may hold a text for each field that is wrong.
	detailIn = []string{"detail", "details", "detalhe", "detalhes"}
	// fieldIn name the field that is wrong.
	fieldIn = []string{"field", "campo", "element", "param", "property", "propertypath", "path", "name"}
	// notSaid are values that tell a person nothing, or are no message.
	notSaid = []string{"success", "sucesso", "status", "statuscode", "code", "codigo", "type", "tipo", "timestamp", "stack", "trace", "requestid", "url", "method",
		"location", "value", "response", "data", "name"}
	// heldIn may hold all of an answer: where it was refused, why as well.
	heldIn = []string{"response", "data", "result", "resposta", "retorno"}
	// noID are how others write that there is no id.
	noID = []string{"null", "undefined", "nil", "none", "nan", "true", "false", "n/a"}
) // never written to

// alreadyThere are words that one of the nouns is in Sensio already.
func alreadyThere(nouns string) *regexp.Regexp {
	return regexp.MustCompile(strings.ReplaceAll(`\bja (existe|ha|consta|foi|esta)\b(\W+(outr[oa]s?|uma?|o|a|no|sistema|cadastrad[oa]|registrad[oa]|importad[oa]|lancad[oa]|na|base))*\W+(NOUNS)\b`+
		`|\b(NOUNS)\b[^;.]{0,60}\bja (foi |esta |se encontra |havia sido |tinha sido |foram )?(sendo )?(exist|cadastrad|registrad|importad|criad|integrad|lancad|utilizad|inserid|incluid|enviad|recebid|gravad|em uso|usad|pertence|vinculad)`+
		`|\b(NOUNS)\b[^;.]{0,30}\b(duplicad|repetid)|\b(duplicad|repetid)[oa]s?\b[^;.]{0,30}\b(NOUNS)\b`+
		`|\b(NOUNS) (ja )?existentes?\b|\b(NOUNS)\b[^;.]{0,40}\b(deve|devem|precisa|precisam|must) (ser|be) (unic|unique|exclusiv)|\b(NOUNS)\b[^;.]{0,20}\b(nao e unic|(is )?not unique)`+
		`|^\W*(o |este )?(registro|lancamento|record)s? (ja )?(existentes?|existe|exists|duplicad[oa]|repetid[oa])\b\W*$|^\W*(o |este )?(registro|record)?\W*(ja existe(nte)?|already exists)\b\W*$|\bja existe (um )?registro\b`+
		`|\b(NOUNS)\b[^;.]{0,60}\b(already|duplicated?)\b|\bduplicate[sd]? (entry|key|NOUNS)\b|\be11000\b|\balready (exists|registered|imported)[^;.]{0,30}\b(NOUNS)\b`, "NOUNS", nouns))
}

// What Sensio's words mean. The patterns meet wire.Words: small letters without accents,
// a * for what was taken out; the refusals of one answer are parted by semicolons.
var (
	// saleThere: a sale with our reference is in Sensio; personThere: somebody with this tax
	// id.
	saleThere   = alreadyThere(`pedido|venda|sale|order|orig|origid|origem|referencia|reference`)
	personThere = alreadyThere(`pessoa|cliente|cadastro|contato|fornecedor|cpf|cnpj|cpfcnpj|documento|person|people|customer|client|contact|document|tax ?id`)
	// personGone: nobody has the id of a person that was sent. Whoever is there and isn't
	// active, or lacks something, isn't gone.
	personGone = regexp.MustCompile(`\bcustomerid\b[^;.]{0,40}\b(nao (foi |esta |foram )?(mais )?(encontrad|localizad|cadastrad|existe|corresponde)|inexistente|invalid|not found|does(n't| not) exist)` +
		`|(^|[;:.*])\W*(o |a |the )?((cadastro|registro|id|codigo) d[oa] )?(pessoa|cliente|person|customer|client)\b[^;.]{0,25}\b(nao (foi |esta |foram )?(mais )?(encontrad|localizad|cadastrad|existe)|inexistente|excluid|removid|not found|does(n't| not) exist)` +
		`|\b(nao (ha|existe|existem|foi encontrad[oa])|nenhum[a]?)\W+(um |uma )?(pessoa|cliente|customerid)\b|\bno (such )?(person|customer|client)\b` +
		`|\b(foreign key|chave estrangeira)\b[^;]{0,80}(customer|person|people|cliente|pessoa)|(customer|person|people|cliente|pessoa)[^;]{0,40}\b(foreign key|chave estrangeira)\b`)
	// unknownItem: what a line sells isn't in Sensio, or isn't sold any more.
	unknownItem = regexp.MustCompile(`(^|[;:.*])\W*(o |a |the )?((cadastro|registro|id|codigo) d[oa] )?(item|produto|variacao|product|variation|productid|variationid)\b[^;.]{0,15}\b(nao (foi |esta |e )?(mais )?(encontrad|localizad|cadastrad|existe)|inexistente|inativ|excluid|removid|not found|inactive|does(n't| not) exist)` +
		`|\b(productid|variationid)\b[^;.]{0,20}\b(invalid|unknown)`)
	// idWanted: the name of a customer isn't enough.
	idWanted = regexp.MustCompile(`\b(customerid|id d[oa] (pessoa|cliente))\b[^;]{0,40}\b(obrigatori|requerid|required|deve ser|preench|(nao|must be) (foi |e )?(informad|provided|set)|missing|ausente|faltando)`)
	// perhapsThere: so may these, of nobody knows what.
	perhapsThere = regexp.MustCompile(`\bja\b|\bexistentes?\b|\bexists\b|\b(ser|sejam?|be) (unic|unique|exclusiv)|\balready\b|duplic|repetid|\bconflit|\bunique\b|\bunicidade\b|em uso\b|in use\b`)
	// done: it went well.
	done = regexp.MustCompile(`(registrad|cadastrad|criad|gerad|salv|gravad|incluid|inserid)[oa] com (sucesso|exito)|\b(created|registered|saved) successfully|successfully (created|registered|saved)`)
	// made: it was made, whatever else is said; afterwards: what is only done with one that
	// was.
	made       = regexp.MustCompile(`\b(pedido|venda|sale|order|registro|pessoa|cliente|cadastro)\b[^;.]{0,20}\b(registrad|cadastrad|criad|gerad|salv|gravad|incluid|inserid|adicionad|lancad)[oa]s?\b|\b(registrad|cadastrad|criad|gerad|salv|gravad|incluid|inserid|adicionad|lancad)[oa]s?\b[^;]{0,20}\b(mas|porem|contudo|entretanto|com (ressalva|alerta|aviso|pendencia|restric)\w*)\b|\b(sale|order|record|person|customer) (was |has been )?(created|saved|registered|inserted)\b`)
	afterwards = regexp.MustCompile(`\b(erro|falha|nao foi possivel|problema|error|failed|failure|unable)\b[^;.]{0,30}\b(envi|send|sent|emi(tir|ssao)|issu|fatura|invoic|notific|notify|imprimir|print|baixar|integrar|transmitir|gerar|generat|atualiza)\w*[^;.]{0,30}\b(e-?mails?|mail|notas?|nf-?e|nfs-?e|invoice|boletos?|danfe|estoque|stock|cliente|customer|pdf|recibo|etiqueta|financeir\w*|contas? a receber|comiss\w*)\b`)
	// idNamed is a name under which the id of what was made may stand.
	idNamed = regexp.MustCompile(`^(id|uuid|guid|objectid|oid|insertedid|createdid|newid|novoid|(id)?(do)?(sale|order|pedido|venda|registro|record|person|people|pessoa|customer|cliente)s?(id)?|numero(do)?(pedido|venda)|(sale|order)(number|no))$`)
	// denies: it didn't.
	denies = regexp.MustCompile(`\bnao (foi |pode ser )?(registrad|cadastrad|criad|gerad|salv|gravad|incluid|inserid|processad|realizad)|nao foi possivel|\b(erro|falha|error|failed|failure)\b|\bsem sucesso\b`)

	// underWay: the same call is still being answered.
	underWay = regexp.MustCompile(`\b(em (processamento|andamento|execucao)|sendo (processad|executad))|(requisicao|chamada|solicitacao|operacao)\b[^;]{0,30}\b(duplicad|repetid)|\b(duplicate|duplicated) request|\balready (being )?process|\bin progress\b|consumo redundante`)
	// tooMany: too many calls.
	tooMany = regexp.MustCompile(`too many requests|rate.?limit|throttl|quota (was |foi )?exce|\blimite (de|do|da|diario de|mensal de) (requisic|chamad|consum|uso|acesso|taxa|api)|(excesso|muitas|numero maximo|quantidade maxima|quantidade) (de )?(requisic|chamad|acesso)|excede\w* o (limite|numero|maximo) de (requisic|chamad|acesso)|consumo indevido|api bloqueada|\baguarde [0-9]+ (segundo|minuto)`)
	// ofTheAccount: a key that is refused, a permission that is missing, a plan or service
	// that isn't hired.
	ofTheAccount = []*regexp.Regexp{
		regexp.MustCompile(`\b(token|chave de (acesso|api|integracao|autenticacao)|chave da api|credencia(l|is)|api[ _-]?key|app[ _-]?(key|secret)|authorization|autenticacao)\b[^;]{0,60}\b(invalid|incorret|expir|revogad|inexistente|ausente|vencid|cancelad|bloquead|suspens|desativad|inativ|required|missing|obrigatori|falhou|not found|(does not|doesn.t) exist|unknown|nao (foi |e )?(informad|encontrad|enviad|fornecid|reconhecid|autorizad|valid))` +
			`|\b(invalid|incorrect|expired|missing|wrong|invalid[oa]s?)\W+(\w+\W+){0,2}(token|credentials?|credencia(l|is)|api[ _-]?key|app[ _-]?(key|secret))\b|\bunauthori[sz]ed\b|\bunauthenticated\b|\bnao (esta |foi )?(autenticad|autorizad)`),
		regexp.MustCompile(`\b(sem|nao (tem|possui)( a)?) (permiss(ao|oes)|acesso)\b|permiss(ao|oes) (negada|insuficiente|necessaria)|acesso (foi |esta )?(negado|bloqueado|suspenso|cancelado|revogado|desativado|expirado|nao permitido)|access denied|\bforbidden\b|not allowed to access|(insufficient|missing) (permission|scope|privilege)`),
		regexp.MustCompile(`\bjwt\b|\binvalid signature\b|\bsessao\b[^;.]{0,30}\b(expir|invalid|encerrad|inexistente)|\bsession (has |is )?(expired|invalid)|\b(faca|refaca|efetue|realize) (o |seu |novo )*login\b|\b(log|sign) ?in again\b|\bplease (log|sign) ?in\b` +
			`|(^|[;:.])\W*(o |seu )?usuario( (da|de|do) (api|integracao|sistema))? (esta |foi |encontra-se )?(inativ|bloquead|desativad|suspens|sem (perfil|acesso)|nao (autorizad|habilitad))|\bperfil de acesso\b|\buser (is |has been )?(inactive|disabled|blocked|suspended)`),
		regexp.MustCompile(`\blimite\b[^;.]{0,40}\b(seu plano|sua (assinatura|licenca)|plano (atual|contratado)|(do|no) plano (foi |esta )?(atingid|exced|alcancad|esgotad))|\bseu plano\b[^;.]{0,20}\b(atingi|exced|limit)|\b(plan|subscription) (limit|quota)\b|\blimit of your plan\b` +
			`|\b(periodo|versao|prazo|conta|licenca) (de )?(teste|testes|avaliacao|experiencia|trial|demonstracao)\b[^;.]{0,30}\b(expir|venc|encerr|termin|acab)|\btrial\b[^;.]{0,30}\b(expir|ended|encerr|terminou|acabou)|\b(suspens|bloquead|cancelad|interrompid)\w* por falta de pagamento|\bfatura (da|de|do) (assinatura|plano|sensio|licenca)\b|\bsua fatura\b`),
		regexp.MustCompile(`\b(modulo|servico|recurso|funcionalidade|api|integracao|acesso a api)\b[^;]{0,40}\b(nao (esta |foi |e )?(contratad|habilitad|liberad)|desabilitad|desativad)|\b(modulo|api|integracao)\b[^;]{0,40}\b(nao (esta )?ativ|inativ|suspens|bloquead|vencid|expirad|cancelad)` +
			`|\b(seu|o|do|no|este|plano) plano( atual| contratado)? (nao|esta|foi|expir|venc|suspens|cancel)|\b(assinatura|licenca|mensalidade)\b[^;]{0,40}\b(vencid|expirad|expirou|suspens|cancelad|inativ|em atraso|venceu|inadimplen)|\binadimplen|^plano (nao|vencid|expirad|suspens|cancelad)` +
			`|\b(sua |a |esta )?(conta|empresa)( sensio)? (esta |foi |encontra-se |esta )?(suspens|bloquead|cancelad|inadimplen|inativ|desativad)|subscription (has )?(expired|is required|required|inactive)|payment required|account (is |has been )?(suspended|blocked|disabled|inactive)|not (included )?in your plan`),
	}
	// noRoute: there is nothing at the address.
	noRoute = regexp.MustCompile(`\brota (da api )?nao (foi )?encontrada|\broute not found|no route matched|\bcannot (get|post) /|method not allowed|metodo nao permitido|endpoint\b[^;]{0,30}(nao (foi )?encontrad|not found|nao existe)`)
	// unstable: it isn't the order's.
	unstable = regexp.MustCompile(`time-?\s?out|timed out|tempo (limite|esgotado)|instabilidade|instavel|indisponibilidade|temporariamente|temporarily|\bmanutencao\b|maintenance|fora do ar|sobrecarreg|overload|tente (novamente|outra vez|de novo|mais tarde)|tentar (novamente|mais tarde)|try again|mais tarde|retry later|\btente em ([0-9]+|breve|seguida)\b|\bem instantes\b|\b(em|aguarde) (alguns|poucos) (instantes|minutos|momentos|segundos)\b|\baguarde um (instante|momento|minuto)\b|\b(sistema|servico|servidor|plataforma|banco) (esta )?(ocupad|congestionad|em (fechamento|atualizacao|implantacao|backup|migracao|reinicializacao))|\b(server|system|service) (is )?busy\b` +
		`|erro (interno|inesperado|desconhecido|no servidor|de conexao|de comunicacao)|internal (server )?error|unexpected error|deadlock|bad gateway|(service|server|database) (is )?unavailable|connection (reset|refused|timed|closed|lost)|could not connect|econn|etimedout|socket hang up|broken (response|pipe)|network error` +
		`|\b(sistema|servico|servidor|api|banco|base de dados|plataforma)\b[^;]{0,30}\bindisponive|falha (na|de) (conexao|comunicacao)|banco de dados|nao foi possivel (conectar|se conectar|comunicar)`)
	// ofContents: what the order says is wrong, whoever's the status says that it is.
	ofContents = regexp.MustCompile(`obrigatori|invalid|inativ|preench|nao (foi )?(informad|encontrad|localizad|cadastrad|existe)|deve (ser|estar|ter|conter)|excede|insuficiente|incorret|\brequired\b|must (be|have)|not found|difere`)

	// plainNo: other words by which somebody refuses what a sale says. Whatever has none of
	// them is no refusal that anybody knows.
	plainNo = regexp.MustCompile(`\bnao (foi |pode ser |sera )?(registrad|cadastrad|criad|gerad|salv|gravad|incluid|inserid|processad|realizad|aceit|permitid|suportad|disponive)|\bnao (pode|possui|tem|ha|corresponde|confere|bate|pertence)\b|inexistente|indisponive|\bexced|expirad|vencid|\bsem\b|\bfalta(m|ndo|nte)?\b|incomplet|exige|exigid|necessari|negativ|\b(maior(es)?|menor(es)?|acima|abaixo|superior|inferior)\b|incompative|recusad|rejeitad|bloquead|cancelad|encerrad|fechad[oa]|nul[oa]s?\b|vazi[oa]|zerad` +
		`|constraint|foreign key|\bnot (allowed|permitted|supported|accepted|available)\b|exceed|missing|unknown|\btoo (long|short|large|many|small)\b|\bnull\b|\bempty\b|out of (stock|range)|unsupported|malformed|rejected|refused`)

	// wrongQuestion: the question was refused, so that nothing is known of the sale.
	wrongQuestion = regexp.MustCompile(`invalid|obrigatori|\brequired\b|malformed|bad request|\berro (ao|na|no|em|de|durante)\b|\berror (while|on|in|during)\b|\b(falha|falhou|failed|failure)\b|nao foi possivel|\b(rota|route|endpoint|metodo|method|url|usuario|token|chave|credencia(l|is)|permiss(ao|oes)|acesso)\b`)
)

var (
	negative = regexp.MustCompile(`^-[0-9.]+$`)
	// errorCode is one, which no id looks like.
	errorCode = regexp.MustCompile(`(?i)^(err(o|or)?|http|fail(ed|ure)?|falha|status|codigo|code|cod)[^a-z0-9]*[0-9]+$`)
)

// How an answer says that there is nothing, or that it doesn't know. Words that aren't
// among these say something else.
var (
	// noSale: there is no such sale; nobody: no such person.
	noSale = nothingOf(`pedidos?|vendas?|sales?|orders?|registros?|resultados?|records?|results?|dados|data|rows?`)
	nobody = nothingOf(`pessoas?|clientes?|cadastros?|contatos?|persons?|people|customers?|clients?|contacts?|registros?|resultados?|records?|results?|dados|data|rows?`)
	// notFound may stand beside it, and says of itself nothing of what.
	notFound = regexp.MustCompile(`^\W*((http |error )?404\W+)?(not found|nao (foi )?encontrad[oa]s?)\W*$`)
	// isNotFound is a code that says so.
	isNotFound = regexp.MustCompile(`not ?found|nao ?encontrad|inexistente|no such`)
	// wellWords are those of a question that went well.
	wellWords = regexp.MustCompile(`^(` + smallWords + `|ok|success|successful|successfully|sucesso|exito|realizad[oa]s?|concluid[oa]s?|executad[oa]s?|efetuad[oa]s?|processad[oa]s?|listagem|lista|list|listad[oa]s?|obtid[oa]s?|carregad[oa]s?|retornad[oa]s?|recuperad[oa]s?|retrieved|returned|fetched|completed|done|operacao|requisicao|request|was|foi|foram|pedidos?|vendas?|sales?|orders?|pessoas?|clientes?|cadastros?|people|customers?|registros?|resultados?|records?|results?|dados|data)$`)
	// partial: what was shown isn't all.
	partial = regexp.MustCompile(`parcia(l|is)|\bpartial|incomplet|indisponive|unavailable|\btime.?out|timed.?out|\berror?\b|\bfail|falha|degrad|\bstale\b|desatualizad|truncad|truncated|processando|processing|pendente|pending`)
	// countIn is a name of how many there are, without its blanks; moreThere one of a mark
	// that the list isn't all.
	countIn = regexp.MustCompile(`^(total|count|qtde?|quantidade|hits|found|matches|matched|encontrad[oa]s|registros|records|resultados|results|elements|length` +
		`|(total|num|number|numero|count|qtde?|quantidade|nr)(de|of)?(filtered|geral|registros|records|resultados|results|items|itens|rows|linhas|elements|hits|found|matches|matched|pedidos|vendas|sales|orders|pessoas|people|clientes|customers|count|dados|data|docs|documents|entries|encontrad[oa]s)` +
		`|(total|records?|registros|results?|resultados|items?|itens|rows?|docs?|elements?|sales|orders|pedidos|vendas|people|pessoas)(count|total|filtered|found))$`)
	// pagesIn is a name of how many pages there are, of which an empty list is one; nextIn one
	// of what leads to the next.
	pagesIn   = regexp.MustCompile(`^(total|num|number|numero|qtde?|quantidade)?(de|of)?(pages|paginas)$|^(last|ultima)(page|pagina)$|^pagecount$`)
	nextIn    = regexp.MustCompile(`^(has)?(next|proxim[oa]|seguinte)(page|pagina)?(url|uri|link|href|cursor|token|number|offset|marker|id)?$|^(page|continuation|scroll|end|after)?cursor$|^(page|continuation|scroll)token$`)
	moreThere = regexp.MustCompile(`^(has(more|next|nextpage|mais)|tem(mais|proxima)|more|partial|parcial|incomplet[eoa]?(results|resultados?)?|truncated|truncad[oa]|timedout|timeout|stale|degraded)$`)
)

const (
	// smallWords join others, or name the question.
	smallWords = `o|a|os|as|um|uma|de|do|da|dos|das|e|em|na|nos|nas|com|para|por|pelo|pela|pelos|pelas|este|esta|estes|estas|esse|essa|esses|essas|the|this|that|these|with|for|of|in|your|and|or|by|seu|sua|id|codigo|numero|filtros?|filters?|criterios?|criteria|consulta|pesquisa|busca|search|query|informad[oa]s?|solicitad[oa]s?|pesquisad[oa]s?|specified|provided|requested|given|orig|origid|origem|referencia|reference|cpf|cnpj|documento|document`
	// noneWords deny.
	noneWords = smallWords + `|no|sistema|base|sensio|nao|nenhum|nenhuma|nada|sem|none|not|nothing|such|were|was|is|are|does|do|did|doesn|don|t|exist|exists|found|match|matches|matching|matched|foi|foram|ha|houve|existe|existem|consta|constam|encontrad[oa]s?|localizad[oa]s?|cadastrad[oa]s?|retornad[oa]s?|retornou|inexistentes?|corresponde|correspondem|correspondentes?|0|404`
	// deniedNouns: it is the noun that is denied, and not what it is asked by.
	deniedNouns = `\b(nao|nunca) ((foi|foram|ha|houve|existe|existem|consta|constam|retornou) )?((encontrad|localizad|cadastrad|retornad)[oa]s? )?((o|a|os|as|um|uma|esse|essa|este|esta|nenhum|nenhuma|qualquer|registros? de|dados de) )*(NOUNS)\b` +
		`|\b(NOUNS)\b[^;.]*\b(nao ((foi|foram|esta|estao) )?(encontrad|localizad|cadastrad|existe|consta)|inexistente|not (found|exist)|(does|do) ?n.t exist)` +
		`|\b(nenhum|nenhuma|sem)( (registros?|dados?|resultados?) de)? (NOUNS)\b|\bno (such |matching )?(NOUNS)\b|\b0 (NOUNS)\b|\bnot found[ :]+(NOUNS)\b|^\W*(nada|nothing) (foi )?(encontrad[oa]|found)\b`
)

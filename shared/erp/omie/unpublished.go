package omie

import (
	"cmp"
	"html"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/words"
)

// Omie publishes neither the texts of its faults, nor what their numbers mean, nor how
// long fields are. What Carimbo assumes instead is here and nowhere else;
// docs/omie.md lists it, and testdata/answers.json has the texts that were seen.

// How long to wait where Omie says nothing, or nothing that can be read.
const (
	redundantRest  = 61 * time.Second // equal calls are refused for 60 s
	blockRest      = 30 * time.Minute
	concurrentRest = 10 * time.Second
	rateRest       = 60 * time.Second // the limits count per minute
	keyRest        = 5 * time.Minute
	longestRest    = 2 * time.Hour // whatever Omie says; its blocks last 30 minutes
)

// misuse is the code of a block.
const misuse = "misuse_api_process"

// The patterns meet wire.Words: lower case, no accents, a * for what is in brackets.
// These are about the account, or the moment.
var (
	blocked    = regexp.MustCompile(`\bapi\b.{0,40}\bbloquead|\bmetodo( \*| [a-z]+os?| [a-z]+es?| da api)? (esta |foi )?bloquead[oa] ?([.!,;]|por (consumo|excesso|uso|erro|limite|[0-9])|ate\b|$)|bloquead[oa] por (consumo excessivo|excesso de)|excesso de erros|consumo excessivo|temporariamente bloquead|bloquead[oa] temporariamente|consumo indevido|` + misuse)
	tooMany    = regexp.MustCompile(`too many requests|rate limit|(muitas|excesso de) (requisicoes|chamadas)|(limite|quantidade|numero)( maxim[oa])? de ([0-9.]+ )?(requisicoes|chamadas|consultas)|\b(requisicoes|chamadas|consultas) por (segundo|minuto|hora|dia)\b`)
	redundant  = regexp.MustCompile(`consumo redundante|\(redundant\)|ja foi processada ou esta sendo processada`)
	concurrent = regexp.MustCompile(`ja existe (uma|outra) requisicao|bloquead[oa] por concorrencia|(processo|requisicao|execucao) ja em andamento`)
	keyRefused = regexp.MustCompile(`(chave de acesso|app[_ ]?key|app[_ ]?secret).*(invalid|incorret|nao (foi |esta |e )?(informad|encontrad|localizad|cadastrad|preenchid|reconhecid|valid|autorizad|ativ)|nao existe|inexistente|suspens|bloquead|expirad)|(invalid|incorret).*(chave de acesso|app[_ ]?key|app[_ ]?secret)|\bchave (esta )?invalida|dados de autenticacao.*(invalid|incorret)`)
	// keyNamed is a refusal that names a key among the tags, in brackets: none of them is a
	// field of a document.
	keyNamed = regexp.MustCompile(`\bapp_(key|secret)\b`)
	appGone  = regexp.MustCompile(`\baplicativo\b.{0,60}(nao (foi )?(encontrad|localizad|cadastrad)|nao existe|inexistente|invalid|suspens|bloquead|cancelad|inativ|desativad|excluid|expirad|vencid)|(nenhum|nao existe o|nao foi encontrado o) aplicativo|\b(assinatura|licenca)\b.{0,60}(suspens|cancelad|expir|vencid|venceu|bloquead|encerr)|api is not enabled` +
		`|^(error?: ?)?(a |sua )?empresa( \*)? (esta |foi )?(inativ|suspens|bloquead|cancelad|desativad|encerrad|inexistente|nao (foi |esta )?(encontrad|localizad|cadastrad|ativ))` +
		`|\bperiodo de (testes?|avaliacao|degustacao|experiencia)\b.{0,40}(encerrad|expir|vencid|venceu|termin|acabou|finaliz|esgot)`)
	// notHired: what the account's plan hasn't got. A chart of accounts is a plan as well.
	notHired = regexp.MustCompile(`\bplano( atual| contratado| de assinatura)? nao (contempla|inclui|permite|possui|tem|cobre|oferece|da )|\b(seu|no|do|neste|deste|pelo) plano( atual| contratado)? ?([.!,;]|$)|\blimite do( seu)? plano\b( [^d]| ?[.!,;]|$)` +
		`|\b(modulo|recurso|funcionalidade)\b.{0,60}\bnao (esta |foi |e )?disponivel (para|n?o|n?este|em) (o |este |seu |esse )?(aplicativo|plano|empresa|usuario)`)
	forbidden = regexp.MustCompile(`\b(sem|nao (tem|possui|existe|existem|ha)( a| as)?) permiss(ao|oes)\b|permiss(ao|oes) (negada|insuficiente|nao concedida)|\bacesso (foi |esta )?(negado|bloqueado|suspenso|cancelado|revogado|restrito|nao (autorizado|permitido))|\b(usuario|aplicativo|empresa|voce|app)\b.{0,40}\bsem (acesso|autorizacao)\b|^(error?: ?)?sem (acesso|autorizacao)\b|access denied|(app[_ ]?key|aplicativo|usuario)\b.{0,60}\bnao (tem acesso|(esta )?autorizad)|(modulo|recurso|funcionalidade)\b.{0,60}\bnao (esta |foi )?(habilitad|liberad|ativ)|\bnao (esta |foi |e )?contratad`)
	// notServed: the company, its contract or bill, its plan's limit, the user, the address or the
	// API as such. A sentence that begins with it says it of nothing else.
	notServed = regexp.MustCompile(`\bapi\b[^.;!]{0,20}\b(nao (esta |foi |e )?(habilitad|liberad|ativ|contratad|disponivel|autorizad|permitid)|desabilitad|desativad|inativ|suspens|cancelad)` +
		`|\bcadastro d[ae] (sua )?empresa (esta |foi )?(suspens|bloquead|cancelad|inativ|desativad)|\bempresa nao (esta |foi )?autorizad` +
		`|\bcontrato (com a|da|de uso da) omie\b[^.;]{0,30}(encerrad|cancelad|vencid|expirad|suspens|rescindid)` +
		`|\bip\b( \*| [0-9.]+| de origem)* (nao (esta |foi )?(autorizad|permitid|liberad)|bloquead)|\b(payment required|pagamento necessario)\b` +
		`|\bplano( gratuito| atual| contratado| basico| essencial| free)?( foi| esta)? (atingid|exced|esgotad|alcancad|ultrapassad)|\b(apenas|somente|so|exclusiv[a-z]+) (no|para o|em|nos|para os|d[oe]s?) planos? ([a-ce-z]|superior|[.!]|$)` +
		`|` + sentence + `((a |sua )?faturas?( da omie| da assinatura| do plano)?( esta| em)? (vencid[ao]s?|atraso|em aberto|pendentes?) ?([.!,;]|$)|((a )?sua |esta |(a )?conta (omie|da omie|de usuario) |(a )?sua conta )(conta )?(esta |foi |encontra-se )?(desativad|suspens|bloquead|inativ|cancelad|encerrad)` +
		`|((o |seu |este )?usuario( da api| do sistema| informado)? (esta |foi )?(inativ|bloquead|desativad|suspens))|(acesso )?nao autorizad[oa] ?([.!,;(-]|$))`)
	// unknownKey is a refusal of what a caller shows, and HTTP's own words for it.
	unknownKey = regexp.MustCompile(`\bcredencia(l|is)\b( de acesso| de autenticacao| da api| do aplicativo| informadas?)* (e |esta |sao |estao )?(incorret|invalid|expirad|revogad|nao (conferem|encontrad|reconhecid|autorizad|valid))|\bunauthori[sz]ed\b|\bunauthenticated\b|\bforbidden\b`)
	// ofTheOrder: words like the account's that are said of somebody or something in the order.
	ofTheOrder = regexp.MustCompile(sentence + `(o |a |este |esta )?` + inTheOrder + `( \*)?( informad[oa]| selecionad[oa])? (esta |foi )?(sem|nao (tem|possui)) (permissao|acesso|autorizacao)` +
		`|\b(acesso|permissao|autorizacao)\b[a-z ]{0,30}\b(ao?|para [oa]|n[oa]|d[oa]) ` + inTheOrder + ` ?\*` +
		`|\b(plano|contrato|licenca|assinatura|periodo de [a-z]+|chave|token|acesso|conta|permissao|credencia[a-z]+|certificado|fatura|cadastro)( de funcionamento| de acesso)? d[oa]s? ` + inTheOrder + `\b` +
		`|\b(vencid|atras|contratad|liberad|habilitad|autorizad)[a-z]*( (d|pel)[oa]s?| para [oa]) ` + inTheOrder + `\b`)
	unstable = regexp.MustCompile(`broken response|proto_byebye|time-?\s?out|timed out|tempo (limite|esgotado)|indisponive|instabilidade|instavel|tente novamente|tentar novamente|mais tarde|\baguarde\b|(alguns|poucos) (instantes|minutos)|temporari|fora do ar|em manutencao|sobrecarreg|(em|sendo) processa(mento|d[oa])|nao foi concluid|erro (interno|inesperado)|internal (server )?error|deadlock|bad gateway|unavailable|connection (reset|refused)|could not connect`)
)

// These are about the contents, or what there is.
var (
	duplicate = regexp.MustCompile(`\bja\s+(foi\s+|esta\s+|se encontra\s+)?cadastrad[oa]|\bja existe (uma? |outr[oa] )?(os|ordem|pedido|cliente|documento|cadastro|registro|codigo)\b|\bja (possui|tem) cadastro\b` +
		`|\b` + ofWhomOrWhat + `\b.{0,60}\bja (foi |esta |se encontra |esta sendo )?(em uso|utilizad|usad|incluid|registrad|gravad|existe)` +
		`|\b` + ofWhomOrWhat + `\b( \*)?( informad[oa])? (ja )?(esta |e )?(existente\b|duplicad|em duplicidade)|\bduplicidade d[eoa] ` + ofWhomOrWhat + `\b|\bduplicate\b|\bunique (key|constraint)\b`)
	// emptyPage says that a list has none, and not a word more, as noOS does of an OS.
	emptyPage = regexp.MustCompile(`^(error?: ?)*((nao existem?|nao ha|nao (foi|foram) (cadastrad|encontrad|localizad)[oa]s?|nenhum)( os?)? (registros?|clientes?|servicos?)( (foi |foram )?(cadastrad|encontrad|localizad)[oa]s?)?` +
		`|(o )?(cliente|servico)( \*)? nao (foi )?(cadastrad|encontrad|localizad)o)` +
		`(( ?[!.,:;-])+|( d[eo])? ?\*| ?\([0-9]{1,3}\)| ((com|para|pelo|n?o|n?a|com o|com a|para o|para a) )?(codigo( de integracao)?|pagina|filtro|parametros?|tag|cpf|cnpj|cpf ?/ ?cnpj)\b| informad[oa]s?\b)* ?$`)
	invalid = regexp.MustCompile(`preench|obrigatori|invalid|nao (foi |esta |e )?(mais )?(informad|cadastrad|encontrad|localizad|valid)|nao foi possivel (localizar|encontrar)|\bnenhum.{0,60}(cadastrad|encontrad|localizad)|inexistente|inativ|\binforme\b|nao existe|\b(excluid|removid|desativad)[oa]\b|nao faz parte da estrutura|excede [0-9]+ caracter|deve (ser|estar|ter|conter)\b|json request with syntaxerror`)
	// taxIDRefused is the one refusal of contents that a search for a tax id can get.
	taxIDRefused = regexp.MustCompile(`\b(cpf|cnpj)\b.*(invalid|incorret|nao (e |esta )?valid)`)
	// succeeded is what no refusal says.
	succeeded = regexp.MustCompile(`(adicionad|incluid|cadastrad|gravad|criad|registrad)[oa] com sucesso`)
	// made is what a refusal says of the OS or the customer that is there all the same, and
	// deniesMade what stands before it where it says that there is none.
	made       = regexp.MustCompile(`\b(os|ordem( de servico)?|pedido|cliente|inclusao( d[ao] (os|ordem de servico|cliente))?)( n[^a-z ]?o?\.?)?( ?[0-9*]+)?( foi| ja foi| parcialmente)* (adicionad|incluid|cadastrad|gravad|criad|registrad|salv|inserid|gerad|lancad|realizad|efetuad|concluid)[oa]( (com|sem|mas|porem|e|parcialmente)\b| ?[.,;:!(-]| ?$)`)
	deniesMade = regexp.MustCompile(`\b(nao|nenhuma?|nem|sem|se|caso|que|antes|apos|quando|para)\b[^.;!:]*$`)
	// afterwards is what is done with an OS that is there: that it fails says nothing of the OS.
	afterwards = regexp.MustCompile(`\b(falha[a-z]*|falhou|erros?|problemas?|nao foi possivel|impossivel)( (ao|a|na|no|em|de|d[ao]|durante))*( [oa])? (fatura(r|mento)\b|baixa(r)?\b.{0,12}\bestoque|(envi|emi|imp|transmi|ger)[a-z]+( d[oae]s?| [oa]s?)* (e-?mails?|notas?( fiscal)?|nfs?-?e?|rps|recibos?|boletos?|links?|pix|financeiro|titulos?|contas? a receber)\b)`)
	// ourCodeTaken is what is said of a code of integration that isn't new, or of an OS.
	ourCodeTaken = regexp.MustCompile(`\b(codigo de integracao|ccodintos|codigo_pedido_integracao)\b[^.;]{0,60}\b(repetid|reutilizad|importad|exclusiv|unic[oa]\b|pertence a outr|(vinculad|associad)[oa] a outr)|\bregistro (ja )?(importad|repetid)` +
		`|\b(os|ordem de servico|pedido( de venda)?)\b[^.;]{0,40}\bja (foi |esta |se encontra )?(consta|realizad|importad|lancad|gerad|criad|inserid|salv)|\balready (exists|registered)\b`)
	namesOurCode = regexp.MustCompile(`\b(ccodintos|codigo_pedido_integracao)\b`)
	// failed is what no success says, even beside "com sucesso": something of it failed.
	failed        = regexp.MustCompile(`\bfalh(a|as|ou)\b|\berros?\b|\berror\b|\bnao (foi|foram|pode|puderam|e|esta)\b|\bpendencias?\b|\b(recusad|rejeitad|negad)[oa]\b|\bsem sucesso\b|\binsucesso\b|\bparcialmente\b`)
	unknownListed = regexp.MustCompile(`(servico|ncodservico|produto|codigo_produto).*nao (foi )?(cadastrad|encontrad|localizad)`)
	// unknownLine is said of what a line names: Omie has no such product or service, or sells it
	// no more. unknownLineID says it of the field that names it.
	unknownLine = regexp.MustCompile(sentence + `((o |a )?` + ofALine + `( \*)?( informad[oa])? (nao (foi |esta |e )?(mais )?(cadastrad|encontrad|localizad|existe)|inexistente|(foi |esta |e )?(inativ|desativad|excluid|removid))` +
		`|(nao (foi )?(encontrad|localizad)o|nao existe|nao foi possivel (encontrar|localizar))( o)? ` + ofALine + `( \*| informad| cadastrad| com\b| para\b| ?[.!,;(]| ?$))`)
	unknownLineID   = regexp.MustCompile(`\[ *(ncodservico|ccodintservico|codigo_produto|codigo_produto_integracao|ncodprodutopu) *\][^;.]{0,30}(\binvalid|\bnao (e |esta )?valid|\bnao (foi )?(cadastrad|encontrad|localizad)|\bnao existe|\binexistente)`)
	unknownCustomer = regexp.MustCompile(`(cliente|ncodcli|codigo_cliente).*(nao (foi )?(cadastrad|encontrad|localizad)|nao existe|inexistente|\bexcluid)|nao foi possivel (localizar|encontrar) (o )?cliente|nao (foi )?(encontrad|localizad)o (o )?cliente`)
	// uselessCustomer: the id is nobody's whom an OS can have. It says nothing of what else
	// the customer has: see customerGone.
	uselessCustomer = regexp.MustCompile(`\b(cliente|ncodcli|codigo_cliente)\b[^;.]{0,60}(\binvalid|\binativ|\bdesativad|\bremovid|\bapagad|\bdeletad|\bnao (foi |esta |e )?(mais )?(cadastrad|encontrad|localizad|existe|ativ|valid|consta))`)
	uselessID       = regexp.MustCompile(`\[ *(ncodcli|codigo_cliente) *\][^;.]{0,30}(\binvalid|\bnao (e |esta )?valid|\bnao (foi )?(cadastrad|encontrad|localizad)|\bnao existe|\binexistente)`)
	namesCustomer   = regexp.MustCompile(`\bcliente|\bncodcli\b|\bcodigo_cliente\b`)
	// namesStock is of what a stock has.
	namesStock = regexp.MustCompile(`\bestoque\b|\bsaldo\b`)
	// noCustomer is what a question for one customer hears where there is none.
	noCustomer = regexp.MustCompile(`\bcliente\b( \*)? (nao (foi )?(cadastrad|encontrad|localizad)|nao existe|inexistente)|^(error: ?)?(nao existem registros|nenhum registro (foi )?encontrado)`)
	// noProduct is what a question for one product hears where there is none: "Código do Produto
	// não cadastrado para o Código [..]" is in several public clients.
	noProduct = regexp.MustCompile(`^(error: ?)?(o )?(codigo do )?produto\b( \*)? (nao (foi |esta )?(cadastrad|encontrad|localizad)|nao existe|inexistente)|^(error: ?)?(nao existem registros|nenhum registro (foi )?encontrado)`)
	// existingID is the id of the customer in the way, which Omie says in brackets.
	existingID = regexp.MustCompile(`(?:\b(?:com o id|ncod)|\bpara o codigo) ?\[ *([0-9]+) *\]`)

	// noOS says of the OS itself that it isn't there, and not a word more: where, when or for
	// what it wasn't found would be left. It meets what is shown, with what is in brackets.
	noOS     = none(theOS)
	noPedido = none(thePedido)

	ofAnotherThing = regexp.MustCompile(`chave|app[_ ]?key|app[_ ]?secret|aplicativo|metodo|endpoint|usuario|permiss|acesso|modulo`)
	ofTheCustomer  = regexp.MustCompile(`cliente`)
	ofTheContents  = regexp.MustCompile(`preench|\binforme\b|obrigatori|estrutura`)

	// The parts of a customer that Omie can do without, as a refusal names them, in brackets
	// or not; and what it can't do without.
	namesEmail    = regexp.MustCompile(`\be-?mails?\b|\b(correio|endereco) eletronico\b`)
	namesFantasia = regexp.MustCompile(`\bnome[ _]fantasia\b`)
	namesPhone    = regexp.MustCompile(`\btelefone|\bddd\b|\bfone\b|\bcelular\b`)
	namesCity     = regexp.MustCompile(`\bcidade|\bmunicipio`)
	namesAddress  = regexp.MustCompile(`\bendereco|\blogradouro|\bbairro\b|\bcep\b|\bestado\b|\buf\b|\bcomplemento\b|\bpais\b|\bcodigo_pais\b`)
	namesIdentity = regexp.MustCompile(`\bcpf\b|\bcnpj|\brazao|\bdocumento_exterior\b`)
)

// none is the pattern of such words about what is called so.
func none(called string) *regexp.Regexp {
	return regexp.MustCompile(`^(error?: ?)*((a |o )?(` + called + `)( informad[oa])?` + ourKey + `? (nao (foi |esta )?(cadastrad|encontrad|localizad)[oa]s?|nao existe|inexistente)` +
		`|(nao existem?|nao (foi|foram) encontrad[oa]s?|nao ha|nenhuma?)( a| o)? (` + called + `)( (foi |foram )?(cadastrad|encontrad|localizad)[oa]s?)?)` +
		`(( ?[!.,:;-])+|` + ourKey + `| ?\([0-9]{1,3}\)| ((com|para|pelo|o|a|com o|com a|para o|para a) )?(codigo( de integracao)?|pagina|filtro|parametros?|tag)\b| informad[oa]s?\b| com a\b)* ?$`)
}

// ourKey is the code that was asked for, as it is repeated: left out, or what no word is.
const ourKey = `( ?(\*|[\["'] ?(\*|[a-z0-9_-]*[0-9][a-z0-9_-]*|[a-z]{1,2}|ccodintos|ncodos|codigo_pedido(_integracao)?) ?[\]"']))`

// sentence is where one begins, and inTheOrder who or what an order has of the merchant's.
const (
	sentence   = `(?:^|[.;!] ?)(?:error?: ?)*`
	inTheOrder = `(cliente|tomador|produto|projeto|vendedor|categoria|departamento|item|nota|fornecedor|parcela)`
)

// ofALine is what a line names.
const ofALine = `(codigo (de integracao )?d[oe] )?(produto|servico)`

// ofWhomOrWhat is what can be there already.
const ofWhomOrWhat = `(os|ordem( de servico)?|pedido( de venda)?|codigo( de integracao)?|ccodintos|codigo_pedido_integracao|codigo_cliente_integracao|cpf|cnpj|cliente|documento|cadastro|registro)`

// theOS and thePedido are what Omie calls what was asked for by its code.
const (
	theOS     = `os|ordem( de servico)?`
	thePedido = `pedidos?( de vendas?)?( de produtos?)?`
)

// Lengths that Omie's fields surely take. Its reference gives none for them; a
// text cut short still finds its customer, one too long is refused.
const (
	maxName     = 60
	maxFantasia = 100
	maxEmail    = 500
	maxAddress  = 60
	maxCity     = 40
	maxHouse    = 10 // endereco_numero
	maxForeign  = 20 // documento_exterior
	// maxNumber is how much of the order's number comes back.
	maxNumber = 30
)

// lengths are how many characters the fields of a document are said to take, by public clients
// that are generated from Omie's own description. Those of a pedido are of
// github.com/canis-lupus-solutions/t03-api-client-omie, Models/Produtos/Pedidos; what no source
// has is like an OS's.
var lengths = map[string]int{
	"cNumPedido": maxNumber, "cNumContrato": 20, "cContato": 100, "cCidPrestServ": 40, "cCodCateg": 20, "cCodCategItem": 20,
	"numero_pedido_cliente": maxNumber, "numero_contrato": 20, "contato": 100, "codigo_categoria": 20, "codigo_categoria_item": 20,
	"codigo_produto_integracao": 60, "codigo": 60, "descricao": 120,
	"cCodCategReemb": 20, "cCodCategRem": 20, "cCodDepto": 40, "cCodServMun": 20, "cCodServLC116": 20, "cNbs": 9, "nsu": 100, "cDescReemb": 200,
} // never written to

// freeTexts are those of them of which the beginning says as much, in bytes.
var freeTexts = map[string]int{"cContato": 100, "contato": 100, "nsu": 100, "cDescReemb": 200, "descricao": 120, "descr_meio_pagamento": 60} // never written to

// longestLetter is how long a letter may get that Omie writes as an entity.
const longestLetter = len("&ccedil;")

// kept is as much of an order number as is surely the same when Omie shows it: it cuts
// what is long, maybe after it wrote entities for what is no plain letter, and pads; one of
// digits alone gains zeros in front or loses them. What is cut is noted in told, if there is
// one.
func kept(number, field string, told *erp.Explanation) string {
	number = wire.OneLine(wire.Plain(number))
	left := maxNumber
	for at, r := range number {
		if left--; r > '~' || html.EscapeString(string(r)) != string(r) {
			left -= longestLetter - 1
		}
		if left < 0 {
			short := strings.TrimSpace(number[:at])
			if told != nil {
				told.Drop(number, words.Say("the end of %s", field[strings.LastIndexByte(field, '.')+1:]), words.Say("Omie is said to keep %d characters of %s, in which one with an accent may count as %d: of %d, %d are surely kept",
					maxNumber, field, longestLetter, utf8.RuneCountInString(number), utf8.RuneCountInString(short)))
			}
			return withoutZeros(short)
		}
	}
	return withoutZeros(number)
}

// withoutZeros is a number of digits alone without the zeros in front.
func withoutZeros(number string) string {
	if digits := strings.Trim(number, "0123456789") == ""; !digits || len(number) < 2 {
		return number
	}
	return cmp.Or(strings.TrimLeft(number, "0"), "0")
}

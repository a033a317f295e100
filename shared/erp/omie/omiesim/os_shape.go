package omiesim

// The complex types of servicos/os/, as Omie's generated clients describe them.
// They are built once and never written to.
var (
	osCadastro = complexType("osCadastro").
			one("Cabecalho", cabecalho).
			one("InformacoesAdicionais", informacoesAdicionais).
			one("Email", email).
			many("Departamentos", departamentos).
			many("ServicosPrestados", servicosPrestados).
			many("Parcelas", parcelas).
			one("Observacoes", complexType("Observacoes").with(text, "cObsOS")).
			one("despesasReembolsaveis", despesasReembolsaveis).
			one("produtosUtilizados", produtosUtilizados).
			with(output, "InfoCadastro", "Tarefas")

	cabecalho = complexType("Cabecalho").
			with(text, "cCodIntOS", "cCodIntCli", "cEtapa", "cCodParc").
			with(integer, "nCodCli", "nCodVend", "nQtdeParc", "nCodCtr").
			with(date, "dDtPrevisao").
			with(output, "nCodOS", "cNumOS", "cDescParc", "nValorTotal", "nValorTotalImpRet")

	informacoesAdicionais = complexType("InformacoesAdicionais").
				with(text, "cCodCateg", "cNumPedido", "cNumContrato", "cContato", "cDadosAdicNF", "cCodObra", "cCodART", "cCidPrestServ").
				with(flag, "cUsoConsumo").
				with(integer, "nCodCC", "nCodProj", "nIdDestinatario").
				with(date, "dDataRps").
				one("DetalhesNfse", complexType("DetalhesNfse").one("Eventos", eventos)).
				with(output, "cNumRecibo")

	eventos = complexType("Eventos").
		with(text, "cNomeEvento", "cCodAtivEvento", "cEndEvento", "cNumEndEvento", "cComplEvento", "cBairroEvento", "cCidadeEvento",
			"cUfEvento", "cCepEvento", "cEndExtEvento", "cCidadeExtEvento", "cCodPaisEvento").
		with(flag, "cExtEvento").
		with(date, "dDtIniEvento", "dDtFimEvento")

	email = complexType("Email").
		with(flag, "cEnvRecibo", "cEnvLink", "cEnvBoleto", "cEnvPix", "cEnvViaUnica").
		with(text, "cEnviarPara")

	departamentos = complexType("Departamentos").
			with(text, "cCodDepto").
			with(decimal, "nPerc", "nValor").
			with(flag, "nValorFixo")

	servicosPrestados = complexType("ServicosPrestados").
				with(integer, "nCodServico", "nSeqItem").
				with(text, "cCodIntServico", "cTribServ", "cCodServMun", "cCodServLC116", "cTpDesconto", "cDescServ", "cDadosAdicItem", "cNbs", "cCodCategItem").
				with(flag, "cRetemISS", "cNaoGerarFinanceiro", "cReembolso").
				with(decimal, "nQtde", "nValUnit", "nValorDesconto", "nAliqDesconto", "nValorOutrasRetencoes", "nValorAcrescimos").
				one("impostos", impostos).
				many("DeducoesIss", deducoesIss).
				one("viaUnica", complexType("viaUnica").with(text, "cModeloNF", "cCFOP", "cClassifServico", "cTipoReceita", "cTipoUtilizacao")).
				with(output, "nIdItem", "cAcaoItem", "cCodigo")

	deducoesIss = complexType("DeducoesIss").
			with(text, "cFormaDeducao", "cTipoDeduducao", "cNFReferencia", "cCnpjFornecedor", "cDescMateriais").
			with(decimal, "nPercDeducao", "nValorDeducao", "nValorTotNfRef", "nQuantMateriais")

	impostos = complexType("impostos").
			with(decimal, "nAliqISS", "nTotDeducao",
			"nAliqIRRF", "nValorIRRF", "nValorDeducaoIRRF", "nAliqPIS", "nValorPIS", "nAliqCOFINS", "nValorCOFINS",
			"nAliqCSLL", "nValorCSLL", "nAliqINSS", "nValorINSS",
			"nAliqRedBaseINSS", "nAliqRedBaseCOFINS", "nAliqRedBasePIS",
			"nAliqIbsUf", "nAliqIbsMun", "nAliqCbs", "nPercReducaoIbsUf", "nPercReducaoIbsMun", "nPercReducaoCbs").
		with(flag, "cUtilizaValorImposto", "cRetemIRRF", "cRetemPIS", "cRetemCOFINS", "cRetemCSLL", "cRetemINSS").
		with(boolean, "lDeduzISS").
		with(text, "cCST", "cClassTrib", "cIndOPer").
		with(output, "cFixarISS", "cFixarIRRF", "cFixarPIS", "cFixarCOFINS", "cFixarCSLL", "cFixarINSS",
			"nBaseISS", "nValorISS", "nValorDeducao", "nValorIbsUf", "nValorIbsMun", "nValorCbs",
			"cManCbs", "cManIbsMun", "cManIbsUf", "nBaseCalcIbsCbs")

	parcelas = complexType("Parcelas").
			with(integer, "nParcela", "nDias", "conta_corrente_adiantamento").
			with(date, "dDtVenc").
			with(decimal, "nValor", "nPercentual").
			with(text, "tipo_documento", "meio_pagamento", "nsu", "categoria_adiantamento").
			with(flag, "nao_gerar_boleto", "parcela_adiantamento")

	despesasReembolsaveis = complexType("despesasReembolsaveis").
				with(text, "cCodCategReemb").
				many("despesaReembolsavel", complexType("despesaReembolsavel").
					with(text, "cDescReemb").
					with(decimal, "nValorReemb").
					with(date, "dDataReemb").
					with(output, "nCodReemb", "cAcaoReemb"))

	produtosUtilizados = complexType("produtosUtilizados").
				with(text, "cAcaoProdUtilizados", "cCodCategRem").
				many("produtoUtilizado", complexType("produtoUtilizado").
					with(integer, "nCodProdutoPU", "codigo_local_estoque").
					with(decimal, "nQtdePU").
					many("lote_validade", complexType("lote_validade").with(integer, "nIdLote").with(decimal, "nQtdLote")).
					with(output, "nIdItemPU", "cAcaoItemPU"))

	osChave = complexType("osChave").with(text, "cCodIntOS", "cNumOS").with(integer, "nCodOS").with(flag, "cIncluirTarefas")

	osStatusRequest = complexType("osStatusRequest").with(text, "cCodIntOS").with(integer, "nCodOS").
			with(boolean, "lPdfDemo", "lPdfDest", "lRps", "lPdfRecibo", "lMsg")

	osListarRequest = complexType("osListarRequest").
			with(integer, "pagina", "registros_por_pagina", "filtrar_por_cliente").
			with(text, "filtrar_por_status", "filtrar_por_etapa").
			with(flag, "cExibirDespesas", "cExibirProdutos").
			many("filtrar_por_codigo", complexType("filtrar_por_codigo").with(integer, "nCodOS").with(text, "cCodIntOS")).
			with(unsimulated, "apenas_importado_api", "ordenar_por", "ordem_decrescente", "ordem_descrescente",
			"filtrar_por_data_de", "filtrar_por_data_ate", "filtrar_apenas_inclusao", "filtrar_apenas_alteracao",
			"filtrar_por_data_previsao_de", "filtrar_por_data_previsao_ate", "filtrar_por_data_faturamento_de",
			"filtrar_por_data_faturamento_ate", "filtrar_por_data_cancelamento_de", "filtrar_por_data_cancelamento_ate", "cTipoFat")
)

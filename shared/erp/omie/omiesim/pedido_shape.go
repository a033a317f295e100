package omiesim

// The complex types of produtos/pedido/ and geral/produtos/, as Omie's generated clients
// describe them (pauloracunha/omie-lib, src/Produtos/Pedido and src/Geral/Produtos). They are
// built once and never written to.
var (
	pedidoVendaProduto = complexType("pedido_venda_produto").
				one("cabecalho", cabecalhoPedido).
				many("det", det).
				one("frete", frete).
				one("informacoes_adicionais", informacoesPedido).
				one("lista_parcelas", complexType("lista_parcelas").many("parcela", parcela)).
				many("departamentos", departamentos).
				one("observacoes", complexType("observacoes").with(text, "obs_venda")).
				one("market_place", complexType("market_place").with(decimal, "nTaxa", "nEnvio")).
				one("exportacao", complexType("exportacao").with(flag, "nao_exportacao").with(text, "local_embarque", "uf_embarque", "local_despacho")).
				with(unsimulated, "lancamentos", "agropecuario").
				with(output, "total_pedido", "infoCadastro")

	// numero_pedido and quantidade_itens are Omie's to fill, and its own example sends them
	// (ajuda.omie.com.br, article 6596152): they are taken and not heeded.
	cabecalhoPedido = complexType("cabecalho").
			with(text, "codigo_pedido_integracao", "codigo_cliente_integracao", "etapa", "codigo_parcela", "origem_pedido", "tipo_desconto_pedido").
			with(integer, "codigo_cliente", "qtde_parcelas", "codigo_cenario_impostos").
			with(decimal, "perc_desconto_pedido", "valor_desconto_pedido").
			with(date, "data_previsao").
			with(flag, "nao_gerar_boleto").
			with(ignored, "numero_pedido", "quantidade_itens").
			with(output, "codigo_pedido", "sequencial", "bloqueado", "importado_api", "encerrado", "enc_motivo", "enc_data", "enc_hora", "enc_user",
			"codigo_empresa", "codigo_empresa_integracao")

	det = complexType("det").
		one("ide", complexType("ide").with(text, "codigo_item_integracao").with(flag, "simples_nacional").
			with(output, "codigo_item", "acao_item", "id_ordem_producao", "regra_impostos")).
		one("produto", produtoPedido).
		one("observacao", complexType("observacao").with(text, "obs_item")).
		one("inf_adic", infAdic).
		with(unsimulated, "imposto", "rastreabilidade", "combustivel", "tributavel", "lote_validade")

	produtoPedido = complexType("produto").
			with(integer, "codigo_produto", "codigo_tabela_preco").
			with(text, "codigo_produto_integracao", "codigo", "descricao", "cfop", "ncm", "ean", "unidade", "tipo_desconto", "cnpj_fabricante").
			with(decimal, "quantidade", "valor_unitario", "valor_mercadoria", "percentual_desconto", "valor_desconto", "valor_total").
			with(flag, "reservado", "indicador_escala").
			with(unsimulated, "valor_deducao", "valor_icms_desonerado", "motivo_icms_desonerado", "kit", "componente_kit", "codigo_item_kit")

	infAdic = complexType("inf_adic").
		with(decimal, "peso_liquido", "peso_bruto").
		with(text, "numero_pedido_compra", "dados_adicionais_item", "codigo_categoria_item", "codigo_beneficio_fiscal", "numero_fci").
		with(integer, "item_pedido_compra", "codigo_local_estoque", "codigo_cenario_impostos_item").
		with(flag, "nao_movimentar_estoque", "nao_gerar_financeiro").
		with(unsimulated, "nao_somar_total")

	frete = complexType("frete").
		with(integer, "codigo_transportadora", "quantidade_volumes", "codigo_tipo_entrega").
		with(text, "codigo_transportadora_integracao", "modalidade", "placa", "placa_estado", "registro_transportador", "especie_volumes",
			"marca_volumes", "numeracao_volumes", "numero_lacre", "codigo_rastreio").
		with(decimal, "peso_liquido", "peso_bruto", "valor_frete", "valor_seguro", "outras_despesas").
		with(flag, "veiculo_proprio").
		with(date, "previsao_entrega").
		with(unsimulated, "icms_retido").
		with(output, "link_rastreio")

	informacoesPedido = complexType("informacoes_adicionais").
				with(text, "codigo_categoria", "numero_pedido_cliente", "numero_contrato", "contato", "dados_adicionais_nf", "utilizar_emails",
			"meio_pagamento", "descr_meio_pagamento", "tipo_documento", "nsu").
		with(integer, "codigo_conta_corrente", "codVend", "codProj").
		with(flag, "consumidor_final", "enviar_email", "enviar_pix").
		one("outros_detalhes", outrosDetalhes).
		with(unsimulated, "nfRelacionada").
		with(output, "impostos_embutidos")

	outrosDetalhes = complexType("outros_detalhes").
			with(text, "cNatOperacaoOd", "cIndicadorOd", "cIndicadorIntOd", "cCnpjIntOd", "cIdentificadorIntOd", "cHoraSaidaOd",
			"cCnpjCpfOd", "cNomeOd", "cInscrEstadualOd", "cEnderecoOd", "cNumeroOd", "cComplementoOd", "cBairroOd", "cEstadoOd", "cCidadeOd", "cCEPOd", "cTelefoneOd",
			"cCnpjCpfOdRet", "cNomeOdRet", "cInscrEstadualOdRet", "cEnderecoOdRet", "cNumeroOdRet", "cComplementoOdRet", "cBairroOdRet", "cEstadoOdRet",
			"cCidadeOdRet", "cCEPOdRet", "cTelefoneOdRet").
		with(flag, "cSepararEnderecoOd", "cSepararEnderecoOdRet").
		with(date, "dDataSaidaOd")

	parcela = complexType("parcela").
		with(integer, "numero_parcela", "quantidade_dias", "conta_corrente_adiantamento").
		with(decimal, "valor", "percentual").
		with(date, "data_vencimento").
		with(text, "tipo_documento", "meio_pagamento", "descr_meio_pagamento", "nsu", "categoria_adiantamento", "bandeira", "cnpj_fin").
		with(flag, "nao_gerar_boleto", "parcela_adiantamento")

	pvpConsultarRequest = complexType("pvpConsultarRequest").with(integer, "codigo_pedido").with(text, "codigo_pedido_integracao", "numero_pedido")

	pvpStatusRequest = complexType("pvpStatusRequest").with(integer, "codigo_pedido").with(text, "codigo_pedido_integracao")

	produtoChave = complexType("produto_servico_cadastro_chave").with(integer, "codigo_produto").with(text, "codigo_produto_integracao", "codigo")
)

// Package generic is Carimbo's own inbound format, for checkouts that no platform
// made: Standard Webhooks 1.0.0 around the JSON of one order.
//
// # Request
//
// POST /webhooks/{connection} with these headers:
//
//	content-type: application/json
//	webhook-id: msg_2f1kQ9                      the same on every retry
//	webhook-timestamp: 1795273200               unix seconds of this attempt
//	webhook-signature: v1,<base64>
//
// The signature is the base64 of HMAC-SHA256 over
// webhook-id + "." + webhook-timestamp + "." + body, byte by byte as sent. The
// key is what follows whsec_ in the signing secret, decoded from base64; make one
// with: echo whsec_$(openssl rand -base64 32). Several signatures are separated
// by spaces, and any right one will do. The timestamp may be five minutes off.
// To try your own code: the secret whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw, the id
// msg_p5jXN8AQM9LWM0D4loKWxJek, the timestamp 1614265330 and the body
// {"test": 2432232314} give v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=.
//
// The id, the timestamp and the body are signed and nothing else is: no other
// header and no query decides or dates anything.
//
// Answer 2xx means that the order is safe with Carimbo; on anything else send
// again later. Sending twice does no harm.
//
// # Body
//
//	{
//	  "type": "order.paid",
//	  "version": 1,
//	  "order": {
//	    "id": "c1b7e0a4-55d2-4b61-9f3a-7d1f6a20be11",
//	    "number": "1001",
//	    "test": false,
//	    "currency": "BRL",
//	    "placed_at": "2026-11-21T11:58:03-03:00",
//	    "paid_at": "2026-11-21T12:00:00-03:00",
//	    "customer": {
//	      "name": "Oficina Ipê Ltda",
//	      "email": "compras@ipe.example",
//	      "phone": "+55 31 3555-0142",
//	      "tax_id": "41.256.780/0001-12",
//	      "address": {
//	        "street": "Rua dos Inconfidentes",
//	        "number": "867",
//	        "complement": "sala 2",
//	        "district": "Savassi",
//	        "city": "Belo Horizonte",
//	        "state": "MG",
//	        "postal_code": "30140-128",
//	        "country": "BR"
//	      }
//	    },
//	    "lines": [
//	      {"sku": "MANUT-01", "name": "Manutenção de computadores", "quantity": 3, "unit_price": "150.00", "discount": "30.00"},
//	      {"skus": ["VISITA-BH", "VISITA"], "name": "Visita técnica", "quantity": 1, "unit_price": 90}
//	    ],
//	    "payments": [
//	      {"method": "credit_card", "amount": "495.00", "installments": 3, "paid_at": "2026-11-21T12:00:00-03:00", "reference": "NSU 004211"}
//	    ],
//	    "discount": "20.00",
//	    "freight": 0,
//	    "fees": "5.00",
//	    "tax": 0,
//	    "total": "495.00"
//	  }
//	}
//
// type is order.paid, or order.reversed when the order was refunded in full,
// cancelled or charged back; then order.id and paid_at are all that is read. A paid_at
// that is null says that the order was never paid, and reverses nothing; leave it out
// where you don't know. Any other type is ignored; a body without a type is kept as not
// understood. version is optional and grows whenever the order's contents change;
// without it contents count as newer when they were not seen before.
//
// Amounts and quantities are numbers or strings of decimal text. quantity times
// unit_price less the line's discount makes a line; the lines, less discount, plus
// freight, fees and tax, make total: an order that doesn't add up to the cent is
// rejected, as is one whose payments, if each names its amount, come to less:
// more is the buyer's interest. An order whose total is 0 is ignored unless the connection says zero_orders:
// create. paid_at is the payment's own time; without it the order counts as paid when
// it was placed, until a paid_at comes. fees alone may be negative, and are a discount then. Times are RFC 3339 with a zone.
//
// What is longer than these is refused or cut: id 200 bytes, a SKU 255, 20 SKUs of a
// line, 1,000 lines, 100 payments; number 100 bytes, other texts 1,000.
//
// id, currency, paid_at (or placed_at), lines and total are required. number is
// what you call the order yourself and defaults to id. skus are several names
// under which a line may be mapped, best first. tax_id is a CPF or CNPJ with or
// without punctuation, or any document of a buyer whose country is another than BR: that
// is kept as such, and the order goes through like one without a tax id. What else in
// customer has a tax id's name is judged as docs/platforms/payer.md says, and so are phone, e-mail and address read. method is pix,
// credit_card, debit_card, boleto, wallet, gift_card, cash, transfer, free or
// other. An order with test: true is ignored unless the connection says
// test_orders: create.
package generic

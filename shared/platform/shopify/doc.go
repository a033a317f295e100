// Package shopify reads Shopify's webhooks of orders: the order as the REST Admin
// API shows it, signed with the app's client secret, or with the shop's own where
// the webhook was made by hand in the admin.
//
// # Paid, reversed, neither
//
// The signature covers the body and not the topic, so the body alone decides,
// whatever the topic: an order that was cancelled (cancelled_at), or whose
// financial_status is refunded, is reversed; one that is paid or partially_refunded
// is paid. Anything else is neither: pending, authorized, partially_paid, voided,
// expired; also cancelled, since nothing was ever paid, if it isn't partially_paid
// and nothing went back. An order, which has an id and line_items or a total_price,
// is not understood where it says neither of both.
//
// What has no order's fields is neither by its topic. refunds/create has a refund
// for its body, not an order, and can't tell whether it was the last of the money:
// orders/updated, which follows, can. orders/delete and orders/edited have next to
// nothing. With a topic of orders a status without an order's fields is not
// understood: it was signed for something else.
//
// A test order says so itself (test: true), as do those that the admin's button
// for test notifications sends.
//
// # When it was paid
//
// The transactions say, which Fetch asks for where the body leaves the day open: the
// last by which money came. The body doesn't. orders/paid is sent at that moment, so
// there it is updated_at: a boleto may be paid days after it was ordered. orders/updated
// is sent beside it and may come first, so with any other topic it is updated_at, too,
// in the seven days after the order was placed, and since is held against the day of
// placing; but not where money went back, or updated_at is the time of a fulfillment or an
// edit. Later, and there, it is processed_at, when the order was placed, so that last year's
// order that was edited today stays last year's. An order that was imported (processed_at
// lies before created_at by more than an hour) is dated by processed_at even with
// orders/paid.
//
// # Amounts
//
// All are shop_money, in the currency of the shop, and original ones, not
// current_ ones: the document is that of the sale as it was paid. A refund in part
// changes none of them; it is the merchant's to deal with in the ERP, whether it
// came a minute before the document or a week after.
//
// What was taken out of the order without money going back (an edited order that
// had not been paid yet) was never paid and is left out: refunds without a
// transaction are subtracted from their lines, from the tax and from the total.
// What is taken out after the payment was paid, and stays. Which it was is told by
// what was paid: current_total_price less total_outstanding, and what was refunded.
// Where no reading of ours comes to that, the order is rejected: total, with both
// numbers, and no document is made.
//
// A line is price by quantity less its discount_allocations, which hold the
// order's discounts, too; total_discount is read where there are none. Freight is
// shipping_lines less their allocations, or discounted_price where they have none.
// Fees are the tip, the duties (unless the prices include them) and the
// additional fees; a line that is the tip is a fee and no line. Tax is total_tax,
// or nothing where taxes_included.
//
// A gift card that is sold is refused, or a line like any other where the connection
// says gift_cards: create. One that is used is a way of
// paying: it doesn't lower total_price. How much of the total it paid is not in the
// webhook, so the order has one payment, of everything, by the other gateway.
//
// # Who pays
//
// Whom the bill names, else the customer, else the recipient, whole: platform.Payer.
// The order's own e-mail, phone and note_attributes are the payer's. Of the fields
// that Fetch asks for, TAX_CREDENTIAL_BR is the order's own, and SHIPPING_CREDENTIAL_BR
// the recipient's.
package shopify

// Package woocommerce reads the webhooks of WooCommerce: the order as its REST
// API shows it (wp_api_v1 to wp_api_v3), signed with a secret of the webhook's
// own.
//
// # Paid, reversed, neither
//
// WooCommerce has no topic for a payment. An order that has a date_paid is paid,
// whatever topic of order.* brought it, under the status processing, completed or
// a name that a shop or a plugin made up; one that is refunded, or cancelled after
// it was paid, is reversed, as is one whose refunds come to its total. The topic is
// not signed, so the body alone decides: an order (an id, and line_items or a
// total) without a status is not understood, whatever its topic. Anything else
// is neither: pending, on-hold, failed, the bin, a part that was paid, and cash on
// delivery until the money is in.
//
// An order that is cancelled and says that it has no date_paid was never paid and
// is neither, too: WooCommerce cancels by itself what is not paid within an hour (its "hold
// stock"), and lets a boleto or Pix that is paid later make it processing after
// all. A reversal would keep that order out for good.
//
// A deleted order (order.deleted, whose body is its id alone) is neither, too.
// Merchants empty the bin of a shop for many reasons, and none of them says that
// money went back; who undoes a sale cancels or refunds it, and that is heard.
//
// The order is dated by date_paid, not by the day of the notice: who edits last
// year's orders in bulk has one order.updated sent for each of them, and not one
// becomes a document.
//
// # Amounts
//
// A line costs what line_items[].total says, which is after coupons; its price is
// subtotal, before them, by quantity, and the difference is the line's discount. line_items[].price, a number that PHP divided in floating
// point, is read only where a line has no total. A negative fee is a
// discount of the order's. A total finer than a cent is rounded: nobody pays that. total_tax
// is all tax, that of shipping and fees too, and comes on top of everything even
// in a shop whose prices include it: WooCommerce takes it out of the lines.
//
// The totals of parts (discount_total, shipping_total, cart_tax and their like) are held
// against the parts, to what a shop rounds only to show it.
//
// A refund in part changes none of this: the document is that of the sale. Plugins that lower total without a line, a fee or a coupon
// (some gift cards do) make an order whose parts don't add up.
//
// # No sale
//
// An order with a parent_id is a part of that one; a subscription has a
// billing_period; the line of a gift card that is sold has a key of its plugin's in
// its meta_data. Order refuses them by their name.
//
// # Who pays
//
// Whom billing names; whom shipping names only where billing has no name, company or
// tax id: platform.Payer. meta_data are the payer's, unless a key says whose they are.
package woocommerce

package woocommerce_test

import (
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform/platformtest"
)

type object = map[string]any

// taxedLine is a line as a shop shows it whose prices include a tax.
func taxedLine(subtotal, subtotalTax, total, totalTax string) object {
	return object{"product_id": 81, "quantity": 1, "subtotal": subtotal, "subtotal_tax": subtotalTax, "total": total, "total_tax": totalTax}
}

func TestEachTotalOfPartsIsHeldAgainstItsParts(t *testing.T) {
	for _, c := range []struct {
		name   string
		change object
		says   string // of the rejection; empty where there is none
	}{
		{"as it came", nil, ""},
		{"more off than the lines say", object{"discount_total": "22.96"}, "the discount of line_items is 21.96, but by discount_total it is 22.96"},
		{"a cent more", object{"discount_total": "21.97"}, "by discount_total it is 21.97"},
		{"nothing off", object{"discount_total": "0.00"}, "by discount_total it is 0.00"},
		{"another freight", object{"shipping_total": "20.00"}, "the sum of shipping_lines is 18.50, but by shipping_total it is 20.00"},
		{"freight without a line", object{"shipping_lines": []any{}, "total": "187.76"}, "the sum of shipping_lines is 0.00, but by shipping_total it is 18.50"},
		{"tax that no line has", object{"cart_tax": "1.00", "total_tax": "1.00", "total": "207.26"}, "the tax of line_items and fee_lines is 0.00, but by cart_tax it is 1.00"},
		{"tax on the freight", object{"shipping_tax": "1.00", "total_tax": "1.00", "total": "207.26"}, "the tax of shipping_lines is 0.00, but by shipping_tax it is 1.00"},
		{"another sum of taxes", object{"total_tax": "1.00", "total": "207.26"}, "the sum of cart_tax and shipping_tax is 0.00, but by total_tax it is 1.00"},
		{"tax on the discount", object{"discount_tax": "2.00"}, "the tax on the discount of line_items is 0.00, but by discount_tax it is 2.00"},
	} {
		err := decode(t, edit(t, c.change)).Check(now)
		if c.says == "" && err != nil || c.says != "" && (platformtest.Kind(err) != order.TotalReason || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestNoTrueOrderIsRefusedForATotalOfParts(t *testing.T) {
	absent := platformtest.Absent
	coupon := func(discount, tax string) []any {
		return []any{object{"code": "bemvindo", "discount": discount, "discount_tax": tax}}
	}
	line := func(price any, subtotal, total string) object {
		return object{"product_id": 81, "quantity": 1, "price": price, "subtotal": subtotal, "total": total, "subtotal_tax": "0.00", "total_tax": "0.00"}
	}
	// sold are these lines and nothing else.
	sold := func(changes object, lines ...any) object {
		changes["line_items"], changes["fee_lines"], changes["shipping_lines"], changes["shipping_total"] = lines, []any{}, []any{}, "0.00"
		if changes["coupon_lines"] == nil {
			changes["coupon_lines"] = []any{}
		}
		return changes
	}
	reduced, taxed := taxedLine("25.02", "2.50", "21.27", "2.13"), taxedLine("10.05", "1.01", "10.05", "1.01")
	for name, change := range map[string]object{
		"an older version": {"discount_total": absent, "discount_tax": absent, "shipping_total": absent, "shipping_tax": absent, "cart_tax": absent},
		"an empty text":    {"discount_total": "", "shipping_total": nil, "cart_tax": ""},
		"a plugin lowers lines, and no coupon does": {"coupon_lines": []any{}, "discount_total": "0.00"},
		"a coupon, and a plugin lowers more":        {"coupon_lines": coupon("10.00", "0.00"), "discount_total": "10.00"},
		"coupons of long ago, counted again":        {"coupon_lines": coupon("5.00", "0.00")},
		"what the coupons took, in full":            sold(object{"coupon_lines": coupon("21.9649", "0.00"), "discount_total": "21.96", "total": "197.64"}, line(nil, "219.61", "197.64")),
		"a line raised by hand, counted again":      sold(object{"discount_total": "-97.64", "total": "197.64"}, line(197.64, "100.00", "197.64")),
		"a line without a subtotal":                 sold(object{"total": "197.64"}, object{"product_id": 1, "quantity": 1, "total": "197.64"}),
		"a coupon of less than a cent":              sold(object{"discount_total": "0.13", "total": "9.88"}, line(9.875, "10.00", "9.88")),
		// 27.52 with 10% of tax in it and 15% off: 25.018181 and 21.265454.
		"tax in the prices, rounded per line": sold(object{"discount_total": "11.26", "discount_tax": "1.13", "cart_tax": "6.39", "total_tax": "6.39", "total": "70.20"}, reduced, reduced, reduced),
		// Each tax is 1.005, and the shop rounds their sum.
		"tax rounded at the subtotal": sold(object{"discount_total": "0.00", "cart_tax": "3.02", "total_tax": "3.02", "total": "33.17"}, taxed, taxed, taxed),
		"two rates of tax": sold(object{"tax_lines": []any{object{"tax_total": "0.68"}, object{"tax_total": "0.68"}},
			"discount_total": "0.00", "cart_tax": "1.36", "total_tax": "1.36", "total": "11.36"}, taxedLine("10.00", "1.35", "10.00", "1.35")),
	} {
		if err := decode(t, edit(t, change)).Check(now); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

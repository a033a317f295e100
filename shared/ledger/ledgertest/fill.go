package ledgertest

import (
	"reflect"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// fill gives every field of a struct a value of its own, so that a new field that
// some ledger doesn't store fails the suite. The form is ours.
func fill(t *testing.T, e *ledger.Entry) {
	t.Helper()
	n := 0
	fillValue(t, reflect.ValueOf(e).Elem(), "entry", &n)
	e.V = ledger.Version
}

func fillValue(t *testing.T, v reflect.Value, path string, n *int) {
	t.Helper()
	*n++
	switch v.Interface().(type) {
	case words.Text:
		v.Set(reflect.ValueOf(words.Say("%s of %s", path+` "é"`, words.Say("day %d", *n))))
		return
	case time.Time:
		v.Set(reflect.ValueOf(at.Add(time.Duration(*n)*time.Hour + 123456789).In(order.SaoPaulo())))
		return
	case order.Money:
		v.Set(reflect.ValueOf(order.Cents(int64(*n))))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(path + ` "é"`)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(*n))
	case reflect.Uint8:
		v.SetUint(uint64(*n % 256))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fillValue(t, v.Elem(), path, n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fillValue(t, v.Index(i), path, n)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			field := v.Type().Field(i)
			if !field.IsExported() {
				t.Fatalf("%s.%s: teach ledgertest how to fill a %s", path, field.Name, v.Type())
			}
			fillValue(t, v.Field(i), path+"."+field.Name, n)
		}
	default:
		t.Fatalf("%s: teach ledgertest how to fill a %s", path, v.Type())
	}
}

// cutToMillis does to every time in a struct what a ledger does. It copies what
// it changes behind pointers and in lists.
func cutToMillis(target any) { cutValue(reflect.ValueOf(target).Elem()) }

func cutValue(v reflect.Value) {
	if at, ok := v.Interface().(time.Time); ok {
		v.Set(reflect.ValueOf(time.UnixMilli(at.UnixMilli()).UTC()))
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		copied := reflect.New(v.Type().Elem())
		copied.Elem().Set(v.Elem())
		cutValue(copied.Elem())
		v.Set(copied)
	case reflect.Slice:
		v.Set(reflect.AppendSlice(reflect.MakeSlice(v.Type(), 0, v.Len()), v))
		for i := range v.Len() {
			cutValue(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				cutValue(v.Field(i))
			}
		}
	}
}

// setLists makes every list of a struct empty, or none at all.
func setLists(target any, empty bool) { setListsOf(reflect.ValueOf(target).Elem(), empty) }

func setListsOf(v reflect.Value, empty bool) {
	switch v.Kind() {
	case reflect.Pointer:
		setListsOf(v.Elem(), empty)
	case reflect.Slice:
		v.SetZero()
		if empty {
			v.Set(reflect.MakeSlice(v.Type(), 0, 0))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				setListsOf(v.Field(i), empty)
			}
		}
	}
}

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// The one mark: what the language calls sensitive.
const secret = "sensitive"

// A value in the form that both sides write: exactly one field says which it is.
type form struct {
	Null    json.RawMessage             `json:"null,omitempty"`
	Bool    *bool                       `json:"bool,omitempty"`
	Number  *string                     `json:"number,omitempty"`
	String  *string                     `json:"string,omitempty"`
	List    *[]json.RawMessage          `json:"list,omitempty"`
	Set     *[]json.RawMessage          `json:"set,omitempty"`
	Map     *map[string]json.RawMessage `json:"map,omitempty"`
	Of      json.RawMessage             `json:"of,omitempty"`
	Tuple   *[]json.RawMessage          `json:"tuple,omitempty"`
	Object  *map[string]json.RawMessage `json:"object,omitempty"`
	Later   json.RawMessage             `json:"later,omitempty"`
	NotNull bool                        `json:"not_null,omitempty"`
	Secret  json.RawMessage             `json:"secret,omitempty"`
}

func decode(raw json.RawMessage) (cty.Value, error) {
	var from form
	if err := json.Unmarshal(raw, &from); err != nil {
		return cty.NilVal, err
	}
	switch {
	case from.Null != nil:
		ty, err := ctyjson.UnmarshalType(from.Null)
		return cty.NullVal(ty), err
	case from.Bool != nil:
		return cty.BoolVal(*from.Bool), nil
	case from.Number != nil:
		return cty.ParseNumberVal(*from.Number)
	case from.String != nil:
		return cty.StringVal(*from.String), nil
	case from.List != nil, from.Set != nil, from.Map != nil:
		return collection(from)
	case from.Tuple != nil:
		items, err := decodeAll(*from.Tuple)
		return cty.TupleVal(items), err
	case from.Object != nil:
		entries, err := decodeEntries(*from.Object)
		return cty.ObjectVal(entries), err
	case from.Later != nil:
		ty, err := ctyjson.UnmarshalType(from.Later)
		value := cty.UnknownVal(ty)
		if from.NotNull {
			value = value.RefineNotNull()
		}
		return value, err
	case from.Secret != nil:
		value, err := decode(from.Secret)
		return value.Mark(secret), err
	}
	return cty.NilVal, errors.New("a value of no form")
}

func collection(from form) (cty.Value, error) {
	of, err := ctyjson.UnmarshalType(from.Of)
	if err != nil {
		return cty.NilVal, err
	}
	if from.Map != nil {
		entries, err := decodeEntries(*from.Map)
		if len(entries) == 0 {
			return cty.MapValEmpty(of), err
		}
		return cty.MapVal(entries), err
	}
	list := from.List != nil
	raw := from.List
	if !list {
		raw = from.Set
	}
	items, err := decodeAll(*raw)
	switch {
	case err != nil:
		return cty.NilVal, err
	case list && len(items) == 0:
		return cty.ListValEmpty(of), nil
	case list:
		return cty.ListVal(items), nil
	case len(items) == 0:
		return cty.SetValEmpty(of), nil
	default:
		return cty.SetVal(items), nil
	}
}

func decodeAll(raw []json.RawMessage) ([]cty.Value, error) {
	items := make([]cty.Value, len(raw))
	for at, one := range raw {
		value, err := decode(one)
		if err != nil {
			return nil, err
		}
		items[at] = value
	}
	return items, nil
}

func decodeEntries(raw map[string]json.RawMessage) (map[string]cty.Value, error) {
	entries := make(map[string]cty.Value, len(raw))
	for name, one := range raw {
		value, err := decode(one)
		if err != nil {
			return nil, err
		}
		entries[name] = value
	}
	return entries, nil
}

func encode(value cty.Value) any {
	bare, marks := value.Unmark()
	if len(marks) > 0 {
		return map[string]any{"secret": encode(bare)}
	}
	ty := value.Type()
	switch {
	case !value.IsKnown():
		told := map[string]any{"later": ty}
		if value.Range().DefinitelyNotNull() {
			told["not_null"] = true
		}
		return told
	case value.IsNull():
		return map[string]any{"null": ty}
	case ty == cty.Bool:
		return map[string]any{"bool": value.True()}
	case ty == cty.Number:
		return map[string]any{"number": digits(value.AsBigFloat())}
	case ty == cty.String:
		return map[string]any{"string": value.AsString()}
	case ty.IsListType():
		return map[string]any{"list": items(value), "of": ty.ElementType()}
	case ty.IsSetType():
		return map[string]any{"set": items(value), "of": ty.ElementType()}
	case ty.IsTupleType():
		return map[string]any{"tuple": items(value)}
	case ty.IsMapType():
		return map[string]any{"map": entries(value), "of": ty.ElementType()}
	case ty.IsObjectType():
		return map[string]any{"object": entries(value)}
	}
	panic(fmt.Sprintf("a value of type %#v has no form", ty))
}

func digits(number *big.Float) string {
	if number.IsInf() {
		return "infinite"
	}
	return number.Text('f', -1)
}

func items(value cty.Value) []any {
	all := []any{}
	for it := value.ElementIterator(); it.Next(); {
		_, item := it.Element()
		all = append(all, encode(item))
	}
	return all
}

func entries(value cty.Value) map[string]any {
	all := map[string]any{}
	for it := value.ElementIterator(); it.Next(); {
		name, item := it.Element()
		all[name.AsString()] = encode(item)
	}
	return all
}

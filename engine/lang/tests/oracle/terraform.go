package main

import (
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// The functions that Terraform has in a form of its own: what it prints is the judge (`terraform console`, 1.11.4).

// `contains([null], null)`: argument must not be null.
var contains = function.New(&function.Spec{
	Params: notNull(stdlib.ContainsFunc.Params()),
	Type:   stdlib.ContainsFunc.ReturnTypeForValues,
	RefineResult: func(b *cty.RefinementBuilder) *cty.RefinementBuilder {
		return b.NotNull()
	},
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return stdlib.ContainsFunc.Call(args) },
})

func notNull(params []function.Parameter) []function.Parameter {
	for at := range params {
		params[at].AllowNull = false
	}
	return params
}

// `signum(0.5)`: value must be a whole number.
var signum = function.New(&function.Spec{
	Params: stdlib.SignumFunc.Params(),
	Type:   stdlib.SignumFunc.ReturnTypeForValues,
	RefineResult: func(b *cty.RefinementBuilder) *cty.RefinementBuilder {
		return b.NotNull()
	},
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		if number := args[0].AsBigFloat(); !number.IsInt() {
			return cty.NilVal, function.NewArgErrorf(0, "value must be a whole number")
		}
		return stdlib.SignumFunc.Call(args)
	},
})

// `issensitive(tolist([sensitive("a"), "b"]))` is false: the marks stay with the elements.
func conversion(wanted cty.Type) function.Function {
	plain := stdlib.MakeToFunc(wanted)
	params := plain.Params()
	params[0].AllowMarked = true
	return function.New(&function.Spec{
		Params: params,
		Type:   plain.ReturnTypeForValues,
		Impl: func(args []cty.Value, ret cty.Type) (cty.Value, error) {
			return convert.Convert(args[0], ret)
		},
	})
}

func unknownToo(param *function.Parameter) *function.Parameter {
	param.AllowUnknown = true
	return param
}

// Why the reference gave up on the expression at hand, which then says nothing.
var gaveUp string

// watched sees where the functions of the reference break: those of sets do for elements of no type beside some of
// objects, and range makes 1,024 numbers at most.
func watched(plain function.Function) function.Function {
	return function.New(&function.Spec{
		Params:   plain.Params(),
		VarParam: plain.VarParam(),
		Type:     plain.ReturnTypeForValues,
		RefineResult: func(b *cty.RefinementBuilder) *cty.RefinementBuilder {
			return b.NotNull()
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			value, err := plain.Call(args)
			if err != nil && (strings.Contains(err.Error(), "panic in function") || strings.Contains(err.Error(), "more than 1024")) {
				gaveUp = err.Error()
			}
			return value, err
		},
	})
}

// What may turn out to be a list is no element yet. The reference overlooks it where something is marked.
var flatten = function.New(&function.Spec{
	Params: stdlib.FlattenFunc.Params(),
	Type: func(args []cty.Value) (cty.Type, error) {
		if args[0].ContainsMarked() && isOpen(args[0]) {
			return cty.DynamicPseudoType, nil
		}
		return stdlib.FlattenFunc.ReturnTypeForValues(args)
	},
	RefineResult: func(b *cty.RefinementBuilder) *cty.RefinementBuilder {
		return b.NotNull()
	},
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		if args[0].ContainsMarked() && isOpen(args[0]) {
			_, marks := args[0].UnmarkDeep()
			return cty.DynamicVal.WithMarks(marks), nil
		}
		return stdlib.FlattenFunc.Call(args)
	},
})

// isOpen tells whether an element at any depth is of no type yet.
func isOpen(value cty.Value) bool {
	bare, _ := value.Unmark()
	ty := bare.Type()
	if ty == cty.DynamicPseudoType && !bare.IsKnown() {
		return true
	}
	if bare.IsNull() || !bare.IsKnown() || !ty.IsListType() && !ty.IsSetType() && !ty.IsTupleType() {
		return false
	}
	for it := bare.ElementIterator(); it.Next(); {
		if _, element := it.Element(); isOpen(element) {
			return true
		}
	}
	return false
}

// The marks of nulls and of what is known later stay, which the reference forgets
// (`issensitive(merge({ a = 1 }, sensitive(null)))` is false in Terraform).
var merge = function.New(&function.Spec{
	VarParam: unknownToo(stdlib.MergeFunc.VarParam()),
	Type:     stdlib.MergeFunc.ReturnTypeForValues,
	RefineResult: func(b *cty.RefinementBuilder) *cty.RefinementBuilder {
		return b.NotNull()
	},
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		value, err := stdlib.MergeFunc.Call(args)
		if err != nil {
			return cty.NilVal, err
		}
		for _, arg := range args {
			value = value.WithSameMarks(arg)
		}
		return value, nil
	},
})

// What counts letters and elements alike: `length([sensitive(1)])` is 1, and no secret.
var length = function.New(&function.Spec{
	Params: []function.Parameter{{
		Name:             "value",
		Type:             cty.DynamicPseudoType,
		AllowDynamicType: true,
		AllowUnknown:     true,
		AllowMarked:      true,
	}},
	Type: func(args []cty.Value) (cty.Type, error) {
		ty := args[0].Type()
		if ty == cty.String || ty == cty.DynamicPseudoType || ty.IsTupleType() || ty.IsObjectType() || ty.IsCollectionType() {
			return cty.Number, nil
		}
		return cty.Number, function.NewArgErrorf(0, "this has no length")
	},
	RefineResult: func(b *cty.RefinementBuilder) *cty.RefinementBuilder {
		return b.NotNull().NumberRangeLowerBound(cty.Zero, true)
	},
	Impl: func(args []cty.Value, ret cty.Type) (cty.Value, error) {
		value, marks := args[0].Unmark()
		ty := value.Type()
		count := cty.UnknownVal(cty.Number)
		switch {
		case ty == cty.DynamicPseudoType:
		case ty.IsTupleType():
			count = cty.NumberIntVal(int64(len(ty.TupleElementTypes())))
		case ty.IsObjectType():
			count = cty.NumberIntVal(int64(len(ty.AttributeTypes())))
		case ty == cty.String:
			letters, err := stdlib.Strlen(value)
			if err != nil {
				return cty.NilVal, err
			}
			count = letters
		default:
			count = value.Length()
		}
		return count.WithMarks(marks), nil
	},
})

var sensitive = function.New(&function.Spec{
	Params: []function.Parameter{{
		Name:             "value",
		Type:             cty.DynamicPseudoType,
		AllowDynamicType: true,
		AllowMarked:      true,
		AllowNull:        true,
		AllowUnknown:     true,
	}},
	Type: func(args []cty.Value) (cty.Type, error) { return args[0].Type(), nil },
	Impl: func(args []cty.Value, ret cty.Type) (cty.Value, error) { return args[0].Mark(secret), nil },
})

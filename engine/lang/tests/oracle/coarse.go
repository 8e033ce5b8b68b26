package main

import (
	"errors"
	"math/big"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// The reference narrows what it does not know by lengths, bounds and first letters too. The language knows of it its
// type, whether it is secret and whether it can be null; its numbers are finite,
// of one precision, and there is one zero. So that both can be
// compared exactly, each expression is wrapped, inside and out, and forgets what the language does not know.
type coarse struct {
	hclsyntax.Expression
	*run
}

// What is seen while one expression is evaluated.
type run struct {
	// Whether what failed has neither type nor mark. The reference keeps these now and then, so that a mistake in a
	// branch that is not taken changes the type of the result, or has none.
	lenient bool
	// Whether a part failed, be it one that was not asked for.
	mistake bool
}

func (c coarse) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	value, found := c.Expression.Value(ctx)
	if !found.HasErrors() {
		found = c.refused(ctx, value)
	}
	if !found.HasErrors() {
		switch e := c.Expression.(type) {
		case *hclsyntax.IndexExpr:
			value = keyMarks(e, value, ctx)
		case *hclsyntax.SplatExpr:
			value = unordered(e, value, ctx)
		}
		return forget(uniform(value)), nil
	}
	c.mistake = true
	if c.lenient {
		value = cty.DynamicVal
	}
	return value, found
}

func (c coarse) refused(ctx *hcl.EvalContext, value cty.Value) hcl.Diagnostics {
	err := finite(value)
	if op, ok := c.Expression.(*hclsyntax.BinaryOpExpr); ok && (op.Op == hclsyntax.OpLogicalAnd || op.Op == hclsyntax.OpLogicalOr) {
		// `false && null` is "argument must not be null" in Terraform 1.11.4, although the other operand decides.
		for _, operand := range []hclsyntax.Expression{op.LHS, op.RHS} {
			of, found := operand.Value(ctx)
			if bare, _ := of.Unmark(); !found.HasErrors() && bare.IsNull() {
				err = errors.New("argument must not be null")
			}
		}
	}
	if err == nil {
		return nil
	}
	where := c.Range()
	return hcl.Diagnostics{{Severity: hcl.DiagError, Summary: err.Error(), Subject: &where}}
}

// keyMarks makes the element behind a secret key secret. The reference does so for maps, lists and tuples, but not for
// objects (`issensitive({ a = 1, b = 2 }[sensitive("a")])` is false in Terraform), nor before the key is known.
func keyMarks(index *hclsyntax.IndexExpr, value cty.Value, ctx *hcl.EvalContext) cty.Value {
	key, found := index.Key.Value(ctx)
	if found.HasErrors() {
		return value
	}
	_, marks := key.Unmark()
	return value.WithMarks(marks)
}

// unordered makes what comes of a set with elements that are not known yet unknown: they may turn out to be one, and
// in another order.
func unordered(splat *hclsyntax.SplatExpr, value cty.Value, ctx *hcl.EvalContext) cty.Value {
	source, found := splat.Source.Value(ctx)
	source, _ = source.Unmark()
	if found.HasErrors() || !source.Type().IsSetType() || !source.IsKnown() || source.IsNull() || source.Length().IsKnown() {
		return value
	}
	_, marks := value.UnmarkDeep()
	return cty.UnknownVal(value.Type()).RefineNotNull().WithMarks(marks)
}

// UnwrapExpression is how the reference looks for names behind an expression.
func (c coarse) UnwrapExpression() hcl.Expression { return c.Expression }

// finite refuses infinite numbers, which the language has not.
func finite(value cty.Value) error {
	return cty.Walk(value, func(_ cty.Path, part cty.Value) (bool, error) {
		bare, _ := part.Unmark()
		if bare.Type() == cty.Number && bare.IsKnown() && !bare.IsNull() && bare.AsBigFloat().IsInf() {
			return false, errors.New("the number is infinite")
		}
		return true, nil
	})
}

// uniform makes -0 of the reference the 0 that it is, and all numbers of one precision. Some functions of the reference
// give numbers of 64 bits: `length([1]) / length([1, 2, 3])` is 0.33333333333333333334 in Terraform, but `1 / 3` has all
// digits.
func uniform(value cty.Value) cty.Value {
	bare, marks := value.Unmark()
	if bare.Type() != cty.Number || !bare.IsKnown() || bare.IsNull() {
		return value
	}
	number := bare.AsBigFloat()
	if number.Prec() == 53 {
		// Logarithms and powers are doubles, whose value is what they print as.
		number, _, _ = big.ParseFloat(number.Text('f', -1), 10, 512, big.ToNearestEven)
	}
	number = new(big.Float).SetPrec(512).Set(number)
	if number.Sign() == 0 {
		number = number.Abs(number)
	}
	return cty.NumberVal(number).WithMarks(marks)
}

func forget(value cty.Value) cty.Value {
	if value == cty.NilVal || value.IsWhollyKnown() {
		return value
	}
	bare, marks := value.UnmarkDeepWithPaths()
	bare, err := cty.Transform(bare, func(_ cty.Path, part cty.Value) (cty.Value, error) {
		if part.IsKnown() || part.Type() == cty.DynamicPseudoType {
			return part, nil
		}
		plain := cty.UnknownVal(part.Type())
		if part.Range().DefinitelyNotNull() {
			plain = plain.RefineNotNull()
		}
		return plain, nil
	})
	if err != nil {
		panic(err)
	}
	return bare.MarkWithPaths(marks)
}

// wrap makes each part of expr forget.
func (r *run) wrap(expr hclsyntax.Expression) hclsyntax.Expression {
	if expr == nil {
		return nil
	}
	wrap := r.wrap
	each := func(all []hclsyntax.Expression) {
		for at := range all {
			all[at] = wrap(all[at])
		}
	}
	switch e := expr.(type) {
	case *hclsyntax.ParenthesesExpr:
		e.Expression = wrap(e.Expression)
	case *hclsyntax.RelativeTraversalExpr:
		e.Source = wrap(e.Source)
	case *hclsyntax.FunctionCallExpr:
		each(e.Args)
	case *hclsyntax.ConditionalExpr:
		e.Condition, e.TrueResult, e.FalseResult = wrap(e.Condition), wrap(e.TrueResult), wrap(e.FalseResult)
	case *hclsyntax.IndexExpr:
		e.Collection, e.Key = wrap(e.Collection), wrap(e.Key)
	case *hclsyntax.TupleConsExpr:
		each(e.Exprs)
	case *hclsyntax.ObjectConsExpr:
		for at, item := range e.Items {
			// A key that is a name is told by its form.
			if key, ok := item.KeyExpr.(*hclsyntax.ObjectConsKeyExpr); ok {
				if _, name := key.Wrapped.(*hclsyntax.ScopeTraversalExpr); !name {
					key.Wrapped = wrap(key.Wrapped)
				}
			}
			e.Items[at].ValueExpr = wrap(item.ValueExpr)
		}
	case *hclsyntax.ForExpr:
		e.CollExpr, e.ValExpr = wrap(e.CollExpr), wrap(e.ValExpr)
		if e.KeyExpr != nil {
			e.KeyExpr = wrap(e.KeyExpr)
		}
		if e.CondExpr != nil {
			e.CondExpr = wrap(e.CondExpr)
		}
	case *hclsyntax.SplatExpr:
		e.Source, e.Each = wrap(e.Source), wrap(e.Each)
	case *hclsyntax.BinaryOpExpr:
		e.LHS, e.RHS = wrap(e.LHS), wrap(e.RHS)
	case *hclsyntax.UnaryOpExpr:
		e.Val = wrap(e.Val)
	case *hclsyntax.TemplateExpr:
		each(e.Parts)
	case *hclsyntax.TemplateJoinExpr:
		e.Tuple = wrap(e.Tuple)
	case *hclsyntax.TemplateWrapExpr:
		e.Wrapped = wrap(e.Wrapped)
	}
	return coarse{expr, r}
}

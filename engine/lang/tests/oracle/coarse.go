package main

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// The reference narrows what it does not know by lengths, bounds and first letters too. The language knows of it its
// type, whether it is secret and whether it can be null. So that both can be compared exactly, each expression is
// wrapped, inside and out, and forgets what the language does not know.
type coarse struct{ hclsyntax.Expression }

func (c coarse) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	value, found := c.Expression.Value(ctx)
	return forget(value), found
}

// UnwrapExpression is how the reference looks for names behind an expression.
func (c coarse) UnwrapExpression() hcl.Expression { return c.Expression }

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
func wrap(expr hclsyntax.Expression) hclsyntax.Expression {
	if expr == nil {
		return nil
	}
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
	return coarse{expr}
}

// The reference's answers to expressions: one request a line on stdin, one answer a line on stdout.
//
// Built on hashicorp/hcl and go-cty alone; `tests/it/oracle` generates the expressions and compares.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

type request struct {
	Variables map[string]json.RawMessage `json:"variables"`
	Text      string                     `json:"text"`
	Template  bool                       `json:"template"`
}

type answer struct {
	Value any `json:"value,omitempty"`
	// What the reference knows beyond what the language can, where that differs.
	Narrow any    `json:"narrow,omitempty"`
	Error  string `json:"error,omitempty"`
	// A mistake of the reference itself.
	Panic string `json:"panic,omitempty"`
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 0, 1<<16), 1<<26)
	out := bufio.NewWriter(os.Stdout)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	variables := map[string]cty.Value{}
	for lines.Scan() {
		var asked request
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			fail(err)
		}
		// The first line brings the names, and every other an expression.
		for name, raw := range asked.Variables {
			value, err := decode(raw)
			if err != nil {
				fail(fmt.Errorf("%s: %w", name, err))
			}
			variables[name] = value
		}
		if asked.Variables == nil {
			if err := encoder.Encode(evaluate(asked, variables)); err != nil {
				fail(err)
			}
		}
	}
	if err := lines.Err(); err != nil {
		fail(err)
	}
	if err := out.Flush(); err != nil {
		fail(err)
	}
}

func evaluate(asked request, variables map[string]cty.Value) (told answer) {
	defer func() {
		if broken := recover(); broken != nil {
			told = answer{Panic: fmt.Sprint(broken)}
		}
	}()
	parse := hclsyntax.ParseExpression
	if asked.Template {
		parse = hclsyntax.ParseTemplate
	}
	expr, found := parse([]byte(asked.Text), "", hcl.InitialPos)
	if found.HasErrors() {
		return answer{Error: "parse: " + found.Error()}
	}
	context := &hcl.EvalContext{Variables: variables, Functions: functions}
	narrow, narrowFound := expr.Value(context)
	value, found := wrap(expr).Value(context)
	if found.HasErrors() {
		told.Error = "evaluate: " + found.Error()
	} else {
		told.Value = encode(value)
	}
	switch {
	case narrowFound.HasErrors() && !found.HasErrors():
		told.Narrow = map[string]string{"error": narrowFound.Error()}
	case !narrowFound.HasErrors() && (found.HasErrors() || !narrow.RawEquals(value)):
		told.Narrow = encode(narrow)
	}
	return told
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// The reference's answers to expressions: one request a line on stdin, one answer a line on stdout
// once an empty line asks for them.
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
}

type answer struct {
	Value any    `json:"value,omitempty"`
	Error string `json:"error,omitempty"`
	// The answer where a part that failed, and was not asked for, still counts.
	Strict any `json:"strict,omitempty"`
	// Whether a part failed that was not asked for.
	Mistake bool `json:"mistake,omitempty"`
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
		// An empty line asks for all answers so far.
		if len(lines.Bytes()) == 0 {
			if err := out.Flush(); err != nil {
				fail(err)
			}
			continue
		}
		var asked request
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			fail(err)
		}
		// A line brings either what names mean from there on, or an expression.
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
}

func evaluate(asked request, variables map[string]cty.Value) (told answer) {
	defer func() {
		if broken := recover(); broken != nil {
			told = answer{Panic: fmt.Sprint(broken)}
		}
	}()
	expr, found := hclsyntax.ParseExpression([]byte(asked.Text), "", hcl.InitialPos)
	if found.HasErrors() {
		return answer{Error: "parse: " + found.Error()}
	}
	// Both wrap the parts of an expression in place.
	again, _ := hclsyntax.ParseExpression([]byte(asked.Text), "", hcl.InitialPos)
	context := &hcl.EvalContext{Variables: variables, Functions: functions}
	gaveUp = ""
	lenient := &run{lenient: true}
	value, found := lenient.wrap(expr).Value(context)
	strict, strictFound := new(run).wrap(again).Value(context)
	switch {
	case gaveUp != "":
		return answer{Panic: gaveUp}
	case found.HasErrors():
		return answer{Error: "evaluate: " + found.Error()}
	}
	told.Mistake = lenient.mistake
	told.Value = encode(value)
	switch {
	case strictFound.HasErrors():
		told.Strict = map[string]string{"error": strictFound.Error()}
	case !strict.RawEquals(value):
		told.Strict = map[string]any{"value": encode(strict)}
	}
	return told
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

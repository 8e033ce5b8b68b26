//! A small reader of the Go text that cases with unknowns and marks are written in.

use meshform_lang::{Type, Value};

/// The value that `text`, an expression of go-cty calls, stands for. Refinements other than not-null are left out:
/// the language keeps none.
pub(super) fn value(text: &str) -> Value {
    let mut reader = Reader { text, at: 0 };
    let value = reader.value();
    assert_eq!(reader.rest(), "", "in {text}");
    value
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text[self.at..].trim_start()
    }

    fn take(&mut self, token: &str) -> bool {
        let rest = self.rest();
        let found = rest.starts_with(token);
        if found {
            self.at = self.text.len() - rest.len() + token.len();
        }
        found
    }

    fn need(&mut self, token: &str) {
        assert!(self.take(token), "`{token}` expected at `{}`", self.rest());
    }

    fn until(&mut self, end: char) -> &'a str {
        let rest = self.rest();
        let length = rest.find(end).unwrap();
        self.at = self.text.len() - rest.len() + length + end.len_utf8();
        &rest[..length]
    }

    fn text(&mut self) -> &'a str {
        self.need("\"");
        self.until('"')
    }

    fn value(&mut self) -> Value {
        self.need("cty.");
        let mut value = if self.take("DynamicVal") {
            Value::later(Type::Any)
        } else if self.take("True") {
            Value::Bool(true)
        } else if self.take("NumberIntVal(") {
            Value::int(self.until(')').parse().unwrap())
        } else if self.take("StringVal(") {
            let text = self.text();
            self.need(")");
            Value::from(text)
        } else if self.take("UnknownVal(") {
            let ty = self.ty();
            self.need(")");
            Value::later(ty)
        } else if self.take("ObjectVal(") {
            Value::object(
                self.entries()
                    .into_iter()
                    .map(|(name, value)| (name.into(), value)),
            )
        } else if self.take("MapVal(") {
            let entries = self.entries();
            let ty = entries[0].1.ty();
            Value::map(
                ty,
                entries
                    .into_iter()
                    .map(|(name, value)| (name.into(), value))
                    .collect(),
            )
        } else if self.take("ListVal(") {
            let items = self.items();
            Value::list(items[0].ty(), items)
        } else if self.take("SetVal(") {
            let items = self.items();
            Value::set(items[0].ty(), items)
        } else {
            self.need("TupleVal(");
            Value::tuple(self.items())
        };
        while self.take(".") {
            value = self.method(value);
        }
        value
    }

    fn method(&mut self, value: Value) -> Value {
        let name = self.until('(');
        self.until(')');
        match (name, value) {
            ("Mark", value) => value.into_secret(),
            // A nested call stood in the parentheses.
            ("NumberLowerBound" | "NumberUpperBound", value) => {
                self.until(')');
                value
            }
            ("RefineNotNull" | "NotNull", Value::Later(mut later)) => {
                later.not_null = true;
                Value::Later(later)
            }
            (_, value) => value,
        }
    }

    fn entries(&mut self) -> Vec<(&'a str, Value)> {
        self.need("map[string]cty.Value{");
        let mut entries = Vec::new();
        while !self.take("}") {
            let name = self.text();
            self.need(":");
            entries.push((name, self.value()));
            self.take(",");
        }
        self.need(")");
        entries
    }

    fn items(&mut self) -> Vec<Value> {
        self.need("[]cty.Value{");
        let mut items = Vec::new();
        while !self.take("}") {
            items.push(self.value());
            self.take(",");
        }
        self.need(")");
        items
    }

    fn ty(&mut self) -> Type {
        self.need("cty.");
        if self.take("EmptyObject") {
            return Type::object([]);
        }
        if self.take("EmptyTuple") {
            return Type::Tuple([].into());
        }
        if self.take("Object(map[string]cty.Type{") {
            let mut attributes = Vec::new();
            while !self.take("}") {
                let name = self.text();
                self.need(":");
                attributes.push((name.into(), self.ty()));
                self.take(",");
            }
            self.need(")");
            return Type::object(attributes);
        }
        if self.take("Tuple([]cty.Type{") {
            let mut items = Vec::new();
            while !self.take("}") {
                items.push(self.ty());
                self.take(",");
            }
            self.need(")");
            return Type::Tuple(items.into());
        }
        let wrap = if self.take("List(") {
            Type::list
        } else if self.take("Set(") {
            Type::set
        } else if self.take("Map(") {
            Type::map
        } else if self.take("String") {
            return Type::String;
        } else if self.take("Number") {
            return Type::Number;
        } else {
            self.need("Bool");
            return Type::Bool;
        };
        let element = self.ty();
        self.need(")");
        wrap(element)
    }
}

//! Text to tokens. Never fails: what cannot be understood becomes [`Kind::Invalid`], what lacks its end gets an empty
//! one, so that the parser can go on behind a mistake.
//!
//! It must never look at what tokens mean together; that is the parser's concern.

use super::token::{Kind, Token};

/// How the text around the current place is read.
enum Mode {
    /// Expressions and structure; with the number of open braces, so that the `}` of a template is told apart.
    Normal { braces: u32, in_template: bool },
    /// Between quotes.
    Quoted,
    /// Inside a heredoc.
    Heredoc { marker: String },
    /// A template without delimiters.
    Bare,
}

/// What a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// A body or an expression.
    Normal,
    /// A template without delimiters, as in a template file.
    Template,
}

/// Cuts `text` into tokens, comments and line ends included. The last one is [`Kind::End`].
pub(crate) fn scan(text: &str, form: Form) -> Vec<Token> {
    let start = if text.starts_with('\u{feff}') {
        '\u{feff}'.len_utf8()
    } else {
        0
    };
    let first = match form {
        Form::Normal => Mode::Normal {
            braces: 0,
            in_template: false,
        },
        Form::Template => Mode::Bare,
    };
    let mut scanner = Scanner {
        text,
        at: start,
        modes: vec![first],
        tokens: Vec::with_capacity(text.len() / 4 + 1),
    };
    scanner.run();
    scanner.tokens
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    modes: Vec<Mode>,
    tokens: Vec<Token>,
}

impl<'a> Scanner<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn emit(&mut self, kind: Kind, length: usize) {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        self.tokens.push(Token {
            kind,
            start: offset(self.at),
            end: offset(self.at + length),
        });
        self.at += length;
    }

    fn run(&mut self) {
        while self.at < self.text.len() {
            match self.modes.last() {
                Some(Mode::Quoted) => self.quoted(),
                Some(Mode::Heredoc { .. }) => self.heredoc(),
                Some(Mode::Bare) => self.lines(),
                Some(Mode::Normal { .. }) | None => self.normal(),
            }
        }
        // Openers without end are closed here, innermost first.
        while let Some(mode) = self.modes.pop() {
            match mode {
                Mode::Quoted => self.emit(Kind::CQuote, 0),
                Mode::Heredoc { .. } => self.emit(Kind::CHeredoc, 0),
                Mode::Normal { .. } | Mode::Bare => {}
            }
        }
        self.emit(Kind::End, 0);
    }

    fn normal(&mut self) {
        let rest = self.rest();
        let bytes = rest.as_bytes();
        match bytes[0] {
            b' ' | b'\t' => self.at += 1,
            b'\r' if bytes.get(1) == Some(&b'\n') => self.emit(Kind::Newline, 2),
            b'\n' => self.emit(Kind::Newline, 1),
            b'#' => self.line_comment(),
            b'/' if rest.starts_with("//") => self.line_comment(),
            b'/' if rest.starts_with("/*") => {
                let length = rest
                    .get(2..)
                    .and_then(|inside| inside.find("*/"))
                    .map_or(rest.len(), |end| end + 4);
                self.emit(Kind::Comment, length);
            }
            b'"' => {
                self.emit(Kind::OQuote, 1);
                self.modes.push(Mode::Quoted);
            }
            b'<' if self.open_heredoc() => {}
            b'0'..=b'9' => self.emit(Kind::Number, number_length(bytes)),
            b'{' | b'}' => self.brace(bytes[0]),
            b'~' if self.ends_sequence() && bytes.get(1) == Some(&b'}') => {
                self.modes.pop();
                self.emit(Kind::SequenceEnd, 2);
            }
            _ => self.word_or_operator(),
        }
    }

    fn line_comment(&mut self) {
        let rest = self.rest();
        let length = rest.find('\n').map_or(rest.len(), |end| end + 1);
        self.emit(Kind::Comment, length);
    }

    fn ends_sequence(&self) -> bool {
        matches!(
            self.modes.last(),
            Some(Mode::Normal {
                braces: 0,
                in_template: true
            })
        )
    }

    fn brace(&mut self, brace: u8) {
        if brace == b'}' && self.ends_sequence() {
            self.modes.pop();
            self.emit(Kind::SequenceEnd, 1);
            return;
        }
        if let Some(Mode::Normal { braces, .. }) = self.modes.last_mut() {
            *braces = if brace == b'{' {
                *braces + 1
            } else {
                braces.saturating_sub(1)
            };
        }
        self.emit(if brace == b'{' { Kind::OBrace } else { Kind::CBrace }, 1);
    }

    /// `<<EOT` or `<<-EOT` and the end of its line.
    fn open_heredoc(&mut self) -> bool {
        let rest = self.rest();
        let Some(after) = rest.strip_prefix("<<") else {
            return false;
        };
        let name = after.strip_prefix('-').unwrap_or(after);
        let Some(line_end) = name.find('\n') else {
            return false;
        };
        let marker = name[..line_end].trim_end_matches('\r');
        let mut letters = marker.chars();
        if !letters.next().is_some_and(starts_ident) || !letters.all(continues_ident) {
            return false;
        }
        self.modes.push(Mode::Heredoc {
            marker: marker.to_owned(),
        });
        self.emit(Kind::OHeredoc, rest.len() - name.len() + line_end + 1);
        true
    }

    fn word_or_operator(&mut self) {
        let rest = self.rest();
        let first = rest.chars().next().unwrap_or(' ');
        if starts_ident(first) {
            let length = rest.find(|letter| !continues_ident(letter)).unwrap_or(rest.len());
            return self.emit(Kind::Ident, length);
        }
        for (text, kind) in OPERATORS {
            if rest.starts_with(text) {
                return self.emit(*kind, text.len());
            }
        }
        self.emit(Kind::Invalid, first.len_utf8());
    }

    fn quoted(&mut self) {
        let bytes = self.rest().as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            match bytes[at] {
                b'"' => break,
                // A line end means that the closing quote was forgotten: what follows is read as usual.
                b'\n' => break,
                b'\r' if bytes.get(at + 1) == Some(&b'\n') => break,
                b'\\' if matches!(bytes.get(at + 1), Some(b'"' | b'\\')) => at += 2,
                b'$' | b'%' if opens(&bytes[at..]) => break,
                b'$' | b'%' => at += literal_length(&bytes[at..]),
                _ => at += 1,
            }
        }
        if at > 0 {
            self.emit(Kind::QuotedText, at);
        }
        let rest = self.rest();
        match rest.as_bytes().first() {
            Some(b'"') => {
                self.modes.pop();
                self.emit(Kind::CQuote, 1);
            }
            Some(b'$' | b'%') => self.open_sequence(),
            _ => {
                self.modes.pop();
                self.emit(Kind::CQuote, 0);
            }
        }
    }

    fn open_sequence(&mut self) {
        let rest = self.rest();
        let kind = if rest.starts_with('$') {
            Kind::Interpolation
        } else {
            Kind::Directive
        };
        let length = if rest.as_bytes().get(2) == Some(&b'~') {
            3
        } else {
            2
        };
        self.emit(kind, length);
        self.modes.push(Mode::Normal {
            braces: 0,
            in_template: true,
        });
    }

    fn heredoc(&mut self) {
        let rest = self.rest();
        let at_line_start = self.at == 0 || self.text.as_bytes()[self.at - 1] == b'\n';
        if at_line_start && let Some(Mode::Heredoc { marker }) = self.modes.last() {
            let line = &rest[..rest.find('\n').unwrap_or(rest.len())];
            let line = line.strip_suffix('\r').unwrap_or(line);
            if line.trim_start_matches([' ', '\t']) == marker {
                self.modes.pop();
                return self.emit(Kind::CHeredoc, line.len());
            }
        }
        self.lines();
    }

    /// Plain text up to the end of its line, or what opens there. Each line is a token of its own, since a `~` takes
    /// blanks from the one token beside it.
    fn lines(&mut self) {
        let bytes = self.rest().as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            match bytes[at] {
                b'\n' => {
                    at += 1;
                    break;
                }
                b'$' | b'%' if opens(&bytes[at..]) => break,
                b'$' | b'%' if blank_ends_line(&bytes[at + 1..]) => {
                    at += 2;
                    break;
                }
                b'$' | b'%' => at += literal_length(&bytes[at..]),
                _ => at += 1,
            }
        }
        if at > 0 {
            self.emit(Kind::Text, at)
        } else {
            self.open_sequence()
        }
    }
}

/// Whether one blank and then the line's end stand here. Behind a `$` or `%` the reference's scanner takes that blank and
/// not the line's end along, so a `~` behind the line does not reach the blank.
fn blank_ends_line(bytes: &[u8]) -> bool {
    bytes
        .first()
        .is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'\r' | 0x0b | 0x0c))
        && (bytes[1..].starts_with(b"\n") || bytes[1..].starts_with(b"\r\n"))
}

/// Whether `${` or `%{` stands here.
fn opens(bytes: &[u8]) -> bool {
    bytes.get(1) == Some(&b'{')
}

/// The length of what a `$` or `%` that opens nothing begins: `$${` is one escape.
fn literal_length(bytes: &[u8]) -> usize {
    if bytes.get(1) == Some(&bytes[0]) && bytes.get(2) == Some(&b'{') {
        3
    } else {
        1
    }
}

fn number_length(bytes: &[u8]) -> usize {
    let digits = |from: usize| {
        bytes[from..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count()
    };
    let mut at = digits(0);
    if bytes.get(at) == Some(&b'.') && digits(at + 1) > 0 {
        at += 1 + digits(at + 1);
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        if at + 1 + sign < bytes.len() && digits(at + 1 + sign) > 0 {
            at += 1 + sign + digits(at + 1 + sign);
        }
    }
    at
}

pub(crate) fn starts_ident(letter: char) -> bool {
    letter == '_' || letter.is_alphabetic()
}

pub(crate) fn continues_ident(letter: char) -> bool {
    letter == '_' || letter == '-' || letter.is_alphanumeric() || is_mark(letter)
}

/// Whether `text` as a whole is a name.
pub(crate) fn is_identifier(text: &str) -> bool {
    text.starts_with(starts_ident) && text.chars().all(continues_ident)
}

/// Combining marks may continue a name; texts of the common scripts hold few.
fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}' | '\u{203f}' | '\u{2040}')
}

/// Longer ones first.
const OPERATORS: &[(&str, Kind)] = &[
    ("...", Kind::Ellipsis),
    ("==", Kind::EqualEqual),
    ("!=", Kind::NotEqual),
    ("<=", Kind::LessEqual),
    (">=", Kind::GreaterEqual),
    ("&&", Kind::And),
    ("||", Kind::Or),
    ("=>", Kind::FatArrow),
    ("::", Kind::DoubleColon),
    ("=", Kind::Equal),
    ("<", Kind::Less),
    (">", Kind::Greater),
    ("!", Kind::Bang),
    ("*", Kind::Star),
    ("/", Kind::Slash),
    ("+", Kind::Plus),
    ("-", Kind::Minus),
    ("%", Kind::Percent),
    (".", Kind::Dot),
    (",", Kind::Comma),
    ("?", Kind::Question),
    (":", Kind::Colon),
    ("[", Kind::OBrack),
    ("]", Kind::CBrack),
    ("(", Kind::OParen),
    (")", Kind::CParen),
];

//! Tokens: what the scanner cuts a text into. Every byte of a text belongs to a token or to the blanks between two.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    OBrace,
    CBrace,
    OBrack,
    CBrack,
    OParen,
    CParen,
    /// `"`
    OQuote,
    /// The closing `"`; empty where it is missing.
    CQuote,
    /// `<<EOT` with its line end.
    OHeredoc,
    /// The closing marker with the blanks before it, without the line end; empty where it is missing.
    CHeredoc,
    Star,
    Slash,
    Plus,
    Minus,
    Percent,
    Equal,
    EqualEqual,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    And,
    Or,
    Bang,
    Dot,
    Comma,
    Ellipsis,
    FatArrow,
    Question,
    Colon,
    DoubleColon,
    /// `${` or `${~`
    Interpolation,
    /// `%{` or `%{~`
    Directive,
    /// `}` or `~}` that ends an interpolation or directive.
    SequenceEnd,
    /// Text between quotes, with its escapes.
    QuotedText,
    /// Text of a heredoc line or of a template file.
    Text,
    Number,
    Ident,
    /// A comment; one that ends with its line holds the line end.
    Comment,
    Newline,
    /// A character that means nothing here.
    Invalid,
    End,
}

/// A token: bytes `start..end` of its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Token {
    /// The bytes of this token in `text`.
    pub(crate) fn text<'a>(&self, text: &'a str) -> &'a str {
        text.get(self.start as usize..self.end as usize).unwrap_or("")
    }
}

//! Numbers as the reference implementations have them: binary floats of 512 bits of precision.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

use dashu_float::round::mode::HalfEven;
use dashu_float::{DBig, FBig};
use dashu_int::IBig;

/// Precision in bits, as the reference implementations use it.
pub const PRECISION: usize = 512;

/// Binary exponents beyond this are refused: a number's digits are printed in full.
pub const MAX_EXPONENT: usize = 400_000;

/// A binary float as this module computes with it.
pub type Float = FBig<HalfEven, 2>;

/// A number. Whole numbers that fit 64 bits, nearly all there are, take no allocation.
///
/// A number has one form only: what fits `Small` is never `Big`, so that equality is equality of forms.
#[derive(Clone)]
pub struct Number(Form);

#[derive(Clone)]
enum Form {
    Small(i64),
    Big(Arc<Float>),
}

/// Longer texts are no numbers that a person or a provider wrote.
const MAX_DIGITS: usize = 10_000;

/// A text that is no number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a number")]
pub struct NumberError(pub String);

impl Number {
    /// The number that `float` is, rounded to [`PRECISION`].
    #[must_use]
    pub fn from_float(float: Float) -> Self {
        let float = float.with_precision(PRECISION).value();
        if let Some(whole) = whole(&float)
            && let Ok(small) = i64::try_from(&whole)
        {
            return Number(Form::Small(small));
        }
        Number(Form::Big(Arc::new(float)))
    }

    /// This number as a float of [`PRECISION`].
    #[must_use]
    pub fn to_float(&self) -> Float {
        match &self.0 {
            Form::Small(small) => Float::from(*small).with_precision(PRECISION).value(),
            Form::Big(float) => Float::clone(float),
        }
    }

    /// The whole number that this is, if it is one that fits.
    #[must_use]
    pub fn to_i64(&self) -> Option<i64> {
        match self.0 {
            Form::Small(small) => Some(small),
            Form::Big(_) => None,
        }
    }

    /// Parses a decimal number with optional fraction and exponent.
    ///
    /// # Errors
    /// [`NumberError`] if `text` is none.
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        if text.len() > MAX_DIGITS {
            return Err(NumberError(text.to_owned()));
        }
        Number::read(text)
    }

    /// [`Number::parse`] for what was printed here: a number with a large exponent has more digits than anybody writes.
    pub(super) fn read(text: &str) -> Result<Self, NumberError> {
        if let Ok(small) = text.parse::<i64>() {
            return Ok(Number(Form::Small(small)));
        }
        let fail = || NumberError(text.to_owned());
        if !text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte))
            || has_misplaced_sign(text)
        {
            return Err(fail());
        }
        // Checked before anything is computed: the digits of a huge exponent would fill the memory.
        let exponent = text
            .split_once(['e', 'E'])
            .map_or(Ok(0), |(_, exponent)| exponent.parse::<i32>());
        if exponent.map_or(true, |exponent| exponent.unsigned_abs() > 100_000) {
            return Err(fail());
        }
        let decimal = DBig::from_str(text).map_err(|_| fail())?;
        // More digits than the target precision needs make the one rounding, to binary, the deciding one.
        let float = decimal
            .with_rounding::<HalfEven>()
            .with_base_and_precision::<2>(PRECISION)
            .value();
        Ok(Number::from_float(float))
    }
}

/// Whether a sign stands elsewhere than before the digits, or before those of the exponent.
fn has_misplaced_sign(text: &str) -> bool {
    let mut signs = text.match_indices(['+', '-']).map(|(at, _)| at);
    signs.any(|at| at > 0 && !text[..at].ends_with(['e', 'E']))
}

fn whole(float: &Float) -> Option<IBig> {
    let repr = float.repr();
    if repr.exponent() >= 0 {
        // Beyond this no number fits 64 bits, and shifting would only cost memory.
        if repr.exponent() > 64 {
            return None;
        }
        #[expect(clippy::cast_sign_loss, reason = "checked to be positive and small")]
        return Some(repr.significand().clone() << repr.exponent() as usize);
    }
    repr.significand().is_zero().then(|| IBig::from(0))
}

impl From<i64> for Number {
    fn from(small: i64) -> Self {
        Number(Form::Small(small))
    }
}

impl From<usize> for Number {
    fn from(count: usize) -> Self {
        i64::try_from(count).map_or_else(|_| Number::from_float(Float::from(count)), Number::from)
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Form::Small(a), Form::Small(b)) => a.cmp(b),
            _ => self.to_float().cmp(&other.to_float()),
        }
    }
}

impl Hash for Number {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match &self.0 {
            Form::Small(small) => small.hash(state),
            Form::Big(float) => {
                float.repr().exponent().hash(state);
                float.repr().significand().hash(state);
            }
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Prints the shortest decimal that reads back as the same number, never with an exponent.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Form::Small(small) => write!(f, "{small}"),
            Form::Big(float) => f.write_str(&decimal(float)),
        }
    }
}

fn decimal(float: &Float) -> String {
    // 512 bits are 154.1 decimal digits; 156 always suffice to read the same number back.
    for digits in [17, 60, 150, 153, 154, 155, 156] {
        let text = float
            .clone()
            .with_base_and_precision::<10>(digits)
            .value()
            .to_string();
        if Number::read(&text).is_ok_and(|back| back.to_float() == *float) {
            return text;
        }
    }
    float
        .clone()
        .with_base_and_precision::<10>(160)
        .value()
        .to_string()
}

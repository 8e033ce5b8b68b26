//! Arithmetic on [`Number`]s: whole numbers of 64 bits take a short way, all others are floats.
//!
//! Results beyond [`MAX_EXPONENT`] are refused, since printing or aligning them would exhaust memory.

use dashu_int::IBig;

use super::number::{Float, MAX_EXPONENT, Number, PRECISION};

impl Number {
    /// `self + other`; `None` if the result is too large.
    #[must_use]
    pub fn plus(&self, other: &Number) -> Option<Number> {
        self.short(other, i64::checked_add)
            .or_else(|| bounded(self.wide() + other.wide()))
    }

    /// `self - other`; `None` if the result is too large.
    #[must_use]
    pub fn minus(&self, other: &Number) -> Option<Number> {
        self.short(other, i64::checked_sub)
            .or_else(|| bounded(self.wide() - other.wide()))
    }

    /// `self * other`; `None` if the result is too large.
    #[must_use]
    pub fn times(&self, other: &Number) -> Option<Number> {
        self.short(other, i64::checked_mul)
            .or_else(|| bounded(self.to_float() * other.to_float()))
    }

    /// `self / other`; `None` if `other` is zero or the result is too large.
    #[must_use]
    pub fn divided_by(&self, other: &Number) -> Option<Number> {
        if other.is_zero() {
            return None;
        }
        let whole = |a: i64, b: i64| {
            if a.checked_rem(b)? == 0 {
                a.checked_div(b)
            } else {
                None
            }
        };
        self.short(other, whole)
            .or_else(|| bounded(self.to_float() / other.to_float()))
    }

    /// What is left of `self` after as many whole `other`s as fit, with the sign of `self`; `None` if `other` is zero
    /// or a step is too large.
    #[must_use]
    pub fn modulo(&self, other: &Number) -> Option<Number> {
        if other.is_zero() {
            return None;
        }
        self.short(other, i64::checked_rem).or_else(|| {
            let times = self.divided_by(other)?.truncated();
            self.minus(&times.times(other)?)
        })
    }

    /// `-self`.
    #[must_use]
    pub fn negated(&self) -> Number {
        match self.to_i64().and_then(i64::checked_neg) {
            Some(small) => Number::from(small),
            None => Number::from_float(-self.to_float()),
        }
    }

    /// Whether this is zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.to_i64() == Some(0)
    }

    /// Whether this is below zero.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        *self < Number::from(0_i64)
    }

    /// Whether this has no fraction.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.to_i64().is_some() || self.to_float().repr().exponent() >= 0
    }

    /// The largest whole number that is not larger.
    #[must_use]
    pub fn floored(&self) -> Number {
        if self.is_whole() {
            self.clone()
        } else {
            Number::from_float(self.to_float().floor())
        }
    }

    /// The smallest whole number that is not smaller.
    #[must_use]
    pub fn ceiled(&self) -> Number {
        if self.is_whole() {
            self.clone()
        } else {
            Number::from_float(self.to_float().ceil())
        }
    }

    /// The whole part.
    #[must_use]
    pub fn truncated(&self) -> Number {
        if self.is_negative() {
            self.ceiled()
        } else {
            self.floored()
        }
    }

    /// The nearest double.
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        self.to_float().to_f64().value()
    }

    /// The number that `double` is exactly; `None` if it is not finite.
    #[must_use]
    pub fn from_f64(double: f64) -> Option<Number> {
        Float::try_from(double)
            .ok()
            .filter(|float| float.repr().is_finite())
            .map(Number::from_float)
    }

    /// This whole number with all its digits; `None` if it has a fraction.
    #[must_use]
    pub fn to_integer(&self) -> Option<IBig> {
        if let Some(small) = self.to_i64() {
            return Some(IBig::from(small));
        }
        self.is_whole().then(|| self.to_float().to_int().value())
    }

    /// With room for digits that a sum or difference needs before it is rounded: a rounding of each step on the way
    /// would be one too many.
    fn wide(&self) -> Float {
        self.to_float().with_precision(2 * PRECISION + 64).value()
    }

    fn short(&self, other: &Number, op: impl FnOnce(i64, i64) -> Option<i64>) -> Option<Number> {
        op(self.to_i64()?, other.to_i64()?).map(Number::from)
    }
}

/// The result of an operation, rounded.
fn bounded(float: Float) -> Option<Number> {
    let float = float.with_precision(PRECISION).value();
    let repr = float.repr();
    (repr.is_finite() && repr.exponent().unsigned_abs() <= MAX_EXPONENT).then(|| Number::from_float(float))
}

impl From<IBig> for Number {
    fn from(whole: IBig) -> Self {
        i64::try_from(&whole).map_or_else(|_| Number::from_float(Float::from(whole)), Number::from)
    }
}

#[cfg(test)]
mod tests {
    use super::Number;

    fn number(text: &str) -> Number {
        Number::parse(text).unwrap()
    }

    #[test]
    fn arithmetic_is_that_of_512_bit_floats() {
        let third = number("1").divided_by(&number("3")).unwrap();
        assert_eq!(third.to_string().len(), 157);
        assert_eq!(number("0.1").plus(&number("0.2")).unwrap(), number("0.3"));
        assert_eq!(
            number("9223372036854775807")
                .plus(&number("1"))
                .unwrap()
                .to_string(),
            "9223372036854775808"
        );
        assert_eq!(
            number("0.000001").minus(&number("1e3")).unwrap().to_string(),
            "-999.999999"
        );
        let most = number("10").minus(&third).unwrap().to_string();
        assert_eq!(most, format!("9.{}7", "6".repeat(152)));
        assert_eq!(number("-7").modulo(&number("3")).unwrap(), number("-1"));
        assert_eq!(number("5.5").modulo(&number("2")).unwrap(), number("1.5"));
        assert_eq!(number("1").divided_by(&number("0")), None);
        assert_eq!(number("-1.8").floored(), number("-2"));
        assert_eq!(number("-1.2").ceiled(), number("-1"));
        assert_eq!(number("1e100").to_string().len(), 101);
    }

    #[test]
    fn numbers_too_large_to_handle_are_refused() {
        assert!(Number::parse("1e999999999").is_err());
        assert!(Number::parse("1e-999999999").is_err());
        let mut large = number("1e10000");
        while let Some(larger) = large.times(&large) {
            large = larger;
        }
    }
}

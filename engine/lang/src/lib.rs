//! The configuration language: HCL text to values, with the place of every mistake.

//! A whole world on one machine for tests and demos: moto behind a door, real control planes.

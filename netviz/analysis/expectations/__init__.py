"""Expectations as code: what must be allowed and what must not, and whether it is so."""

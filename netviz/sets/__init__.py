"""Exact immutable algebra of integers, connections, addresses and bit regions."""

"""The room `dialects` (docs/architecture.md)."""

"""The room `view` (docs/architecture.md)."""

"""The room `analysis` (docs/architecture.md)."""

"""The room `exporters` (docs/architecture.md)."""

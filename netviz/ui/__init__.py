"""The room `ui` (docs/architecture.md)."""

"""How figures of theory are drawn."""

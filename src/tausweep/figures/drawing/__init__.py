"""How figures are drawn: what loads matplotlib."""

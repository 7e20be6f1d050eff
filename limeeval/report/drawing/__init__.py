"""How figures are drawn and written, whatever they show."""

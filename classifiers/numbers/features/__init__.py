"""Call records → measures of a day → features of a window, as ibis expressions on any engine."""

"""Who keeps whom, whom to act on, who is called on which day, and with what words."""

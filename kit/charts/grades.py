"""Charts of the service grade and of likely success."""

"""Recording devices of the machine itself."""

"""Training on recordings of one's own without a configuration: what is there, and what misleads."""

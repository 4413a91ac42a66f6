"""The blocks that networks are made of. Here torch lives."""

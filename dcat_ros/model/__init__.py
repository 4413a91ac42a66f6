"""Networks, their weights files, and what is known of them. Here torch lives."""

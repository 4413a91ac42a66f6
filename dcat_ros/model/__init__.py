"""Networks and their weights files. Here torch lives, too."""

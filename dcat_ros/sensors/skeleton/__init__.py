"""The skeleton that a depth camera's software finds: it teaches, and no node hears it."""

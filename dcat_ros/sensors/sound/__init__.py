"""Sound: chunks of samples, of which log-mel frames are made."""

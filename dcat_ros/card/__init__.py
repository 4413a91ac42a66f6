"""What a weights file says of itself."""

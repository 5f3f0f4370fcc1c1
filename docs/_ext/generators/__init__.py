"""What makes the pages of the reference."""

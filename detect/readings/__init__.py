"""What sensors say: readings in, incidents out."""

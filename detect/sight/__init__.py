"""Whether a camera sees what it usually shows."""

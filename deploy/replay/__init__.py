"""A recording through the rules of one camera."""

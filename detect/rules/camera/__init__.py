"""Rules on pictures; each looks at one zone of one camera."""

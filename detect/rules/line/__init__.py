"""Rules on what crosses a line in a camera's picture."""

"""What is well on an edge box, what is not, and what to do about it; examine.py is where it begins."""

"""A city in a box: rendered streets and simulated sensors behind `sim://` addresses, and the truth about them.

What happens is decided by `script`, a pure function of a seed and the time; `world` plays it, `film` pictures it,
`sensors` measures it. NumPy and OpenCV only.
"""

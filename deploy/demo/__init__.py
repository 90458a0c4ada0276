"""`yihu demo`: an invented street district in a box, with everything running and people at work."""

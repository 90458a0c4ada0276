"""How the shipped model came about: rendered or labelled pictures in, an exported model and its card out."""

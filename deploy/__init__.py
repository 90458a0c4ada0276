"""How Yihu is run: the `yihu` command, settings, everything on one machine."""

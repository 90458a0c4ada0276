"""The rules there are: on things in zones of pictures in `camera`, on what crosses lines in `line`.

On whether a camera sees they are in `sight`, on readings in `sensor`.

One module a rule, named after the kind of incident it finds; each holds its `Settings` (see detect.config).
"""

"""The rules there are: on things in pictures in `camera`, on whether a camera sees in `sight`, on readings in `sensor`.

One module a rule, named after the kind of incident it finds; each holds its `Settings` (see detect.config).
"""

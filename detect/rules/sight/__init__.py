"""Rules on whether a camera sees; all of them watch every camera, unless its `sight:` says otherwise."""

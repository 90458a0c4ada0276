"""What sees things in pictures: models by name, and how each is fetched, exported and run."""

"""Products on the other side, one folder each: what they take (`profiel.toml`) and how to reach them."""

"""What several entrances share: one file per noun, transaction and `now` passed in."""

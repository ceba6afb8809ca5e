"""From a file's bytes to typed rows with their problems, and from rows to what they would change. Pure."""

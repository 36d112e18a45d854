"""Evidence in bulk: which row and slot a file belongs to, by what its name says."""

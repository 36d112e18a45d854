"""The filing on paper: typeset a snapshot, merge its evidence, stamp every page."""

"""Background work: rows of the table `job` say what is to be done, Redis only wakes the workers."""

"""Accounts of an older system: what a file of them says, by which rule each is taken over, and storing them."""

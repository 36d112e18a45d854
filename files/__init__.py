"""Uploaded bytes: where they are kept, what is let in, and under which name they are served.

Nothing here knows of requests, rows or accounts. Only `admission_child` and what it imports parses
a file, and it runs in a limited process of its own.
"""

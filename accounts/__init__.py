"""Who may act for whom: grants, and what leads to a service. Knows no requests."""

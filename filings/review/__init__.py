"""The desks of offices: what lies before them, what they decide, and what is published. Reads snapshots only."""

"""What may be typed and how it is asked: labels, units, choices; one file per kind or noun."""

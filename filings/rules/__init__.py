"""Pure rules: totals, ratios, checks and conditions, grouped by subject. No request, clock or database."""

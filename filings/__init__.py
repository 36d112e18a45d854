"""What a filing is: kinds, rules, derived values, problems, snapshots, submission."""

"""Benchmarks with public tools: every figure beside its floor in the same run; printed, never asserted."""

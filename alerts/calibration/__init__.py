"""Budgets of false alarms: which risk is an alarm, by what a brand's past says."""

"""Servers of our own that keep to what other servers document: paging, errors, allowances."""

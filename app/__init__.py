"""The kernel: what the services share. It knows no service."""

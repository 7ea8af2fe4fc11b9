"""HTTP routers: one noun a file."""

"""Is written anew by its build: that is allowed, and adds up nothing."""

"""Icon Studio: categories in, finished icons out."""

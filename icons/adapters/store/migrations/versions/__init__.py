"""The schema's history: one module a step, never changed once released."""

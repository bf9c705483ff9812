"""What callers send and get, as pydantic models: one module per face, `fields` for what they share."""

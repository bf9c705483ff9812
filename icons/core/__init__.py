"""What the product does; knows ports, not engines."""

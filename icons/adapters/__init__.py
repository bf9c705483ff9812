"""Engines behind the ports: a folder per port, a file per engine."""

"""Those who draw: a module or folder per provider."""

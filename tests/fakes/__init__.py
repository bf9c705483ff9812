"""Stand-ins for what lies outside the house, over real connections."""

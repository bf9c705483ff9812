"""Faces that push: Socket.IO."""

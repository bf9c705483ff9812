from tests.fakes.provider import fake_provider

__all__ = ["fake_provider"]
